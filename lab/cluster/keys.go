package cluster

import (
	"crypto/rand"
	"net/http"

	"authlab/lab/fault"
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

func newCookieKey() []byte {
	key := make([]byte, 32)
	rand.Read(key) // never fails: crypto/rand ends the program rather than return weak bytes
	return key
}

// rotateKeys makes new keys sign, in all replicas at once, because they share them. Without overlap the old ones are
// gone in the same moment.
func (c *Cluster) rotateKeys(r *http.Request) error {
	var body struct {
		Overlap bool `json:"overlap"`
	}
	if err := readBody(r, &body); err != nil {
		return err
	}
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
	if !body.Overlap {
		c.keys.Forget()
		c.cookies.Forget()
	}
	return nil
}

func (c *Cluster) bootKeys() fault.BootKeys {
	var all []fault.Rekeyable
	for _, r := range c.all() {
		all = append(all, r)
	}
	return fault.BootKeys{Replicas: all}
}
