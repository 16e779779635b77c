package soak_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"authlab/lab/contract"
	"authlab/lab/embedded"
	"authlab/lab/soak"
	"authlab/lab/testkit"
)

// config is a short soak of few people, so that what is tested is the lab and not the machine.
func config(seed uint64, length time.Duration) soak.Config {
	const responseTimeout = 2 * time.Second
	return soak.Config{
		Seed: seed, For: length, People: 4, Replicas: 3, ResponseTimeout: responseTimeout,
		Open: func(ctx context.Context) (soak.Target, func() error, error) {
			lab, err := embedded.Start(ctx, embedded.Config{Replicas: 3, ResponseTimeout: responseTimeout})
			if err != nil {
				return nil, nil, err
			}
			return lab, lab.Close, nil
		},
	}
}

func TestTheLabKeepsEveryInvariant(t *testing.T) {
	report, err := soak.Run(t.Context(), config(31, 4*time.Second))
	testkit.Must(t, err)
	if b := report.Broken; b != nil {
		t.Error(b.Invariant + ": " + b.What + "\n" + strings.Join(b.Events, "\n"))
	}
	if report.LateMachine > 0 {
		t.Logf("%d promises about time were missed because this machine is busy", report.LateMachine)
	}
	if report.Requests < 50 || report.Changes == 0 || report.SlowestMS == 0 {
		t.Errorf("it did next to nothing: %+v", report)
	}
	for _, f := range report.Schemes {
		if f.ByStatus[200] == 0 {
			t.Errorf("%s: no request was answered: %v", f.Scheme, f.ByStatus)
		}
	}
}

// A lie is a lab that breaks a promise: a proxy in front of a good one.
type lie struct {
	name   string
	want   string                                                       // the invariant
	ask    func(forward http.Handler) http.Handler                      // changes the request; nil: no
	answer func(r *http.Request, status int, body string) (int, string) // changes the answer; nil: no
	header func(r *http.Request, h http.Header)                         // changes its header; nil: no
}

// every is true for one call in n.
func every(n int64) func() bool {
	var count atomic.Int64
	return func() bool { return count.Add(1)%n == 0 }
}

func lies() []lie {
	often := every(20)
	forgotten := func(r *http.Request, status int, body string) (int, string) {
		if r.Method != http.MethodGet || !strings.HasSuffix(r.URL.Path, "/cart") || status != http.StatusOK {
			return status, body
		}
		var view map[string]any
		if json.Unmarshal([]byte(body), &view) == nil {
			view["items"] = []string{}
		}
		text, _ := json.Marshal(view)
		return status, string(text)
	}
	return []lie{
		{name: "each POST to a cart is carried out twice", want: soak.Once, ask: func(forward http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if body, err := io.ReadAll(r.Body); err == nil && strings.HasSuffix(r.URL.Path, "/cart") && r.Method == http.MethodPost {
					first := r.Clone(r.Context())
					first.Body = io.NopCloser(bytes.NewReader(body))
					forward.ServeHTTP(httptest.NewRecorder(), first)
					r.Body = io.NopCloser(bytes.NewReader(body))
				} else {
					r.Body = io.NopCloser(bytes.NewReader(body))
				}
				forward.ServeHTTP(w, r)
			})
		}},
		{name: "a logout does nothing", want: soak.Ended, ask: func(forward http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/session/memory/logout" {
					r.Header.Set("Cookie", strings.ReplaceAll(r.Header.Get("Cookie"), "session-memory=", "another="))
				}
				forward.ServeHTTP(w, r)
			})
		}},
		{name: "a valid login is refused", want: soak.Valid, answer: func(_ *http.Request, status int, body string) (int, string) {
			if status == http.StatusOK && often() {
				return http.StatusUnauthorized, "{}"
			}
			return status, body
		}},
		{name: "it fails without a fault", want: soak.Returns, answer: func(r *http.Request, status int, body string) (int, string) {
			if strings.HasPrefix(r.URL.Path, "/basic") && often() {
				return http.StatusServiceUnavailable, "{}"
			}
			return status, body
		}},
		{name: "it answers for another user", want: soak.NoOther, answer: func(_ *http.Request, status int, body string) (int, string) {
			return status, strings.Replace(body, `"name":"user-`, `"name":"loser-`, 1)
		}},
		{name: "it forgets what is in a cart", want: soak.Saved, answer: forgotten},
		{name: "an admin is refused", want: soak.Roles, answer: func(r *http.Request, status int, body string) (int, string) {
			if status == http.StatusOK && strings.HasSuffix(r.URL.Path, "/admin") {
				return http.StatusForbidden, body
			}
			return status, body
		}},
		{name: "a refusal takes the cookie", want: soak.Cookie, header: func(r *http.Request, h http.Header) {
			if strings.HasPrefix(r.URL.Path, "/session/redis/") && !strings.HasSuffix(r.URL.Path, "/logout") {
				h.Add("Set-Cookie", "session-redis=; Max-Age=0")
			}
		}},
	}
}

// A liar is a lab with a lie in front of it.
type liar struct {
	soak.Target
	url string
}

func (l liar) URL() string { return l.url }

func TestASoakFindsALabThatBreaksAPromise(t *testing.T) {
	for _, tt := range lies() {
		t.Run(tt.name, func(t *testing.T) {
			c := config(2, 20*time.Second)
			open := c.Open
			c.Open = func(ctx context.Context) (soak.Target, func() error, error) {
				target, end, err := open(ctx)
				if err != nil {
					return nil, nil, err
				}
				server := httptest.NewServer(tt.proxy(t, target.URL()))
				return liar{target, server.URL}, func() error { server.Close(); return end() }, nil
			}
			report, err := soak.Run(t.Context(), c)
			testkit.Must(t, err)
			b := cmp.Or(report.Broken, &soak.Broken{})
			if b.Invariant != tt.want {
				t.Errorf("found %q (%s), want %q", b.Invariant, b.What, tt.want)
			}
			if len(b.Events) == 0 || !slices.ContainsFunc(b.Events, func(e string) bool { return strings.Contains(e, "user-") }) {
				t.Errorf("events %q do not tell how it came to that", b.Events)
			}
		})
	}
}

// proxy passes requests on, and lies.
func (l lie) proxy(t *testing.T, to string) http.Handler {
	target, err := url.Parse(to)
	testkit.Must(t, err)
	transport := &http.Transport{MaxIdleConnsPerHost: 64}
	t.Cleanup(transport.CloseIdleConnections)
	proxy := &httputil.ReverseProxy{
		Transport: transport,
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			r.Out.Header["X-Forwarded-For"] = r.In.Header["X-Forwarded-For"]
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
		ModifyResponse: func(res *http.Response) error {
			if l.header != nil {
				l.header(res.Request, res.Header)
			}
			if l.answer == nil {
				return nil
			}
			body, err := io.ReadAll(res.Body)
			if err != nil {
				return err
			}
			status, text := l.answer(res.Request, res.StatusCode, string(body))
			res.StatusCode, res.Body, res.ContentLength = status, io.NopCloser(strings.NewReader(text)), int64(len(text))
			res.Header.Del("Content-Length")
			return nil
		},
	}
	if l.ask != nil {
		return l.ask(proxy)
	}
	return proxy
}

// A sticking lab takes long to mend a fault.
type sticking struct{ soak.Target }

func (s sticking) Mend(ctx context.Context, f contract.Fault) error {
	time.Sleep(2 * time.Second) // what it is about; a busy machine excuses less
	return s.Target.Mend(ctx, f)
}

func TestASoakFindsALabThatComesBackLate(t *testing.T) {
	c := config(3, 20*time.Second)
	open := c.Open
	c.Open = func(ctx context.Context) (soak.Target, func() error, error) {
		target, end, err := open(ctx)
		return sticking{target}, end, err
	}
	report, err := soak.Run(t.Context(), c)
	if err != nil || report.Broken == nil || report.Broken.Invariant != soak.Returns {
		t.Errorf("found %+v, %v", report.Broken, err)
	}
}

func TestASoakFindsALabThatLeavesSomethingBehind(t *testing.T) {
	c := config(4, time.Second)
	open, leave := c.Open, make(chan struct{})
	var left sync.WaitGroup
	t.Cleanup(left.Wait)
	t.Cleanup(func() { close(leave) })
	c.Open = func(ctx context.Context) (soak.Target, func() error, error) {
		for range 100 { // more than tests before this one may still have under way
			left.Go(func() { <-leave })
		}
		return open(ctx)
	}
	report, err := soak.Run(t.Context(), c)
	if err != nil || report.Broken == nil || report.Broken.Invariant != soak.Resources {
		t.Errorf("found %+v, %v", report.Broken, err)
	}
}

func TestAnInterruptedSoakTellsItsFigures(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	c := config(5, time.Minute)
	c.Progress = func(r soak.Report) {
		if r.Requests > 0 {
			cancel()
		}
	}
	report, err := soak.Run(ctx, c)
	if !errors.Is(err, context.Canceled) || report.Requests == 0 || report.Broken != nil {
		t.Errorf("%+v, %v", report, err)
	}
}

func TestALabThatCannotBeBrokenEndsTheSoak(t *testing.T) {
	c := config(6, time.Minute)
	open := c.Open
	c.Open = func(ctx context.Context) (soak.Target, func() error, error) {
		target, end, err := open(ctx)
		return stubborn{target}, end, err
	}
	if _, err := soak.Run(t.Context(), c); err == nil || !strings.Contains(err.Error(), "it will not") {
		t.Errorf("ended with %v", err)
	}
}

// A stubborn lab breaks nothing.
type stubborn struct{ soak.Target }

var errStubborn = errors.New("it will not")

func (stubborn) Break(context.Context, contract.Fault) error { return errStubborn }
