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
	url    string
	client *http.Client
}

func newHome(url string) *home {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.Proxy = nil              // home is in the same network
	transport.MaxIdleConnsPerHost = 64 // with the default, 2, most calls would begin with a handshake
	return &home{url, &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// get asks home, decodes its JSON into answer, and returns its status. The call is added to the timing of the request that
// needed it. errHome: home gave no usable response, or another status than 200.
func (h *home) get(ctx context.Context, path string, header http.Header, answer any) (status int, err error) {
	defer timingOf(ctx).startCall(path)()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, h.url+path, nil)
	if err != nil {
		return 0, fmt.Errorf("%w: %w", errHome, err)
	}
	request.Header = header
	return h.send(request, answer)
}

// send is get for any request, and counts no call.
func (h *home) send(request *http.Request, answer any) (status int, err error) {
	response, err := h.client.Do(request)
	if err != nil {
		return 0, fmt.Errorf("%w: %w", errHome, err)
	}
	defer response.Body.Close()
	err = json.NewDecoder(io.LimitReader(response.Body, maxResponse)).Decode(answer)
	if response.StatusCode != http.StatusOK {
		return response.StatusCode, fmt.Errorf("%w: it says %d", errHome, response.StatusCode)
	}
	if err != nil {
		return response.StatusCode, fmt.Errorf("%w: read its answer: %w", errHome, err)
	}
	return response.StatusCode, nil
}

// A user is a user in the JSON of both services.
type user struct {
	Name  string   `json:"name"`
	Roles []string `json:"roles"`
}

// askUser asks home which user the caller is, with the caller's own credential, which is in the header of that name.
// errUnknown: home does not know the credential. errHome: home gave no usable response, so this service cannot tell.
func (h *home) askUser(ctx context.Context, path string, caller http.Header, credential string) (user, error) {
	// X-Balance is sent on because a session in a replica's memory is known to that replica only: the balancer in front
	// of home finds it again by its own cookie, which is among the caller's.
	header := http.Header{}
	for _, name := range []string{credential, "X-Balance"} {
		if values := caller.Values(name); len(values) > 0 {
			header[name] = slices.Clone(values)
		}
	}
	var answer struct {
		User   user   `json:"user"`
		Detail string `json:"detail"` // of a problem
	}
	status, err := h.get(ctx, path, header, &answer)
	switch {
	case status == http.StatusUnauthorized:
		return user{}, fmt.Errorf("%w: %s", errUnknown, answer.Detail)
	case err != nil:
		return user{}, err
	case answer.User.Name == "":
		return user{}, fmt.Errorf("%w: its answer names no user", errHome)
	}
	return answer.User, nil
}
