// Package issuer is a login server of its own: it hands home's tokens over by OAuth, so that a client never sees a password.
//
//	browser ──▶ GET  /authorize?client_id&redirect_uri&state&code_challenge     a form
//	        ──▶ POST /authorize?…  username, password ──▶ home: POST /authenticate
//	        ◀── 303 redirect_uri?code&state      an address: others may read it
//	client  ──▶ POST /token  code, code_verifier
//	        ◀── the pair of tokens that home gave
//
// Of OAuth it knows the authorization code grant (RFC 6749, section 4.1) with PKCE (RFC 7636), as RFC 9700 has it, for public
// clients. The tokens are home's, so every service that verifies home's tokens takes them, and home publishes their keys.
package issuer

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// maxForm is the largest form that is read, and maxAnswer the largest answer of home's, in bytes.
const maxForm, maxAnswer = 8 << 10, 64 << 10

// Config says what an Issuer works with.
type Config struct {
	Home    string            // URL of the balancer: http://127.0.0.1:8080
	Clients map[string]string // where the browser is sent back to for each registered client, by its ID
	Now     func() time.Time
	Logger  *slog.Logger
}

// An Issuer is a login server. It keeps codes in memory, and no logins.
type Issuer struct {
	config Config
	client *http.Client

	mu     sync.Mutex
	grants map[codeHash]*grant
}

// New returns an Issuer. It listens nowhere: serve its Handler.
func New(config Config) *Issuer {
	return &Issuer{config: config, client: &http.Client{Timeout: 5 * time.Second}, grants: map[codeHash]*grant{}}
}

// Handler serves the routes. No answer may be kept or framed, or give its address away as a Referer (RFC 9700, sections 4.2.4
// and 4.16).
func (s *Issuer) Handler() http.Handler {
	routes := http.NewServeMux()
	routes.HandleFunc("GET /authorize", s.handleForm)
	routes.HandleFunc("POST /authorize", s.handleAuthorize)
	routes.HandleFunc("POST /token", s.handleToken)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Referrer-Policy", "no-referrer")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'")
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		routes.ServeHTTP(w, r)
	})
}

// logIn asks home for a pair of tokens, as home writes it. Another status than 200 is home's refusal.
func (s *Issuer) logIn(ctx context.Context, name, password string) (pair []byte, status int, err error) {
	body, err := json.Marshal(map[string]string{"username": name, "password": password})
	if err != nil {
		return nil, 0, err
	}
	return s.post(ctx, "/authenticate", "application/json", body)
}

// revoke has home end the login of a pair (RFC 7009), whether or not the client waits for the answer.
func (s *Issuer) revoke(ctx context.Context, pair []byte) {
	var tokens struct {
		Access string `json:"access_token"`
	}
	err := json.Unmarshal(pair, &tokens)
	status := 0
	if err == nil {
		form := url.Values{"token": {tokens.Access}}.Encode()
		_, status, err = s.post(context.WithoutCancel(ctx), "/token/revoke", "application/x-www-form-urlencoded", []byte(form))
	}
	if err != nil || status != http.StatusOK {
		s.config.Logger.Error("revoke after the second use of a code", "status", status, "error", err)
	}
}

func (s *Issuer) post(ctx context.Context, path, contentType string, body []byte) (text []byte, status int, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.config.Home+path, bytes.NewReader(body))
	if err != nil {
		return nil, 0, err
	}
	request.Header.Set("Content-Type", contentType)
	response, err := s.client.Do(request)
	if err != nil {
		return nil, 0, err
	}
	defer response.Body.Close()
	text, err = io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	return text, response.StatusCode, err
}
