package token

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// A client that holds a private key can have its tokens bound to it (RFC 9449, DPoP). With each request it then sends a proof
// that it holds the key: a JWT that it signs for this method, this URL and this token, and that works once. A thief who copies
// token and proof cannot make the next proof.
//
//	Authorization: DPoP <access token>     cnf.jkt in it is the thumbprint of the key
//	DPoP: <proof>                          jwk, htm, htu, ath, iat, jti; and a nonce, where one is asked for

const (
	// proofType is the typ of a proof.
	proofType = "dpop+jwt"
	// proofLife is how old a proof may be, by the nonce in it or else by the client's clock, and proofAhead how far that
	// may be ahead of ours.
	proofLife  = time.Minute
	proofAhead = 5 * time.Second
)

// proofAlgorithms leaves out RS256: an attacker chooses the key of a proof, and could choose one that takes long to verify.
func proofAlgorithms() []string { return []string{ES256, EdDSA} }

// A Proof is one that CheckProof accepted.
type Proof struct {
	Thumbprint string // of the client's key (RFC 7638)
	id         string // of this proof under this key
}

type proofHeader struct {
	Algorithm, Type string
	Key             json.RawMessage
}

func (h *proofHeader) fields() []field {
	return []field{{"alg", &h.Algorithm}, {"typ", &h.Type}, {"jwk", &h.Key}}
}

type proofClaims struct {
	ID, Method, URL, TokenHash, Nonce string
	IssuedAt                          Instant
}

func (c *proofClaims) fields() []field {
	return []field{
		{"jti", &c.ID}, {"htm", &c.Method}, {"htu", &c.URL}, {"iat", &c.IssuedAt}, {"ath", &c.TokenHash}, {"nonce", &c.Nonce},
	}
}

// CheckProof checks the proof of a request for a URL (RFC 9449, section 4.3). The token is the access token that came with it,
// and is empty where there is none yet: at a login and at a refresh. Such a proof needs a nonce, or a thief could make one in
// advance (section 11.2).
//
// Its errors are ErrProof, and ErrNonce: the client has to make the proof again, with the nonce that Nonce returns. Whether the
// proof was used before, UseProof tells.
func (s *Service) CheckProof(r *http.Request, requested, token string) (Proof, error) {
	values := r.Header.Values("DPoP")
	if len(values) != 1 {
		return Proof{}, fmt.Errorf("%w: %d DPoP headers, and it takes one", ErrProof, len(values))
	}
	var h proofHeader
	t, err := decodeSigned(values[0], h.fields())
	if err != nil {
		return Proof{}, fmt.Errorf("%w: %w", ErrProof, err)
	}
	key, err := proofKey(h)
	if err != nil {
		return Proof{}, fmt.Errorf("%w: %w", ErrProof, err)
	}
	if err := key.check(h.Algorithm, t); err != nil {
		return Proof{}, fmt.Errorf("%w: %w", ErrProof, err)
	}
	var c proofClaims
	if _, err := readObject(t.payload, c.fields()); err != nil {
		return Proof{}, fmt.Errorf("%w: its payload is %w", ErrProof, err)
	}
	switch {
	case c.ID == "" || c.IssuedAt.IsZero():
		return Proof{}, fmt.Errorf("%w: it has no jti, or no iat", ErrProof)
	case c.Method != r.Method:
		return Proof{}, fmt.Errorf("%w: it is for the method %.10q", ErrProof, c.Method)
	case !sameURL(c.URL, requested):
		return Proof{}, fmt.Errorf("%w: it is for %.80q, and this is %s", ErrProof, c.URL, requested)
	case token != "" && c.TokenHash != hashOf(token):
		return Proof{}, fmt.Errorf("%w: it is for another access token", ErrProof)
	}
	if err := s.checkAge(c, token == ""); err != nil {
		return Proof{}, err
	}
	return Proof{Thumbprint: key.id, id: hashOf(key.id + "." + c.ID)}, nil
}

// checkAge takes the time of a proof from its nonce, and from the client's clock only if there is none (section 4.3, step 11).
func (s *Service) checkAge(c proofClaims, needsNonce bool) error {
	made := time.Time(c.IssuedAt)
	if c.Nonce != "" {
		given, ok := s.timeOfNonce(c.Nonce)
		if !ok {
			return fmt.Errorf("%w: the nonce is not ours", ErrNonce)
		}
		made = given
	} else if needsNonce {
		return fmt.Errorf("%w: it has none", ErrNonce)
	}
	if age := s.config.Now().Sub(made); age > proofLife || -age > proofAhead {
		return fmt.Errorf("%w: it is out of its time", ErrNonce)
	}
	return nil
}

// proofKey returns the public key that a proof brings.
func proofKey(h proofHeader) (*Key, error) {
	if !isType(h.Type, proofType) {
		return nil, fmt.Errorf("typ is %.20q and not %q", h.Type, proofType)
	}
	if !slices.Contains(proofAlgorithms(), h.Algorithm) {
		return nil, fmt.Errorf("alg is %.10q and not one of %v", h.Algorithm, proofAlgorithms())
	}
	var jwk jose.JSONWebKey
	if err := jwk.UnmarshalJSON(h.Key); err != nil || !jwk.IsPublic() {
		return nil, errors.New("jwk is not a public key")
	}
	return newVerifyingKey("", h.Algorithm, jwk.Key)
}

// sameURL compares without query and fragment, and as RFC 3986 normalizes (section 6.2.2 and 6.2.3). The path is decoded, as it
// is where routes are matched.
func sameURL(a, b string) bool {
	one, err := url.Parse(a)
	other, err2 := url.Parse(b)
	return err == nil && err2 == nil && normalized(one) == normalized(other)
}

func normalized(u *url.URL) string {
	scheme, host := strings.ToLower(u.Scheme), strings.ToLower(u.Host)
	host = strings.TrimSuffix(host, map[string]string{"http": ":80", "https": ":443"}[scheme])
	return scheme + "://" + host + cmp.Or(u.Path, "/")
}

func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
