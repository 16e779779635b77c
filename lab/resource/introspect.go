package resource

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// introspectFor are how long an answer of home is believed, in seconds: a route for each.
var introspectFor = []int{0, 5, 60}

// mostAnswers bounds how many answers are kept.
const mostAnswers = 10_000

// answers are what home has said of tokens, for a while. A token that home has taken back meanwhile is believed until then:
// that is the price of asking less often (RFC 7662, section 4).
type answers struct {
	lasting time.Duration
	now     func() time.Time

	mu   sync.Mutex
	kept map[[sha256.Size]byte]keptAnswer
}

type keptAnswer struct {
	user  user
	until time.Time
}

func newAnswers(lasting time.Duration, now func() time.Time) *answers {
	return &answers{lasting: lasting, now: now, kept: map[[sha256.Size]byte]keptAnswer{}}
}

func (a *answers) get(token string) (user, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	found, ok := a.kept[sha256.Sum256([]byte(token))]
	return found.user, ok && a.now().Before(found.until)
}

// keep keeps only that a token is good. expires is when the token's own time is over.
func (a *answers) keep(token string, u user, expires time.Time) {
	until := a.now().Add(a.lasting)
	if expires.Before(until) {
		until = expires
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.kept) >= mostAnswers {
		clear(a.kept)
	}
	a.kept[sha256.Sum256([]byte(token))] = keptAnswer{u, until}
}

// byIntrospection asks home whether the token is good, unless home has said so a short while ago.
func (s *Service) byIntrospection(lasting time.Duration) identifier {
	known := newAnswers(lasting, s.config.Now)
	return func(ctx context.Context, r *http.Request) (user, error) {
		token, err := bearer(r)
		if err != nil {
			return user{}, err
		}
		if len(token) > maxToken {
			return user{}, fmt.Errorf("%w: it has %d bytes, and %d is the most", errToken, len(token), maxToken)
		}
		if u, ok := known.get(token); ok {
			return u, nil
		}
		u, expires, err := s.home.introspect(ctx, s.config.Name, s.config.Secret, token)
		if err == nil {
			known.keep(token, u, expires)
		}
		return u, err
	}
}

// introspect asks home about a token (RFC 7662). errUnknown: home says that it is not good. errHome: home does not say.
func (h *home) introspect(ctx context.Context, name, secret, token string) (user, time.Time, error) {
	var answer struct {
		Active       bool      `json:"active"`
		Subject      string    `json:"sub"`
		Roles        []string  `json:"roles"`
		Expires      int64     `json:"exp"`
		Confirmation *struct{} `json:"cnf"` // as in claims
	}
	const path = "/token/introspect"
	defer timingOf(ctx).startCall(path)()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, h.url+path, strings.NewReader(url.Values{"token": {token}}.Encode()))
	if err != nil {
		return user{}, time.Time{}, fmt.Errorf("%w: %w", errHome, err)
	}
	request.SetBasicAuth(name, secret)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if _, err := h.send(request, &answer); err != nil {
		return user{}, time.Time{}, err
	}
	if !answer.Active || answer.Subject == "" {
		return user{}, time.Time{}, fmt.Errorf("%w: this token is not good", errUnknown)
	}
	if answer.Confirmation != nil {
		return user{}, time.Time{}, fmt.Errorf("%w: %w", errToken, errBound)
	}
	return user{answer.Subject, answer.Roles}, time.Unix(answer.Expires, 0), nil
}
