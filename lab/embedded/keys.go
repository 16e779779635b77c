package embedded

import (
	"context"
	"crypto/rand"

	"authlab/session"
	"authlab/token"
)

// newKeys makes what replicas sign with: tokens, and the session in a cookie.
func newKeys() (*token.Keyring, *session.CookieKeys, error) {
	key, err := token.GenerateKey(token.DefaultAlgorithm)
	if err != nil {
		return nil, nil, err
	}
	keys, err := token.NewKeyring(key)
	if err != nil {
		return nil, nil, err
	}
	cookies, err := session.NewCookieKeys(newCookieKey())
	return keys, cookies, err
}

// LeakedKeys are the keys of replicas that sign with a secret which an attacker has.
func LeakedKeys(secret string) (*token.Keyring, *session.CookieKeys, error) {
	key, err := token.NewKey("leaked", token.HS256, []byte(secret))
	if err != nil {
		return nil, nil, err
	}
	tokens, err := token.NewKeyring(key)
	if err != nil {
		return nil, nil, err
	}
	cookies, err := session.NewCookieKeys([]byte(secret))
	return tokens, cookies, err
}

func newCookieKey() []byte {
	key := make([]byte, 32)
	rand.Read(key) // never fails: crypto/rand ends the program rather than return weak bytes
	return key
}

// RotateKeys implements contract.Lab: in all replicas at once, because they share the keys.
func (c *Lab) RotateKeys(_ context.Context, overlap bool) error {
	key, err := token.GenerateKey(token.DefaultAlgorithm)
	if err != nil {
		return err
	}
	if err := c.keys.Add(key); err != nil {
		return err
	}
	if err := c.keys.Sign(key.ID()); err != nil {
		return err
	}
	if err := c.cookies.Rotate(newCookieKey()); err != nil {
		return err
	}
	if !overlap {
		c.keys.Forget()
		c.cookies.Forget()
	}
	return nil
}
