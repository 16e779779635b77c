package naive

// SetStoreDown makes the session store fail, until it is set to false or the twin is reset. Its records stay.
func (t *Twin) SetStoreDown(down bool) {
	t.store.mu.Lock()
	defer t.store.mu.Unlock()
	t.store.down = down
}
