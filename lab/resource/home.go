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
	// patience is how long one request may wait for home, whatever it asks there.
	patience = 800 * time.Millisecond
	// maxAnswer is how much of an answer of home's is read, in bytes.
	maxAnswer = 256 << 10
)

var (
	errUnknown = errors.New("home does not know the caller")
	errHome    = errors.New("home does not answer")
)

// A home is the first service, which knows who is logged in.
type home struct {
	url       string
	transport *http.Transport
	client    *http.Client
}

func newHome(url string) *home {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	// Home is near, and no proxy is on the way. Two idle connections, the default, would make most calls begin with a
	// handshake.
	transport.Proxy, transport.MaxIdleConnsPerHost = nil, 64
	h := &home{url: url, transport: transport}
	h.client = &http.Client{
		Transport:     billed{transport},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return h
}

// A user is what both services call a user.
type user struct {
	Name  string   `json:"name"`
	Roles []string `json:"roles"`
}

// who asks home who is calling, with the caller's own credential, which is in the header of that name. errUnknown: home
// says that it does not know the credential. errHome: home says nothing that could be understood, so nobody can tell.
func (h *home) who(ctx context.Context, path string, caller http.Header, credential string) (user, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, h.url+path, nil)
	if err != nil {
		return user{}, fmt.Errorf("ask home: %w", err)
	}
	// X-Balance goes along because a session in a replica's memory is only known there: the balancer in front of home
	// has to find that replica again, by its own cookie, which is among the caller's.
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
		return user{}, fmt.Errorf("%w: its answer names nobody", errHome)
	}
	return answer.User, nil
}

// billed puts every call home on the bill of the request that needed it, and bounds what is read of the answer.
type billed struct{ next http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (b billed) RoundTrip(request *http.Request) (*http.Response, error) {
	done := billOf(request.Context()).call(request.URL.Path)
	defer done()
	response, err := b.next.RoundTrip(request)
	if err == nil {
		response.Body = capped{io.LimitReader(response.Body, maxAnswer), response.Body}
	}
	return response, err
}

type capped struct {
	io.Reader
	io.Closer
}
