package web_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/golang-jwt/jwt/v5"

	"authlab/web/scheme"
)

// A holder is a client that holds a key, and makes a proof for each request.
type holder struct {
	*client
	key   *ecdsa.PrivateKey
	nonce string
}

func newHolder(c *client) *holder {
	c.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(c.t, err)
	return &holder{client: c.other(), key: key}
}

// boundTokens are the schemes whose token is bound to a key.
func boundTokens() []scheme.Scheme {
	return slices.DeleteFunc(scheme.Beside(), func(s scheme.Scheme) bool { return s.Credential != scheme.DPoP })
}

// proof is one for a request, with its access token.
func (h *holder) proof(method, path string) string {
	h.t.Helper()
	claims := jwt.MapClaims{
		"jti": rand.Text(), "htm": method, "htu": "http://" + h.server.address + path, "iat": h.server.world.clock.Now().Unix(),
	}
	if h.nonce != "" {
		claims["nonce"] = h.nonce
	}
	if h.pair.AccessToken != "" {
		sum := sha256.Sum256([]byte(h.pair.AccessToken))
		claims["ath"] = base64.RawURLEncoding.EncodeToString(sum[:])
	}
	proof := jwt.NewWithClaims(jwt.SigningMethodES256, claims)
	proof.Header["typ"], proof.Header["jwk"] = "dpop+jwt", jose.JSONWebKey{Key: h.key.Public()}
	text, err := proof.SignedString(h.key)
	must(h.t, err)
	return text
}

// send is expect with the token as it should be sent, and with a proof.
func (h *holder) send(want int, method, path, body string) answer {
	h.t.Helper()
	return h.sendWith(want, method, path, body, h.proof(method, path))
}

func (h *holder) sendWith(want int, method, path, body, proof string) answer {
	h.t.Helper()
	authorization := ""
	if h.pair.AccessToken != "" {
		authorization = "DPoP " + h.pair.AccessToken
	}
	return h.expect(want, method, path, body, "Authorization", authorization, "DPoP", proof)
}

// logIn gets a nonce by a first attempt, as every client does, and logs in with it.
func (h *holder) logIn() {
	h.t.Helper()
	body := loginBody("alice", passwordOf("alice"))
	h.askNonce(body)
	must(h.t, json.Unmarshal([]byte(h.send(200, http.MethodPost, "/token/bound/login", body).body), &h.pair))
}

func (h *holder) askNonce(body string) {
	h.t.Helper()
	first := h.send(401, http.MethodPost, "/token/bound/login", body)
	first.isProblem(h.t, 401, "proof-nonce", scheme.TokenBound)
	h.nonce = first.header.Get("DPoP-Nonce")
	if h.nonce == "" || !strings.Contains(first.header.Get("WWW-Authenticate"), `error="use_dpop_nonce"`) {
		h.t.Errorf("no nonce is given: %v", first.header)
	}
}

// bases are where a bound token is taken, by the scheme.
func bases() map[string]string {
	all := map[string]string{}
	for _, row := range boundTokens() {
		all[row.Name] = row.Base
	}
	return all
}

func TestABoundTokenIsGoodForTheHolderOfItsKey(t *testing.T) {
	w, c := alone(t)
	owner := newHolder(c)
	owner.logIn()
	if owner.pair.TokenType != "DPoP" {
		t.Errorf("token_type %q", owner.pair.TokenType)
	}
	for _, base := range bases() {
		for _, path := range []string{"/me", "/admin", "/cart", "/me?a=b"} {
			owner.send(200, http.MethodGet, base+path, "")
		}
		owner.send(200, http.MethodHead, base+"/me", "")
		owner.send(200, http.MethodPost, base+"/email", `{"email":"a@b.example"}`)
	}
	must(t, json.Unmarshal([]byte(owner.refresh(200).body), &owner.pair))
	owner.send(200, http.MethodGet, "/token/bound/me", "")

	w.clock.Advance(10 * time.Minute) // the nonce is too old now, and the client gets another one
	again := owner.send(401, http.MethodGet, "/token/bound/me", "")
	owner.nonce = again.header.Get("DPoP-Nonce")
	owner.send(200, http.MethodGet, "/token/bound/me", "")

	owner.send(204, http.MethodPost, "/token/bound/logout", "")
	owner.refresh(401).isProblem(t, 401, "refresh-ended", scheme.TokenBound)
}

func (h *holder) refresh(want int) answer {
	h.t.Helper()
	return h.send(want, http.MethodPost, "/token/bound/refresh", refreshBody(h.pair.RefreshToken))
}

func TestAThiefOfABoundTokenGetsNothing(t *testing.T) {
	_, c := alone(t)
	owner, thief := newHolder(c), newHolder(c)
	owner.logIn()
	thief.pair, thief.nonce = owner.pair, owner.nonce
	for name, base := range bases() {
		thief.send(401, http.MethodGet, base+"/me", "").isProblem(t, 401, "token-bound", name)
		none := thief.sendWith(401, http.MethodGet, base+"/me", "", "")
		none.isProblem(t, 401, "proof-invalid", name)
		if challenge := none.header.Get("WWW-Authenticate"); !strings.HasPrefix(challenge, "DPoP ") || !strings.Contains(challenge, `error="invalid_dpop_proof"`) {
			t.Errorf("challenge %q", challenge)
		}
		a := thief.get(401, base+"/me", "Authorization", "Bearer "+owner.pair.AccessToken)
		a.isProblem(t, 401, "no-credential", name)
	}
	for _, of := range []string{scheme.TokenStateless, scheme.TokenRevocable} {
		thief.get(401, routeOf(of).base+"/me").isProblem(t, 401, "token-bound", of)
	}
	thief.expect(401, http.MethodPost, "/token/logout-everywhere", "")
	thief.post(401, "/token/revoke", "token="+owner.pair.AccessToken, "Content-Type", "application/x-www-form-urlencoded").isProblem(t, 401, "token-bound", scheme.TokenRevocable)
	thief.refresh(401).isProblem(t, 401, "refresh-bound", scheme.TokenBound)
	thief.post(401, "/token/refresh", refreshBody(owner.pair.RefreshToken)).isProblem(t, 401, "refresh-bound", scheme.TokenStateless)
	owner.refresh(200) // it was not spent
}

func TestACopiedRequestWorksOnceOrOnceAtEachReplica(t *testing.T) {
	w := newWorld(t)
	one, two := w.start(t, "app-1"), w.start(t, "app-2")
	for name, base := range bases() {
		owner := newHolder(newClient(t, one))
		owner.logIn()
		// Both replicas are behind one address, which is what the client's proof names.
		host := one.address
		proof := owner.proof(http.MethodGet, base+"/me")
		owner.sendWith(200, http.MethodGet, base+"/me", "", proof)
		owner.sendWith(401, http.MethodGet, base+"/me", "", proof).isProblem(t, 401, "proof-used", name)
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+two.address+base+"/me", nil)
		must(t, err)
		r.Host = host
		r.Header = http.Header{"Authorization": {"DPoP " + owner.pair.AccessToken}, "Dpop": {proof}}
		w.sent(proof)
		response, err := owner.http.Do(r)
		must(t, err)
		want := map[string]int{scheme.TokenBound: 401, scheme.TokenBoundLocal: 200}[name]
		if a := read(t, response); a.status != want {
			t.Errorf("%s: the other replica answers %d, want %d: %s", name, a.status, want, a.body)
		}
	}
}

func TestWithoutRedisOnlyTheLocalMemoryOfProofsAnswers(t *testing.T) {
	w, c := alone(t)
	owner := newHolder(c)
	owner.logIn()
	w.redis.Close()
	owner.send(503, http.MethodGet, "/token/bound/me", "").isProblem(t, 503, "store-unavailable", scheme.TokenBound)
	owner.send(200, http.MethodGet, "/token/bound-local/me", "")
	owner.refresh(503).isProblem(t, 503, "store-unavailable", scheme.TokenBound)
}

func TestABoundRequestCostsTwoSignaturesAndACommand(t *testing.T) {
	_, c := alone(t)
	owner := newHolder(c)
	owner.logIn()
	for base, want := range map[string]map[string]int{
		"/token/bound": {"signature": 2, "store": 1}, "/token/bound-local": {"signature": 2},
	} {
		got := map[string]int{}
		for entry := range strings.SplitSeq(owner.send(200, http.MethodGet, base+"/me", "").header.Get("Server-Timing"), ", ") {
			name, _, _ := strings.Cut(entry, ";")
			got[name]++
		}
		if !maps.Equal(got, want) {
			t.Errorf("%s: %v, want %v", base, got, want)
		}
	}
}

func TestAStreamOfABoundTokenGoesOnWithTheProofThatItBeganWith(t *testing.T) {
	w, c := alone(t)
	for _, row := range boundTokens() {
		owner := newHolder(c)
		owner.logIn()
		s := owner.open(t, row.Base+"/stream", "DPoP "+owner.pair.AccessToken, owner.proof(http.MethodGet, row.Base+"/stream"))
		for range 3 { // it asks again each time
			w.clock.Advance(6 * time.Second)
			if e := s.next(w.clock.Now()); e.Event != "here" || e.User != "alice" {
				t.Fatalf("%s: %+v", row.Name, e)
			}
		}
		w.clock.Advance(16 * time.Minute)
		s.isEnded(s.next(w.clock.Now()), "token-time")
	}
}
