package token_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/golang-jwt/jwt/v5"

	"authlab/token"
)

const pageURL = "https://lab.example/token/bound/me"

// A holder is a client that holds a key.
type holder struct {
	t      *testing.T
	method jwt.SigningMethod
	key    any
	jwk    map[string]any
}

func newHolder(t *testing.T) holder {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	return holder{t, jwt.SigningMethodES256, key, jwkOf(t, key.Public())}
}

func jwkOf(t *testing.T, key any) (fields map[string]any) {
	t.Helper()
	text, err := jose.JSONWebKey{Key: key}.MarshalJSON()
	must(t, err)
	must(t, json.Unmarshal(text, &fields))
	return fields
}

// proof makes a proof, with what is changed in its header and its claims. nil takes a member away.
func (h holder) proof(b *setup, access string, header, claims map[string]any) string {
	h.t.Helper()
	sum := sha256.Sum256([]byte(access))
	all := [2]map[string]any{
		{"typ": "dpop+jwt", "alg": h.method.Alg(), "jwk": h.jwk},
		{"jti": rand.Text(), "htm": "GET", "htu": pageURL, "iat": b.clock().Unix(), "ath": base64.RawURLEncoding.EncodeToString(sum[:])},
	}
	for i, changes := range [2]map[string]any{header, claims} {
		for name, value := range changes {
			if all[i][name] = value; value == nil {
				delete(all[i], name)
			}
		}
	}
	return sign(h.t, h.method, h.key, all[0], all[1])
}

func requestWith(proofs ...string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, pageURL, nil)
	r.Header["Dpop"] = proofs
	return r
}

// TestTheExamplesOfRFC9449 takes the proofs of its sections 5 and 7.1 at their time.
func TestTheExamplesOfRFC9449(t *testing.T) {
	const key = "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMi" +
		"LCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19"
	const atLogin = key + ".eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjYyNjE2fQ" +
		".2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg"
	const atResource = key + ".eyJqdGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIjoiR0VUIiwiaHR1IjoiaHR0cHM6Ly9yZXNvdXJjZS5leGFtcGxlLm9yZy9wcm90ZWN0ZWRyZXNvdXJjZSIsImlhdCI6" +
		"MTU2MjI2MjYxOCwiYXRoIjoiZlVIeU8ycjJaM0RaNTNFc05yV0JiMHhXWG9hTnk1OUlpS0NBcWtzbVFFbyJ9" +
		".2oW9RP35yRqzhrtNP86L-Ey71EOptxRimPPToA1plemAgR6pxHF8y6-yqyVnmcw6Fy1dqd-jfxSYoMxhAJpLjA"
	b := newSetup(t, token.ES256)
	b.now = time.Unix(1562262620, 0)

	proof, err := b.CheckProof(requestWith(atResource), "https://resource.example.org/protectedresource", "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU")
	if err != nil || proof.Thumbprint != "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I" {
		t.Errorf("section 7.1: %+v, %v", proof, err)
	}
	// This one is accepted but for the nonce, which we ask for at a login, and section 8 shows.
	login := requestWith(atLogin)
	login.Method = http.MethodPost
	if _, err := b.CheckProof(login, "https://server.example.com/token", ""); !errors.Is(err, token.ErrNonce) {
		t.Errorf("section 5: %v", err)
	}
}

func TestAProofIsCheckedInFull(t *testing.T) {
	b := newSetup(t, token.ES256)
	h := newHolder(t)
	pair, err := b.LoginBound(t.Context(), alice, proofOf(t, b, h))
	must(t, err)
	access := pair.AccessToken
	large, err := rsa.GenerateKey(rand.Reader, 2048)
	must(t, err)
	_, edwards, err := ed25519.GenerateKey(rand.Reader)
	must(t, err)
	weak, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	must(t, err)
	nonce, err := b.Nonce()
	must(t, err)
	for name, tt := range map[string]struct {
		holder         holder
		header, claims map[string]any
		want           error
	}{
		"good":                                   {holder: h},
		"typ written out":                        {holder: h, header: map[string]any{"typ": "application/DPoP+jwt"}},
		"Ed25519":                                {holder: holder{t, jwt.SigningMethodEdDSA, edwards, jwkOf(t, edwards.Public())}},
		"URL with query, case, port":             {holder: h, claims: map[string]any{"htu": "HTTPS://Lab.example:443/token/bound/me?a=b#c"}},
		"URL percent-encoded":                    {holder: h, claims: map[string]any{"htu": "https://lab.example/token/bound/%6de"}},
		"with a nonce":                           {holder: h, claims: map[string]any{"nonce": nonce}},
		"a clock is off, with a nonce":           {holder: h, claims: map[string]any{"nonce": nonce, "iat": 1}},
		"an access token for a proof":            {holder: h, header: map[string]any{"typ": "at+jwt"}, want: token.ErrProof},
		"no typ":                                 {holder: h, header: map[string]any{"typ": nil}, want: token.ErrProof},
		"alg none":                               {holder: h, header: map[string]any{"alg": "none"}, want: token.ErrProof},
		"HMAC":                                   {holder: holder{t, jwt.SigningMethodHS256, []byte("secret"), map[string]any{"kty": "oct", "k": "c2VjcmV0"}}, want: token.ErrProof},
		"a curve that is not taken":              {holder: holder{t, jwt.SigningMethodES384, weak, jwkOf(t, weak.Public())}, want: token.ErrProof},
		"RSA, whose size is the client's choice": {holder: holder{t, jwt.SigningMethodRS256, large, jwkOf(t, large.Public())}, want: token.ErrProof},
		"no jwk":                                 {holder: h, header: map[string]any{"jwk": nil}, want: token.ErrProof},
		"a private key":                          {holder: h, header: map[string]any{"jwk": jwkOf(t, h.key)}, want: token.ErrProof},
		"another's jwk":                          {holder: h, header: map[string]any{"jwk": newHolder(t).jwk}, want: token.ErrProof},
		"kid beside it":                          {holder: h, header: map[string]any{"kid": "a"}, want: token.ErrProof},
		"no jti":                                 {holder: h, claims: map[string]any{"jti": nil}, want: token.ErrProof},
		"no iat":                                 {holder: h, claims: map[string]any{"iat": nil}, want: token.ErrProof},
		"another method":                         {holder: h, claims: map[string]any{"htm": "POST"}, want: token.ErrProof},
		"another page":                           {holder: h, claims: map[string]any{"htu": pageURL + "x"}, want: token.ErrProof},
		"another host":                           {holder: h, claims: map[string]any{"htu": "https://evil.example/token/bound/me"}, want: token.ErrProof},
		"not over TLS":                           {holder: h, claims: map[string]any{"htu": strings.Replace(pageURL, "https", "http", 1)}, want: token.ErrProof},
		"no token":                               {holder: h, claims: map[string]any{"ath": nil}, want: token.ErrProof},
		"another token":                          {holder: h, claims: map[string]any{"ath": "x"}, want: token.ErrProof},
		"old":                                    {holder: h, claims: map[string]any{"iat": b.clock().Unix() - 61}, want: token.ErrNonce},
		"ahead":                                  {holder: h, claims: map[string]any{"iat": b.clock().Unix() + 6}, want: token.ErrNonce},
		"a nonce of the client's own":            {holder: h, claims: map[string]any{"nonce": "1.x"}, want: token.ErrNonce},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := b.CheckProof(requestWith(tt.holder.proof(b, access, tt.header, tt.claims)), pageURL, access)
			if !errors.Is(err, tt.want) || (err == nil) != (tt.want == nil) || errors.Is(err, token.ErrNonce) != errors.Is(tt.want, token.ErrNonce) {
				t.Errorf("%v, want %v", err, tt.want)
			}
		})
	}
	good := h.proof(b, access, nil, nil)
	for name, proofs := range map[string][]string{
		"none": nil, "two": {good, h.proof(b, access, nil, nil)}, "garbage": {"a.b.c"}, "cut": {good[:len(good)-5]}, "empty": {""},
	} {
		if _, err := b.CheckProof(requestWith(proofs...), pageURL, access); !errors.Is(err, token.ErrProof) || errors.Is(err, token.ErrNonce) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// proofOf is what CheckProof says of a proof for a login.
func proofOf(t *testing.T, b *setup, h holder) token.Proof {
	t.Helper()
	nonce, err := b.Nonce()
	must(t, err)
	proof, err := b.CheckProof(requestWith(h.proof(b, "", nil, map[string]any{"nonce": nonce})), pageURL, "")
	must(t, err)
	return proof
}

func TestABoundTokenIsGoodWithItsKeyAlone(t *testing.T) {
	b := newSetup(t, token.ES256)
	owner, thief := newHolder(t), newHolder(t)
	pair, err := b.LoginBound(t.Context(), alice, proofOf(t, b, owner))
	must(t, err)
	if pair.TokenType != "DPoP" {
		t.Errorf("token_type %q", pair.TokenType)
	}
	bearer, err := b.Login(t.Context(), alice)
	must(t, err)
	verified, err := b.VerifyBound(pair.AccessToken, proofOf(t, b, owner))
	if err != nil || verified.Subject != alice.Name {
		t.Errorf("with its key: %+v, %v", verified, err)
	}
	for name, refused := range map[string]func() error{
		"as a Bearer token":       func() error { _, err := b.Verify(pair.AccessToken); return err },
		"again, from the cache":   func() error { _, err := b.Verify(pair.AccessToken); return err },
		"with another key":        func() error { _, err := b.VerifyBound(pair.AccessToken, proofOf(t, b, thief)); return err },
		"a Bearer token, bound":   func() error { _, err := b.VerifyBound(bearer.AccessToken, proofOf(t, b, owner)); return err },
		"with the proof of a nil": func() error { _, err := b.VerifyBound(pair.AccessToken, token.Proof{}); return err },
	} {
		if err := refused(); !errors.Is(err, token.ErrBound) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, refused := range map[string]func() error{
		"refreshed without a key": func() error { _, err := b.Refresh(t.Context(), pair.RefreshToken); return err },
		"refreshed by the thief": func() error {
			_, err := b.RefreshBound(t.Context(), pair.RefreshToken, proofOf(t, b, thief))
			return err
		},
		"Bearer, refreshed with it": func() error {
			_, err := b.RefreshBound(t.Context(), bearer.RefreshToken, proofOf(t, b, owner))
			return err
		},
	} {
		if err := refused(); !errors.Is(err, token.ErrRefreshBound) {
			t.Errorf("%s: %v", name, err)
		}
	}
	next, err := b.RefreshBound(t.Context(), pair.RefreshToken, proofOf(t, b, owner)) // the thief has not spent it
	must(t, err)
	if _, err := b.VerifyBound(next.AccessToken, proofOf(t, b, owner)); err != nil {
		t.Errorf("refreshed: %v", err)
	}
}

func TestANonceIsGoodAtEveryReplicaForItsTime(t *testing.T) {
	b, h := newSetup(t, token.ES256), newHolder(t)
	other := token.NewService(token.Config{Keys: b.keys, Now: b.clock})
	nonce, err := b.Nonce()
	must(t, err)
	proof := h.proof(b, "", nil, map[string]any{"nonce": nonce})
	rotated, err := token.GenerateKey(token.EdDSA)
	must(t, err)
	must(t, b.keys.Add(rotated))
	must(t, b.keys.Sign(rotated.ID()))
	for after, want := range map[time.Duration]error{0: nil, time.Minute: nil, 61 * time.Second: token.ErrNonce, -6 * time.Second: token.ErrNonce} {
		b.advance(after)
		if _, err := other.CheckProof(requestWith(proof), pageURL, ""); !errors.Is(err, want) || (err == nil) != (want == nil) {
			t.Errorf("after %s: %v, want %v", after, err, want)
		}
		b.advance(-after)
	}
	must(t, b.keys.Drop(b.key.ID()))
	if _, err := other.CheckProof(requestWith(proof), pageURL, ""); !errors.Is(err, token.ErrNonce) {
		t.Errorf("its key is gone: %v", err)
	}
}

func TestAProofWorksOnce(t *testing.T) {
	b, h := newSetup(t, token.ES256), newHolder(t)
	one, other := token.NewLocalProofs(b.clock), token.NewLocalProofs(b.clock)
	for name, tt := range map[string]struct {
		first, second func(token.Proof) error
		want          error
	}{
		"memory in Redis":             {func(p token.Proof) error { return b.UseProof(t.Context(), p) }, func(p token.Proof) error { return b.UseProof(t.Context(), p) }, token.ErrProofUsed},
		"memory of one replica":       {func(p token.Proof) error { return one.Use(t.Context(), p) }, func(p token.Proof) error { return one.Use(t.Context(), p) }, token.ErrProofUsed},
		"memory of two, which differ": {func(p token.Proof) error { return one.Use(t.Context(), p) }, func(p token.Proof) error { return other.Use(t.Context(), p) }, nil},
	} {
		proof := proofOf(t, b, h)
		must(t, tt.first(proof))
		if err := tt.second(proof); !errors.Is(err, tt.want) || (err == nil) != (tt.want == nil) {
			t.Errorf("%s: %v, want %v", name, err, tt.want)
		}
		must(t, tt.first(proofOf(t, b, h))) // another proof of the same key
	}
	// A client may use the same jti as another: it counts for its own key alone.
	for _, h := range []holder{h, newHolder(t)} {
		nonce, err := b.Nonce()
		must(t, err)
		proof, err := b.CheckProof(requestWith(h.proof(b, "", nil, map[string]any{"nonce": nonce, "jti": "1"})), pageURL, "")
		must(t, err)
		must(t, b.UseProof(t.Context(), proof))
	}
	b.redis.Close()
	if err := b.UseProof(t.Context(), proofOf(t, b, h)); !errors.Is(err, token.ErrUnavailable) {
		t.Errorf("without Redis: %v", err)
	}
}

// TestAUsedProofIsForgottenOnlyWhenItIsTooOld moves the clock over two halves of the memory.
func TestAUsedProofIsForgottenOnlyWhenItIsTooOld(t *testing.T) {
	b, h := newSetup(t, token.ES256), newHolder(t)
	local := token.NewLocalProofs(b.clock)
	for range 5 {
		text := requestWith(h.proof(b, "token", nil, nil))
		use := func() error {
			proof, err := b.CheckProof(text, pageURL, "token")
			if err != nil {
				return err
			}
			return local.Use(t.Context(), proof)
		}
		must(t, use())
		for range 8 {
			b.advance(17 * time.Second)
			if err := use(); !errors.Is(err, token.ErrProof) {
				t.Fatalf("a used proof is taken at %s", b.clock())
			}
		}
	}
	if n := local.Len(); n > 3 {
		t.Errorf("%d proofs are remembered of 5, and 3 at most are fresh enough", n)
	}
}

func TestOfManyRequestsWithOneProofOneSucceeds(t *testing.T) {
	b, h := newSetup(t, token.ES256), newHolder(t)
	local := token.NewLocalProofs(b.clock)
	for name, use := range map[string]func(token.Proof) error{
		"Redis": func(p token.Proof) error { return b.UseProof(t.Context(), p) },
		"local": func(p token.Proof) error { return local.Use(t.Context(), p) },
	} {
		proof := proofOf(t, b, h)
		var wins atomic.Int32
		var clients sync.WaitGroup
		for range 20 {
			clients.Go(func() {
				if use(proof) == nil {
					wins.Add(1)
				}
			})
		}
		clients.Wait()
		if wins.Load() != 1 {
			t.Errorf("%s: %d of 20 succeeded", name, wins.Load())
		}
	}
}
