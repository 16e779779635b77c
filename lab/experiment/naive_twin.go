package experiment

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"authlab/lab/contract"
)

// A twin is the naive server, in which attacks succeed. It is the control of an experiment: an attack that fails there
// too proves nothing about a server that withstands it.
type twin struct {
	client   *http.Client
	url      string
	recorder *recorder
	trick    string // in the recording
}

// twin finds the naive server. ErrNotOnTarget: this target has none.
func (trial *Trial) twin(ctx context.Context) (*twin, error) {
	address, err := trial.service(ctx, "naive twin", func(s contract.ServicesView) string { return s.Naive })
	if err != nil {
		return nil, err
	}
	return &twin{client: trial.User(Basic).client, url: strings.TrimSuffix(address, "/"), recorder: trial.recorder}, nil
}

// A reply is what the twin answered.
type reply struct {
	status  int
	body    string
	header  http.Header
	cookies []*http.Cookie
}

// do sends a request with headers given as name, value, name, value.
func (t *twin) do(ctx context.Context, method, path, body string, headers ...string) (reply, error) {
	request, err := http.NewRequestWithContext(ctx, method, t.url+path, strings.NewReader(body))
	if err != nil {
		return reply{}, err
	}
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	start := time.Now()
	response, err := t.client.Do(request)
	if err != nil {
		return reply{}, fmt.Errorf("naive twin: %w", err)
	}
	defer response.Body.Close()
	if response.Header.Get("X-Naive") != "true" {
		return reply{}, fmt.Errorf("naive twin: %s is another server", t.url)
	}
	text, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	t.recorder.naive(request, t.trick, Answer{Status: response.StatusCode, Took: time.Since(start), Body: text}, response.Header)
	return reply{response.StatusCode, string(text), response.Header, response.Cookies()}, err
}

// login logs a demo account in from a browser that has some cookie already, and returns the cookie that it has then.
func (t *twin) login(ctx context.Context, name, cookie string) (*http.Cookie, error) {
	body := fmt.Sprintf(`{"username":%q,"password":%q}`, name, passwords[name])
	got, err := t.do(ctx, http.MethodPost, "/naive/session/login", body, "Content-Type", "application/json", "Cookie", cookie)
	if err != nil {
		return nil, err
	}
	if got.status != http.StatusOK || len(got.cookies) != 1 {
		return nil, fmt.Errorf("naive twin: log in: %d and %d cookies", got.status, len(got.cookies))
	}
	return got.cookies[0], nil
}

type twinUser struct{ Name, Email string }

// whoIs asks the twin which user it takes the sender of a cookie for. 401: no name, and the cookies that it gives to a
// stranger.
func (t *twin) whoIs(ctx context.Context, cookie string) (twinUser, []*http.Cookie, error) {
	got, err := t.do(ctx, http.MethodGet, "/naive/session/me", "", "Cookie", cookie)
	if err != nil || got.status == http.StatusUnauthorized {
		return twinUser{}, got.cookies, err
	}
	var me struct{ User twinUser }
	if err := json.Unmarshal([]byte(got.body), &me); err != nil {
		return twinUser{}, nil, fmt.Errorf("naive twin: %d %w", got.status, err)
	}
	return me.User, got.cookies, nil
}

// twinResult is what became of attacks on the naive twin.
type twinResult struct {
	attacks, fellFor int
	withstood        []string // that the twin should have fallen for
	absent           bool
}

func (o *twinResult) note(attack string, fell, should bool) {
	o.attacks++
	if fell {
		o.fellFor++
	} else if should {
		o.withstood = append(o.withstood, attack)
	}
}

// attackTwin attacks the naive twin. That this target has none is no error.
func (trial *Trial) attackTwin(ctx context.Context, attack func(*twin, *twinResult) error) (twinResult, error) {
	t, err := trial.twin(ctx)
	if errors.Is(err, ErrNotOnTarget) {
		return twinResult{absent: true}, nil
	}
	var o twinResult
	if err == nil {
		err = attack(t, &o)
	}
	return o, err
}

// remark adds to an outcome what has to be said about the twin: nothing, if it is there and fell for what it should.
func (o twinResult) remark(outcome Outcome) Outcome {
	switch {
	case o.absent:
		return outcome.Means.composed("twin-absent", outcome)
	case len(o.withstood) > 0:
		remarked := outcome.Means.says("twin-withstood", "attacks", strings.Join(o.withstood, ", "))
		remarked.Of = []Outcome{outcome}
		return remarked
	}
	return outcome
}

// err is not nil if the twin withstood something: the attack does not work, or the twin is not as naive as it should be.
func (o twinResult) err() error {
	if len(o.withstood) > 0 {
		return fmt.Errorf("the naive twin withstood: %s", strings.Join(o.withstood, ", "))
	}
	return nil
}

func (o twinResult) measures(m map[string]float64) map[string]float64 {
	m["naive_attacks"], m["naive_fell_for"] = float64(o.attacks), float64(o.fellFor)
	return m
}

// twinSentence is the lesson's sentence about the twin.
func twinSentence(r Result) string {
	return either(r.Measure("", "naive_attacks") > 0, "twin-fell", "twin-absent")
}
