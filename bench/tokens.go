package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"os"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

const alice, alicePassword = "alice", "wonderland" // of authlab's demo accounts

var aliceRoles = []string{"user", "admin"}

// tokenSecret is the HS256 secret of every server.
func tokenSecret() []byte { return []byte("a secret of thirty-two bytes: 32") }

// A signer makes access tokens as authlab does, under a key that a server has.
type signer struct {
	method jwt.SigningMethod
	key    any
	jwk    map[string]string
	roles  []string // in each token
}

func newHS256() signer {
	b64 := base64.RawURLEncoding.EncodeToString
	return signer{jwt.SigningMethodHS256, tokenSecret(), map[string]string{"kty": "oct", "kid": "bench", "alg": "HS256", "use": "sig", "k": b64(tokenSecret())}, aliceRoles}
}

func newES256() (signer, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return signer{}, err
	}
	private, err := key.Bytes()
	if err != nil {
		return signer{}, err
	}
	public, err := key.PublicKey.Bytes() // 4, x and y (SEC 1, section 2.3.3)
	if err != nil {
		return signer{}, err
	}
	b64 := base64.RawURLEncoding.EncodeToString
	return signer{jwt.SigningMethodES256, key, map[string]string{
		"kty": "EC", "crv": "P-256", "kid": "bench", "alg": "ES256", "use": "sig",
		"x": b64(public[1:33]), "y": b64(public[33:]), "d": b64(private),
	}, aliceRoles}, nil
}

// writeKeys writes the key file of authlab serve.
func (s signer) writeKeys(path string) error {
	text, err := json.Marshal(map[string]any{
		"token_keys": map[string]any{"keys": []any{s.jwk}}, "session_cookie_keys": [][]byte{tokenSecret()},
	})
	if err != nil {
		return err
	}
	return os.WriteFile(path, text, 0o600)
}

// token returns a token that no server has seen.
func (s signer) token() (string, error) {
	now := time.Now()
	t := jwt.NewWithClaims(s.method, jwt.MapClaims{
		"iss": "authlab", "aud": []string{"authlab"}, "sub": alice, "jti": rand.Text(), "sid": rand.Text(), "client_id": "authlab",
		"roles": s.roles, "iat": now.Unix(), "exp": now.Add(14 * time.Minute).Unix(),
	})
	t.Header["typ"], t.Header["kid"] = "at+jwt", "bench"
	return t.SignedString(s.key)
}

func (s signer) tokens(n int) ([]string, error) {
	all := make([]string, n)
	for i := range all {
		var err error
		if all[i], err = s.token(); err != nil {
			return nil, err
		}
	}
	return all, nil
}
