package soak

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"time"

	"authlab/lab/contract"
	"authlab/web/scheme"
)

// answerTimeout is far longer than any answer may take: it ends a request that would never be answered.
const answerTimeout = 30 * time.Second

// password is what all people log in with. Its hash costs next to nothing.
const password = "the same for all"

// schemes are all rows of the table.
var schemes = scheme.All()

// newClient is what all people send by. It keeps no cookies: which credential a request carries, the model decides.
func newClient() *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.Proxy, transport.MaxIdleConnsPerHost, transport.DisableCompression = nil, 4*MaxPeople, true
	return &http.Client{Transport: transport, Timeout: answerTimeout}
}

// send sends a request and notes in it the answer, or why there is none.
func (s *soak) send(ctx context.Context, e *exchange) {
	if err := s.exchange(ctx, e); err != nil {
		e.failure = err.Error()
	}
}

func (s *soak) exchange(ctx context.Context, e *exchange) error {
	request, err := e.request(ctx, s.target.URL())
	if err != nil {
		return err
	}
	e.at.from = time.Now()
	defer func() { e.at.to = time.Now() }()
	response, err := s.client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	e.replica = response.Header.Get("X-Served-By")
	e.timing = contract.ParseServerTiming(response.Header.Values("Server-Timing")...)
	if err != nil {
		return err
	}
	e.status = response.StatusCode
	_ = json.Unmarshal(body, &e.body) // an answer without a body tells nothing
	for _, cookie := range response.Cookies() {
		cookie.Name, _ = scheme.Unmarked(cookie.Name)
		switch {
		case strings.HasSuffix(cookie.Path, "/login"): // a browser sends it there alone
		case cookie.Name != e.scheme.CookieName:
			e.newPin = cookie.Name + "=" + cookie.Value
		case cookie.MaxAge < 0 || cookie.Value == "":
			e.cookieTaken = true
		default:
			e.newCookie = cookie.Value
		}
	}
	return nil
}

func (e *exchange) request(ctx context.Context, url string) (*http.Request, error) {
	method, path, body := http.MethodGet, e.scheme.Base+"/"+string(e.action), any(nil)
	switch e.action {
	case add:
		method, path, body = http.MethodPost, e.scheme.Base+"/cart", map[string]string{"add": e.item}
	case logIn:
		method, path, body = http.MethodPost, e.scheme.Login, map[string]string{"username": e.user, "password": password}
	case logout:
		method, path = http.MethodPost, e.scheme.Logout
	case refresh:
		method, path, body = http.MethodPost, e.scheme.Refresh, map[string]string{"refresh_token": e.ticket.login.refresh}
	}
	var text bytes.Buffer
	if body != nil {
		if err := json.NewEncoder(&text).Encode(body); err != nil {
			return nil, err
		}
	}
	request, err := http.NewRequestWithContext(ctx, method, url+path, &text)
	if err != nil {
		return nil, err
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	request.Header.Set(contract.PolicyHeader, e.policy)
	request.Header.Set("X-Forwarded-For", e.address)
	if e.pin != "" {
		request.Header.Add("Cookie", e.pin)
	}
	switch {
	case e.scheme.Credential == scheme.Password:
		request.SetBasicAuth(e.user, password)
	case e.ticket == nil:
	case e.scheme.Credential == scheme.Cookie:
		request.AddCookie(&http.Cookie{Name: e.scheme.CookieName, Value: e.ticket.text})
	case e.action != logIn && e.action != refresh:
		request.Header.Set("Authorization", "Bearer "+e.ticket.text)
	}
	return request, nil
}
