package experiment

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sort"
)

const (
	somePermissions = 300
	mostPermissions = 1000 // to find the limit of what still works with 300
	// browserCookie is how many bytes a cookie's name and value may have together. A browser drops a longer one without
	// telling the user or the server (RFC 6265bis, section 5.6).
	browserCookie = 4096
)

// size gives a user more and more permissions and weighs one request.
func size() Experiment {
	return Experiment{
		Name: "size",
		Predicted: Predictions{
			SessionMemory:  flatSize(),
			SessionRedis:   flatSize(),
			SessionCookie:  growsTo(4),
			TokenStateless: growsTo(8),
			TokenRevocable: growsTo(8),
			TokenCookie:    growsTo(4),
		},
		Choices: these(flatSize(), growsTo(4), growsTo(8)),
		Run: func(ctx context.Context, trial *Trial) error {
			for _, scheme := range except(Basic) {
				s := scale{trial: trial, scheme: scheme, seen: map[int]weight{}}
				if err := s.weigh(ctx); err != nil {
					return err
				}
				trial.Observe(scheme, s.outcome(), s.measures())
			}
			return nil
		},
		Lesson: func(r Result) []string {
			refusedAt := func(scheme, login, page string) string { // the first request that was too large
				return either(r.Measure(scheme, "login_at_break") == http.StatusOK, page, login)
			}
			return []string{
				refusedAt(TokenStateless, "lesson-token-login", "lesson-token-page"),
				refusedAt(SessionCookie, "lesson-cookie-login", "lesson-cookie-page"),
				refusedAt(TokenCookie, "lesson-token-cookie-login", "lesson-token-cookie-page"),
			}
		},
	}
}

// A weight is what one request of a user weighs, and how it was answered.
type weight struct {
	request    int // bytes of request line and header as sent
	credential int // bytes of the cookie's value, or of the token
	login      int // status of the login
	status     int // of the page after it, or where there was no login, of that
}

// A scale weighs requests of one scheme, each number of permissions once.
type scale struct {
	trial    *Trial
	scheme   string
	seen     map[int]weight
	breaksAt int // 0: it does not break
}

func (s *scale) weigh(ctx context.Context) error {
	var failed error
	breaks := func(permissions int) bool {
		w, err := s.at(ctx, permissions)
		failed = errors.Join(failed, err)
		return w.status != http.StatusOK
	}
	for _, permissions := range []int{1, 10, 100, somePermissions} {
		breaks(permissions)
	}
	// More permissions never make a request smaller, so what breaks once breaks from there on.
	if s.breaksAt = 1 + sort.Search(mostPermissions, func(i int) bool { return breaks(i + 1) }); s.breaksAt > mostPermissions {
		s.breaksAt = 0
	}
	return failed
}

// at weighs a request of a user who has so many permissions and has logged in with them.
func (s *scale) at(ctx context.Context, permissions int) (weight, error) {
	if w, ok := s.seen[permissions]; ok {
		return w, nil
	}
	roles := make([]string, permissions)
	for i := range roles {
		roles[i] = fmt.Sprintf("perm-%03d", i+1)
	}
	user := s.trial.simulated(s.scheme, 1)
	if err := s.trial.Target.SetRoles(ctx, user.Name, roles); err != nil {
		return weight{}, err
	}
	var refused unexpectedError
	if err := user.Login(ctx); errors.As(err, &refused) {
		s.seen[permissions] = weight{login: refused.Status, status: refused.Status}
		return s.seen[permissions], nil
	} else if err != nil {
		return weight{}, err
	}
	user.dropLargeCookies()
	request, err := user.request(ctx, http.MethodGet, base(user.Scheme)+"/me", nil)
	if err != nil {
		return weight{}, err
	}
	w := weight{request: wireSize(request), credential: len(user.Credential()), login: http.StatusOK}
	w.status, err = user.Status(ctx, "/me")
	s.seen[permissions] = w
	return w, err
}

// largest is the credential with the most permissions that worked.
func (s *scale) largest() int {
	if s.breaksAt == 0 {
		return s.seen[mostPermissions].credential
	}
	return s.seen[s.breaksAt-1].credential
}

// outcome tells from the weights what becomes of a request. A flat one may differ by the length of a replica's name. A
// limit is met to within one permission, which is 20 bytes at the most, and the name of the cookie.
func (s *scale) outcome() Outcome {
	const same, within = 16, 64
	largest := s.largest()
	limit := (largest + 1023) / 1024
	switch {
	case s.breaksAt == 1:
		return Lost.says("breaks-at-once")
	case s.breaksAt == 0 && s.seen[mostPermissions].request-s.seen[1].request <= same:
		return flatSize()
	case s.breaksAt == 0:
		return Costs.says("grows-beyond", "bytes", largest)
	case limit*1024-largest <= within:
		return growsTo(limit)
	}
	return Costs.says("grows-to-bytes", "bytes", largest)
}

func flatSize() Outcome      { return Meaning("").says("flat") }
func growsTo(kb int) Outcome { return Costs.says("grows-to", "kb", kb) }

func (s *scale) measures() map[string]float64 {
	measures := map[string]float64{"largest_credential": float64(s.largest())}
	for _, permissions := range []int{1, 10, 100, somePermissions} {
		if w := s.seen[permissions]; w.status == http.StatusOK {
			measures[fmt.Sprintf("bytes_%d", permissions)] = float64(w.request)
		}
	}
	if s.breaksAt > 0 {
		measures["breaks_at"] = float64(s.breaksAt)
		measures["login_at_break"] = float64(s.seen[s.breaksAt].login)
		measures["status_at_break"] = float64(s.seen[s.breaksAt].status)
	}
	return measures
}

// dropLargeCookies drops cookies that a browser would not keep. The server would accept them.
func (u *User) dropLargeCookies() {
	for name, value := range u.cookies {
		if len(name)+len(value) > browserCookie {
			delete(u.cookies, name)
		}
	}
}

// wireSize is how many bytes a request without a body takes on the wire.
func wireSize(request *http.Request) int {
	var n counter
	_ = request.Write(&n) // counting cannot fail
	return int(n)
}

type counter int

func (c *counter) Write(b []byte) (int, error) {
	*c += counter(len(b))
	return len(b), nil
}
