package experiment

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"

	"github.com/golang-jwt/jwt/v5"
)

// A forger has one real token, of a user who is no admin, and what the server publishes. The private key is what they
// do not have.
type forger struct {
	header    map[string]any
	payload   map[string]any // raised: it says that the user is an admin
	signature string         // of the real token
	kid       string         // of the real token
	keys      []publicKey
	own       *ecdsa.PrivateKey // a key that the forger has made
	forged    []forgery
	err       error // the first that came up
}

// A forgery is a token that was written without the server's private key.
type forgery struct {
	name, text string
	naive      bool // a naive server should take it
}

// A publicKey is one that a server publishes, as it published it.
type publicKey struct {
	kid string
	key crypto.PublicKey
	jwk []byte
}

func newForger(real string, keys []publicKey) (*forger, error) {
	parts := strings.Split(real, ".")
	if len(parts) != 3 {
		return nil, errors.New("forge: that is no token")
	}
	f := &forger{signature: parts[2], keys: keys}
	if err := json.Unmarshal([]byte(decoded(parts[0])), &f.header); err != nil {
		return nil, fmt.Errorf("forge: read header: %w", err)
	}
	if err := json.Unmarshal([]byte(decoded(parts[1])), &f.payload); err != nil {
		return nil, fmt.Errorf("forge: read payload: %w", err)
	}
	f.payload["roles"] = []string{"user", "admin"}
	f.kid, _ = f.header["kid"].(string)
	var err error
	f.own, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	return f, err
}

// changed is a copy of a header or payload with some members replaced, or taken away by nil.
func changed(members map[string]any, changes ...any) map[string]any {
	members = maps.Clone(members)
	for i := 0; i < len(changes); i += 2 {
		name := changes[i].(string)
		if members[name] = changes[i+1]; changes[i+1] == nil {
			delete(members, name)
		}
	}
	return members
}

// input is what a signature is computed over (RFC 7515, section 5.1).
func (f *forger) input(header, payload map[string]any) string {
	return f.encode(header) + "." + f.encode(payload)
}

func (f *forger) encode(members map[string]any) string {
	text, err := json.Marshal(members)
	f.fail(err)
	return base64.RawURLEncoding.EncodeToString(text)
}

// add keeps a forgery that is written already.
func (f *forger) add(name, text string) *forgery {
	f.forged = append(f.forged, forgery{name: name, text: text})
	return &f.forged[len(f.forged)-1]
}

// sign adds a forgery with a raised payload, signed with a key that the forger has.
func (f *forger) sign(name string, method jwt.SigningMethod, key any, header map[string]any) *forgery {
	input := f.input(changed(header, "alg", method.Alg()), f.payload)
	signature, err := method.Sign(input, key)
	f.fail(err)
	return f.add(name, input+"."+base64.RawURLEncoding.EncodeToString(signature))
}

// takenByNaive marks a forgery that a naive server should take.
func (g *forgery) takenByNaive() { g.naive = true }

func (f *forger) fail(err error) {
	if f.err == nil && err != nil {
		f.err = fmt.Errorf("forge: %w", err)
	}
}
