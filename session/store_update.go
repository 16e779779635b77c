package session

import (
	"encoding/json"
	"fmt"
)

// compareAndSet is the Update of a store that replaces a record only if it still is what was loaded. replace returns nil if
// it has done so, or the record that it has found instead.
func compareAndSet(credential string, loaded Record, change func(*Record) error, replace func(before, after []byte) (found []byte, err error)) (string, Record, error) {
	before, err := encodeRecord(loaded)
	if err != nil {
		return "", Record{}, fmt.Errorf("update session: %w", err)
	}
	for range maxTries {
		r := loaded.clone()
		if err := change(&r); err != nil {
			return credential, loaded, err
		}
		after, err := encodeRecord(r)
		if err != nil {
			return "", Record{}, fmt.Errorf("update session: %w", err)
		}
		found, err := replace(before, after)
		switch {
		case err != nil:
			return "", Record{}, err
		case found == nil:
			return credential, r, nil
		}
		before = found
		if loaded, err = decodeRecord(before); err != nil {
			return "", Record{}, err
		}
	}
	return credential, loaded, fmt.Errorf("update session: %d tries: %w", maxTries, ErrConflict)
}

func encodeRecord(r Record) ([]byte, error) { return json.Marshal(r) }

func decodeRecord(text []byte) (r Record, err error) {
	if err := json.Unmarshal(text, &r); err != nil {
		return Record{}, fmt.Errorf("decode session record: %w: %w", ErrUnavailable, err)
	}
	return r, nil
}

// unavailable is the error of a store that could not look.
func unavailable(what, command string, err error) error {
	return fmt.Errorf("%s: %s: %w: %w", what, command, ErrUnavailable, err)
}
