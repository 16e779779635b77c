package issuer

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"maps"
	"net/http"
	"time"
)

// codeLife is how long a code is good, and maxGrants how many there can be at a time.
const codeLife, maxGrants = time.Minute, 1000

type codeHash = [sha256.Size]byte

// A grant is what a code is good for.
type grant struct {
	request
	pair  []byte
	until time.Time
	used  bool
}

// keep keeps a pair until its code is redeemed, and returns the code. false: there are too many.
func (s *Issuer) keep(asked request, pair []byte) (string, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.config.Now()
	maps.DeleteFunc(s.grants, func(_ codeHash, g *grant) bool { return !now.Before(g.until) })
	if len(s.grants) >= maxGrants {
		return "", false
	}
	code := rand.Text()
	s.grants[sha256.Sum256([]byte(code))] = &grant{request: asked, pair: pair, until: now.Add(codeLife)}
	return code, true
}

// redeem returns the pair of a code, if the client that asks for it is the one that began: it alone knows the verifier
// (RFC 7636, section 4.6). Without it, the code stays good for that client. again: the pair was given before.
func (s *Issuer) redeem(code, client, redirect, verifier string) (pair []byte, again, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, found := s.grants[sha256.Sum256([]byte(code))]
	hash := sha256.Sum256([]byte(verifier))
	if !found || !s.config.Now().Before(g.until) || client != g.client || redirect != g.redirect ||
		base64.RawURLEncoding.EncodeToString(hash[:]) != g.challenge {
		return nil, false, false
	}
	again, g.used = g.used, true
	return g.pair, again, true
}

// handleToken handles the "POST /token" route. If a code and its verifier come a second time, two clients have them and one is
// a thief, so the login server has home end the login (RFC 6749, section 4.1.2). A thief who has the code alone is refused
// before that, and cannot end the login.
func (s *Issuer) handleToken(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	if r.PostFormValue("grant_type") != "authorization_code" {
		refuse(w, "unsupported_grant_type")
		return
	}
	pair, again, ok := s.redeem(r.PostFormValue("code"), r.PostFormValue("client_id"), r.PostFormValue("redirect_uri"), r.PostFormValue("code_verifier"))
	if again {
		s.revoke(r.Context(), pair)
	}
	if !ok || again {
		refuse(w, "invalid_grant")
		return
	}
	_, _ = w.Write(pair) // the client has left
}

// refuse answers as in RFC 6749, section 5.2.
func refuse(w http.ResponseWriter, code string) {
	w.WriteHeader(http.StatusBadRequest)
	_, _ = w.Write([]byte(`{"error":"` + code + `"}`)) // the client has left
}
