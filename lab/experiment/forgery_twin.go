package experiment

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/go-jose/go-jose/v4"
	"github.com/golang-jwt/jwt/v5"
)

// forgeAtTwin sends the same forgeries to the naive twin, and guesses its secret.
func forgeAtTwin(ctx context.Context, trial *Trial) (o twinResult, cracked cracking, err error) {
	o, err = trial.attackTwin(ctx, func(t *twin, o *twinResult) error {
		cracked, err = t.sendForgeries(ctx, o)
		return err
	})
	return o, cracked, err
}

func (t *twin) sendForgeries(ctx context.Context, o *twinResult) (cracking, error) {
	var cracked cracking
	bob, err := t.tokens(ctx, "bob")
	if err != nil {
		return cracked, err
	}
	alice, err := t.tokens(ctx, "alice")
	if err != nil {
		return cracked, err
	}
	key, err := t.publicKey(ctx, bob.ID)
	if err != nil {
		return cracked, err
	}
	forged, err := forgeries(bob.Access, []publicKey{key})
	if err != nil {
		return cracked, err
	}
	cracked = crack(bob.Access, guesses())
	secret, err := guessed(bob.Access, []string{cracked.word})
	if err != nil {
		return cracked, err
	}
	secret[0].naive = true
	if err := errors.Join(t.requireStatus(ctx, bob.Access, http.StatusForbidden), t.requireStatus(ctx, alice.Access, http.StatusOK)); err != nil {
		return cracked, err
	}
	// alice's token is logged out, and then spelled anew.
	if _, err := t.do(ctx, http.MethodPost, "/naive/token/logout", "", "Authorization", "Bearer "+alice.Access); err != nil {
		return cracked, err
	}
	if err := t.requireStatus(ctx, alice.Access, http.StatusUnauthorized); err != nil {
		return cracked, err
	}
	respelling := forgery{"another spelling of a token that was logged out", respelled(alice.Access), true}
	for _, f := range append(forged, secret[0], respelling) {
		t.trick = f.name
		status, err := t.admin(ctx, f.text)
		if err != nil {
			return cracked, err
		}
		o.note(f.name, status == http.StatusOK, f.naive)
	}
	t.trick = ""
	// A real token without exp that is taken needs no forger: a copy of it is good for ever.
	status, err := t.admin(ctx, alice.ID)
	payload := strings.Split(alice.ID+"..", ".")[1]
	o.note("a token without exp", status == http.StatusOK && !strings.Contains(decoded(payload), `"exp"`), true)
	return cracked, err
}

type twinTokens struct {
	Access string `json:"access_token"`
	ID     string `json:"id_token"`
}

func (t *twin) tokens(ctx context.Context, name string) (twinTokens, error) {
	body := fmt.Sprintf(`{"username":%q,"password":%q}`, name, passwords[name])
	got, err := t.do(ctx, http.MethodPost, "/naive/authenticate", body, "Content-Type", "application/json")
	if err != nil {
		return twinTokens{}, err
	}
	return got.tokens()
}

func (r reply) tokens() (tokens twinTokens, err error) {
	if err := json.Unmarshal([]byte(r.body), &tokens); err != nil || tokens.Access == "" {
		return tokens, fmt.Errorf("naive twin: no token: %d %s", r.status, r.body)
	}
	return tokens, nil
}

func (t *twin) admin(ctx context.Context, token string) (int, error) {
	got, err := t.do(ctx, http.MethodGet, "/naive/token/admin", "", "Authorization", "Bearer "+token)
	return got.status, err
}

// requireStatus makes sure of what a real token gets.
func (t *twin) requireStatus(ctx context.Context, token string, want int) error {
	status, err := t.admin(ctx, token)
	if err == nil && status != want {
		err = fmt.Errorf("naive twin: %d with a real token, and not %d", status, want)
	}
	return err
}

// publicKey reads the twin's public key. Its name is in the header of a token that it verifies.
func (t *twin) publicKey(ctx context.Context, token string) (publicKey, error) {
	got, err := t.do(ctx, http.MethodGet, "/naive/public-key.pem", "")
	if err != nil {
		return publicKey{}, err
	}
	block, _ := pem.Decode([]byte(got.body))
	if block == nil {
		return publicKey{}, errors.New("naive twin: the public key is not PEM")
	}
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return publicKey{}, err
	}
	unverified, _, err := jwt.NewParser().ParseUnverified(token, jwt.MapClaims{})
	if err != nil {
		return publicKey{}, err
	}
	kid, _ := unverified.Header["kid"].(string)
	jwk, err := json.Marshal(jose.JSONWebKey{Key: key, KeyID: kid, Algorithm: jwt.SigningMethodRS256.Alg(), Use: "sig"})
	return publicKey{kid, key, jwk}, err
}
