package token_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"authlab/account"
	"authlab/token"
)

var alice = account.User{Name: "alice", Roles: []string{"user", "admin"}}

func TestEveryAlgorithmIssuesWhatItVerifies(t *testing.T) {
	for _, algorithm := range token.Algorithms() {
		t.Run(algorithm, func(t *testing.T) {
			b := newSetup(t, algorithm)
			text, issued, err := b.Issue(alice)
			if err != nil {
				t.Fatal(err)
			}
			claims, err := b.Verify(text)
			if err != nil {
				t.Fatal(err)
			}
			if claims.Subject != "alice" || !slices.Equal(claims.Roles, alice.Roles) || claims.ID != issued.ID || claims.ID == "" {
				t.Errorf("claims %+v", claims)
			}
			var header map[string]any
			if err := json.Unmarshal(segment(t, text, 0), &header); err != nil {
				t.Fatal(err)
			}
			want := map[string]any{"alg": algorithm, "kid": b.key.ID(), "typ": "at+jwt"}
			if !maps.Equal(header, want) {
				t.Errorf("header %v, want %v", header, want)
			}
		})
	}
}

// The forger knows everything but the private key.
func TestEveryForgeryIsRefusedAtItsStage(t *testing.T) {
	b := newSetup(t, token.ES256)
	good, claims, err := b.Issue(alice)
	if err != nil {
		t.Fatal(err)
	}
	stranger, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(publicKey(t, b))
	if err != nil {
		t.Fatal(err)
	}
	publicPEM := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	header := func(extra ...any) map[string]any {
		h := map[string]any{"alg": "ES256", "kid": b.key.ID(), "typ": "at+jwt"}
		for i := 0; i < len(extra); i += 2 {
			h[extra[i].(string)] = extra[i+1]
		}
		return h
	}
	body := payload(t, good)
	with := func(changes ...any) map[string]any {
		p := maps.Clone(body)
		for i := 0; i < len(changes); i += 2 {
			if changes[i+1] == nil {
				delete(p, changes[i].(string))
			} else {
				p[changes[i].(string)] = changes[i+1]
			}
		}
		return p
	}
	ours := func(h, p map[string]any) string { return sign(t, jwt.SigningMethodES256, b.private, h, p) }
	parts := strings.Split(good, ".")
	now := float64(b.clock().Unix())

	for name, tt := range map[string]struct {
		text string
		want error
	}{
		"nothing":                           {"", token.ErrFormat},
		"garbage":                           {"garbage", token.ErrFormat},
		"two parts":                         {parts[0] + "." + parts[1], token.ErrFormat},
		"four parts":                        {good + ".x", token.ErrFormat},
		"no signature":                      {parts[0] + "." + parts[1] + ".", token.ErrFormat},
		"JSON, flattened (RFC 7515, 7.2.2)": {fmt.Sprintf(`{"payload":%q,"protected":%q,"signature":%q}`, parts[1], parts[0], parts[2]), token.ErrFormat},
		"JSON, general (RFC 7515, 7.2.1)":   {fmt.Sprintf(`{"payload":%q,"signatures":[{"protected":%q,"signature":%q}]}`, parts[1], parts[0], parts[2]), token.ErrFormat},
		"a line break in the signature":     {good + "\n", token.ErrFormat},
		"padding":                           {good + "=", token.ErrFormat},
		"a space":                           {" " + good, token.ErrFormat},
		"longer than the cap":               {good + strings.Repeat("A", token.MaxLength), token.ErrFormat},
		"a payload that is no object":       {parts[0] + "." + b64(`"alice"`) + "." + parts[2], token.ErrFormat},
		"a header that is no object":        {b64(`[]`) + "." + parts[1] + "." + parts[2], token.ErrFormat},
		"a name twice in the header":        {b64(`{"alg":"ES256","typ":"at+jwt","kid":"x","alg":"none"}`) + "." + parts[1] + "." + parts[2], token.ErrFormat},
		"a name twice, in another case":     {b64(`{"alg":"ES256","typ":"at+jwt","kid":"x","ALG":"none"}`) + "." + parts[1] + "." + parts[2], token.ErrFormat},
		"a name twice in the payload":       {parts[0] + "." + b64(`{"sub":"alice","sub":"bob"}`) + "." + parts[2], token.ErrFormat},
		"an unknown crit":                   {ours(header("crit", []string{"exp"}), body), token.ErrFormat},
		"a key of its own in the header":    {ours(header("jwk", map[string]any{"kty": "EC"}), body), token.ErrFormat},
		"an address for the key":            {ours(header("jku", "https://evil.example/keys"), body), token.ErrFormat},
		"another type of token":             {ours(header("typ", "JWT"), body), token.ErrFormat},
		"alg none":                          {sign(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, header("alg", "none"), body) + "AAAA", token.ErrSignature},
		"alg None":                          {b64(`{"alg":"None","typ":"at+jwt","kid":"`+b.key.ID()+`"}`) + "." + parts[1] + "." + parts[2], token.ErrSignature},
		"the public key as an HMAC secret":  {sign(t, jwt.SigningMethodHS256, publicPEM, header("alg", "HS256"), body), token.ErrSignature},
		"another key under our kid":         {sign(t, jwt.SigningMethodES256, stranger, header(), body), token.ErrSignature},
		"an unknown kid":                    {ours(header("kid", "other"), body), token.ErrSignature},
		"a kid that is a path":              {ours(header("kid", "../../dev/null"), body), token.ErrSignature},
		"no kid":                            {ours(map[string]any{"alg": "ES256", "typ": "at+jwt"}, body), token.ErrSignature},
		"a signature of another token":      {parts[0] + "." + b64(`{"sub":"bob"}`) + "." + parts[2], token.ErrSignature},
		"an edited role":                    {parts[0] + "." + encode(t, with("roles", []string{"admin", "root"})) + "." + parts[2], token.ErrSignature},
		"expired":                           {ours(header(), with("exp", now)), token.ErrTime},
		"from the future":                   {ours(header(), with("iat", now+60)), token.ErrTime},
		"no exp":                            {ours(header(), with("exp", nil)), token.ErrClaims},
		"no iat":                            {ours(header(), with("iat", nil)), token.ErrClaims},
		"no jti":                            {ours(header(), with("jti", nil)), token.ErrClaims},
		"no sub":                            {ours(header(), with("sub", nil)), token.ErrClaims},
		"no iss":                            {ours(header(), with("iss", nil)), token.ErrClaims},
		"no aud":                            {ours(header(), with("aud", nil)), token.ErrClaims},
		"another issuer":                    {ours(header(), with("iss", "somebody")), token.ErrClaims},
		"another audience":                  {ours(header(), with("aud", "somebody")), token.ErrClaims},
		"not valid yet":                     {ours(header(), with("nbf", now+1)), token.ErrTime},
		"an nbf that is text":               {ours(header(), with("nbf", strconv.Itoa(int(now)))), token.ErrFormat},
		"an exp that is text":               {ours(header(), with("exp", strconv.Itoa(int(now)+60))), token.ErrFormat},
		"an iat that is text":               {ours(header(), with("iat", strconv.Itoa(int(now)))), token.ErrFormat},
		"another type written out":          {ours(header("typ", "application/jwt"), body), token.ErrFormat},
		"a type of another tree":            {ours(header("typ", "text/at+jwt"), body), token.ErrFormat},
		"the type written out":              {ours(header("typ", "application/at+jwt"), body), nil},
		"the type in another case":          {ours(header("typ", "Application/AT+JWT"), body), nil},
		"valid from now":                    {ours(header(), with("nbf", now)), nil},
		"nothing wrong":                     {good, nil},
		"nothing wrong, written by hand":    {ours(header(), body), nil},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := b.Verify(tt.text)
			if !errors.Is(err, tt.want) {
				t.Fatalf("%v, want %v", err, tt.want)
			}
			if tt.want != nil && (!errors.Is(err, token.ErrInvalid) || got.Subject != "") {
				t.Errorf("claims %+v were handed out with the error %v", got, err)
			}
			if tt.want == nil && got.Subject != claims.Subject {
				t.Errorf("claims %+v", got)
			}
		})
	}
}

func TestNoCharacterOfATokenCanBeChanged(t *testing.T) {
	for _, algorithm := range []string{token.HS256, token.EdDSA} {
		b := newSetup(t, algorithm)
		good, _, err := b.Issue(alice)
		if err != nil {
			t.Fatal(err)
		}
		for i := range len(good) {
			for _, other := range []byte("AQgw-_.") {
				if good[i] == other {
					continue
				}
				if _, err := b.Verify(good[:i] + string(other) + good[i+1:]); !errors.Is(err, token.ErrInvalid) {
					t.Fatalf("%s: character %d changed to %c: %v, want ErrInvalid", algorithm, i, other, err)
				}
			}
		}
	}
}

func TestATokenLivesUntilItExpires(t *testing.T) {
	b := newSetup(t, token.ES256)
	text, _, err := b.Issue(alice)
	if err != nil {
		t.Fatal(err)
	}
	b.advance(token.DefaultAccess - time.Second)
	if _, err := b.Verify(text); err != nil {
		t.Errorf("a second before: %v", err)
	}
	b.advance(time.Second)
	if _, err := b.Verify(text); !errors.Is(err, token.ErrTime) {
		t.Errorf("at the second: %v, want ErrTime", err)
	}
}

func TestWeakKeysAreRefused(t *testing.T) {
	small, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for name, try := range map[string]func() (*token.Key, error){
		"an empty secret":    func() (*token.Key, error) { return token.NewKey("", token.HS256, []byte{}) },
		"a password":         func() (*token.Key, error) { return token.NewKey("", token.HS256, []byte("secret")) },
		"RSA of a bad chip":  func() (*token.Key, error) { return token.NewKey("", token.RS256, badChip()) },
		"RSA of 1024 bits":   func() (*token.Key, error) { return token.NewKey("", token.RS256, small) },
		"a curve for ES384":  func() (*token.Key, error) { return token.NewKey("", token.ES256, p384) },
		"RSA for HS256":      func() (*token.Key, error) { return token.NewKey("", token.HS256, small) },
		"a secret for RS256": func() (*token.Key, error) { return token.NewKey("", token.RS256, make([]byte, 64)) },
		"no algorithm":       func() (*token.Key, error) { return token.NewKey("", "none", make([]byte, 64)) },
		"something else": func() (*token.Key, error) {
			return token.NewKey("", token.HS256, "a string of 32 characters, at least")
		},
	} {
		if _, err := try(); !errors.Is(err, token.ErrWeakKey) {
			t.Errorf("%s: %v, want ErrWeakKey", name, err)
		}
	}
}

// badChip is a public modulus as those of CVE-2017-15361 are: a power of 65537 modulo the product of many small primes.
func badChip() *rsa.PrivateKey {
	product := big.NewInt(2)
	for n := int64(3); n <= 167; n += 2 {
		if p := big.NewInt(n); p.ProbablyPrime(0) {
			product.Mul(product, p)
		}
	}
	modulus := new(big.Int).Exp(big.NewInt(65537), big.NewInt(12345), product)
	large := new(big.Int).Lsh(big.NewInt(1), 2047)
	large.Sub(large, new(big.Int).Mod(large, product))
	modulus.Add(modulus, large.Add(large, product))
	return &rsa.PrivateKey{PublicKey: rsa.PublicKey{N: modulus, E: 65537}}
}

func TestAKeyForEncryptionDoesNotSign(t *testing.T) {
	key, err := token.GenerateKey(token.ES256)
	must(t, err)
	ring, err := token.NewKeyring(key)
	must(t, err)
	text, err := ring.MarshalPrivate()
	must(t, err)
	for use, refused := range map[string]bool{
		`"use":"sig",`: false, "": false, `"use":"enc",`: true, `"use":"SIG",`: true,
		`"key_ops":["sign"],`: false, `"key_ops":["verify","sign"],`: false, `"key_ops":null,`: false, `"key_ops":["verify"],`: true,
		`"key_ops":[],`: true, `"use":"sig","key_ops":["deriveKey"],`: true,
	} {
		_, err := token.ParseKeyring(bytes.Replace(text, []byte(`"use":"sig",`), []byte(use), 1))
		if errors.Is(err, token.ErrWeakKey) != refused || (err != nil) != refused {
			t.Errorf("%s %v, refused should be %t", use, err, refused)
		}
	}
}

func TestKeysRotateWithOverlap(t *testing.T) {
	b := newSetup(t, token.ES256)
	old, _, err := b.Issue(alice)
	if err != nil {
		t.Fatal(err)
	}
	next, err := token.GenerateKey(token.EdDSA)
	if err != nil {
		t.Fatal(err)
	}
	must(t, b.keys.Add(next))
	must(t, b.keys.Sign(next.ID()))
	young, _, err := b.Issue(alice)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"the old key's": old, "the new key's": young} {
		if _, err := b.Verify(text); err != nil {
			t.Errorf("during the overlap, %s token: %v", name, err)
		}
	}
	if n := len(b.keys.JWKS().Keys); n != 2 {
		t.Errorf("the JWKS has %d keys, want 2", n)
	}
	must(t, b.keys.Drop(b.key.ID()))
	if _, err := b.Verify(old); !errors.Is(err, token.ErrSignature) {
		t.Errorf("after the old key was dropped: %v, want ErrSignature", err)
	}
	if _, err := b.Verify(young); err != nil {
		t.Error(err)
	}
	if err := b.keys.Drop(next.ID()); err == nil {
		t.Error("the key that signs was dropped")
	}
	if err := b.keys.Add(next); err == nil {
		t.Error("a key was added twice")
	}
}

func TestAKeyringSurvivesItsFileAndPublishesNoSecret(t *testing.T) {
	var all []*token.Key
	for _, algorithm := range token.Algorithms() {
		key, err := token.GenerateKey(algorithm)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, key)
	}
	ring, err := token.NewKeyring(all...)
	if err != nil {
		t.Fatal(err)
	}
	text, err := ring.MarshalPrivate()
	if err != nil {
		t.Fatal(err)
	}
	again, err := token.ParseKeyring(text)
	if err != nil {
		t.Fatal(err)
	}
	if again.Signing().ID() != ring.Signing().ID() || again.Signing().Algorithm() != token.DefaultAlgorithm {
		t.Errorf("another key signs: %s", again.Signing().ID())
	}
	public, err := json.Marshal(ring.JWKS())
	if err != nil {
		t.Fatal(err)
	}
	var set struct{ Keys []map[string]any }
	must(t, json.Unmarshal(public, &set))
	if len(set.Keys) != 3 {
		t.Errorf("%d keys are published, want the three that have a public half", len(set.Keys))
	}
	for _, key := range set.Keys {
		for _, secret := range []string{"d", "p", "q", "k", "dp", "dq", "qi"} {
			if _, ok := key[secret]; ok {
				t.Errorf("the private member %q of %v is published", secret, key["kty"])
			}
		}
	}
	for _, broken := range []string{"", "{}", `{"keys":[]}`, `{"keys":[{"kty":"oct","k":"c2hvcnQ","alg":"HS256","kid":"a"}]}`, "not json"} {
		if _, err := token.ParseKeyring([]byte(broken)); err == nil {
			t.Errorf("ParseKeyring(%q) was accepted", broken)
		}
	}
}

func FuzzVerifyAcceptsOnlyItsOwnTokensAndNeverPanics(f *testing.F) {
	b := newSetup(f, token.HS256)
	good, _, err := b.Issue(alice)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add("..")
	f.Add(base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + ".e30.")
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := b.Verify(text); err == nil && text != good {
			t.Errorf("accepted %q", text)
		}
	})
}
