package resource

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"
)

const (
	// homeTimeout is how long one request may wait for home in all: for keys, for a user, or for both.
	homeTimeout = 800 * time.Millisecond
	// maxResponse is how much of home's response is read, in bytes.
	maxResponse = 256 << 10
)

var (
	errUnknown = errors.New("home does not know the caller")
	errHome    = errors.New("home does not answer")
)

// A home is the first service, which knows the logins: the authorization server, in OAuth's words.
type home struct {
	url       string
	transport *http.Transport
	client    *http.Client
}

func newHome(url string) *home {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.Proxy = nil              // home is in the same network
	transport.MaxIdleConnsPerHost = 64 // with the default, 2, most calls would begin with a handshake
	h := &home{url: url, transport: transport}
	h.client = &http.Client{
		Transport:     homeTransport{transport},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return h
}

// A user is a user in the JSON of both services.
type user struct {
	Name  string   `json:"name"`
	Roles []string `json:"roles"`
}

// askUser asks home which user the caller is, with the caller's own credential, which is in the header of that name.
// errUnknown: home does not know the credential. errHome: home gave no usable response, so this service cannot tell.
func (h *home) askUser(ctx context.Context, path string, caller http.Header, credential string) (user, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, h.url+path, nil)
	if err != nil {
		return user{}, fmt.Errorf("ask home: %w", err)
	}
	// X-Balance is sent on because a session in a replica's memory is known to that replica only: the balancer in front
	// of home finds it again by its own cookie, which is among the caller's.
	for _, name := range []string{credential, "X-Balance"} {
		if values := caller.Values(name); len(values) > 0 {
			request.Header[name] = slices.Clone(values)
		}
	}
	response, err := h.client.Do(request)
	if err != nil {
		return user{}, fmt.Errorf("%w: %w", errHome, err)
	}
	defer response.Body.Close()
	var answer struct {
		User   user   `json:"user"`
		Detail string `json:"detail"` // of a problem
	}
	err = json.NewDecoder(response.Body).Decode(&answer)
	switch {
	case response.StatusCode == http.StatusUnauthorized:
		return user{}, fmt.Errorf("%w: %s", errUnknown, answer.Detail)
	case response.StatusCode != http.StatusOK:
		return user{}, fmt.Errorf("%w: it says %d", errHome, response.StatusCode)
	case err != nil:
		return user{}, fmt.Errorf("%w: read its answer: %w", errHome, err)
	case answer.User.Name == "":
		return user{}, fmt.Errorf("%w: its answer names no user", errHome)
	}
	return answer.User, nil
}

// homeTransport adds each call to home to the timing of the request that needed it, and bounds the response's size.
type homeTransport struct{ next http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (t homeTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	defer timingOf(request.Context()).startCall(request.URL.Path)()
	response, err := t.next.RoundTrip(request)
	if err == nil {
		response.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(response.Body, maxResponse), response.Body}
	}
	return response, err
}
