package class_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"authlab/account"
	"authlab/lab/class"
	"authlab/lab/contract"
	"authlab/lab/embedded"
)

// embeddedLabs starts real labs of one's own.
func embeddedLabs(t testing.TB) func(*class.Config) {
	like, err := embedded.Start(t.Context(), embedded.Config{})
	must(t, err)
	t.Cleanup(func() { like.Close() })
	return func(c *class.Config) {
		c.NewLab = func(ctx context.Context, key string) (class.OwnLab, error) {
			return embedded.Start(ctx, embedded.Config{Like: like, LabKey: key, MaxReplicas: 6})
		}
	}
}

// openLab opens the phone's lab of its own.
func (p *phone) openLab(ctx context.Context) (int, []byte) {
	status, answer, err := send(ctx, p.client, http.MethodPost, p.url+"/class/lab", "{}", "X-Class-Key", p.Key)
	if err != nil {
		return 0, []byte(err.Error())
	}
	return status, answer
}

// inLab sends what a page of the phone's own lab sends.
func (p *phone) inLab(t testing.TB, method, path, body string) (int, []byte) {
	t.Helper()
	status, answer, err := send(t.Context(), p.client, method, p.url+path, body, "X-Balance", contract.Sticky)
	must(t, err)
	return status, answer
}

func TestALabOfOnesOwnIsNoOthers(t *testing.T) {
	r := open(t, embeddedLabs(t))
	ana, bea := r.joined("Ana"), r.joined("Bea")
	if status, answer := ana.openLab(t.Context()); status != 403 || !strings.Contains(string(answer), "own-closed") {
		t.Errorf("before the teacher opens the labs: %d %s", status, answer)
	}
	r.teach("/class/labs", `{"open":true}`)
	demo := account.Demos()[0]
	login := fmt.Sprintf(`{"username":%q,"password":%q}`, demo.Name, demo.Password)
	schemes := []string{"/session/memory", "/session/redis"}
	for _, p := range []*phone{ana, bea} {
		if status, answer := p.openLab(t.Context()); status != 204 {
			t.Fatalf("%s opens a lab: %d %s", p.Name, status, answer)
		}
		for _, base := range schemes {
			if status, answer := p.inLab(t, "POST", base+"/login", login); status != 200 {
				t.Fatalf("%s logs in at %s: %d %s", p.Name, base, status, answer)
			}
		}
	}

	for _, act := range []struct{ path, body string }{
		{"/lab/replicas/app-1/clock", `{"skew":"1h"}`}, {"/lab/replicas/app-1/kill", ""}, {"/lab/replicas/app-2/kill", ""}, {"/lab/replicas/app-3/kill", ""},
		{"/lab/redis/stop", ""}, {"/lab/clock", `{"advance":"48h"}`}, {"/lab/keys/rotate", `{"overlap":false}`}, {"/lab/accounts/alice", `{"roles":["user"]}`},
	} {
		if status, answer := ana.inLab(t, "POST", act.path, act.body); status != 204 {
			t.Fatalf("Ana: %s: %d %s", act.path, status, answer)
		}
	}
	if status, _ := ana.inLab(t, "GET", "/session/memory/me", ""); status != 502 {
		t.Errorf("Ana's lab has no replica, and answers %d", status)
	}
	for _, base := range schemes {
		if status, answer := bea.inLab(t, "GET", base+"/me", ""); status != 200 || !strings.Contains(string(answer), `"admin"`) {
			t.Errorf("Bea at %s, after Ana has broken her own lab: %d %s", base, status, answer)
		}
	}
	_, beas := bea.inLab(t, "GET", "/lab/cluster", "")
	_, classes := r.send("GET", "/lab/cluster", "", "X-Lab-Key", teacherKey)
	for whose, answer := range map[string][]byte{"Bea's": beas, "the class's": classes} {
		var view contract.View
		must(t, json.Unmarshal(answer, &view))
		if len(view.Replicas) != 3 || !view.Replicas[0].Alive || len(view.Faults) > 0 || !view.Redis.Alive || view.Now.After(time.Now().Add(time.Minute)) {
			t.Errorf("%s lab: %+v", whose, view)
		}
	}
	together(t, []*phone{ana, bea}, func(_ int, p *phone) error { return p.ask(t.Context()) })
	r.expectCounts([]*phone{ana, bea}, func(status int) bool { return status == 200 })

	for _, tt := range []struct {
		method, path, body string
		want               int
	}{
		{"GET", "/", "", 200}, {"GET", "/playground", "", 200}, {"GET", "/join", "", 200}, {"POST", "/lab/accounts", `{"count":10000,"password":"x"}`, 403},
		{"POST", "/lab/replicas", `{"count":7}`, 400}, {"POST", "/lab/faults/redis-guarded/break", "{}", 501}, {"POST", "/lab/replicas", `{"count":6}`, 204}, {"POST", "/lab/reset", "", 204},
	} {
		if status, answer := ana.inLab(t, tt.method, tt.path, tt.body); status != tt.want {
			t.Errorf("Ana: %s %s: %d %.200s, want %d", tt.method, tt.path, status, answer, tt.want)
		}
	}
	for name, headers := range map[string][]string{
		"no cookie": nil, "a guessed cookie": {"Cookie", "authlab-own.8080=guess"}, "a phone's key": {"X-Class-Key", ana.Key}, "that key as a cookie": {"Cookie", "authlab-own.8080=" + ana.Key},
	} {
		if status, answer := r.send("GET", "/lab/cluster", "", headers...); status != 403 {
			t.Errorf("the controls with %s: %d %.200s", name, status, answer)
		}
	}

	r.teach("/class/labs", `{"open":false}`)
	if status, _ := bea.inLab(t, "GET", "/session/memory/me", ""); status != 403 {
		t.Errorf("closed by the teacher, Bea's lab answers %d", status)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, r.url+"/playground", nil)
	must(t, err)
	request.Header.Set("Accept", "text/html")
	response, err := bea.client.Do(request)
	must(t, err)
	response.Body.Close()
	if response.Request.URL.Path != "/join" {
		t.Errorf("a browser that asks for a page of a closed lab is sent to %s", response.Request.URL.Path)
	}
}

// A paperLab is a lab of one's own that only counts.
type paperLab struct {
	records int
	closed  atomic.Bool
}

func (p *paperLab) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, fmt.Sprint(p.records)) })
}
func (p *paperLab) Records(context.Context) int { return p.records }
func (p *paperLab) Close() error                { p.closed.Store(true); return nil }

// paperLabs are labs that keep as much as they are told to, in the order in which they are started.
func paperLabs(labs ...*paperLab) func(context.Context, string) (class.OwnLab, error) {
	var mu sync.Mutex
	return func(context.Context, string) (class.OwnLab, error) {
		mu.Lock()
		defer mu.Unlock()
		lab := labs[0]
		labs = labs[1:]
		return lab, nil
	}
}

func TestAnIdleLabEndsAndIsStartedAnew(t *testing.T) {
	labs := []*paperLab{{records: 1}, {records: 2}, {records: 3}}
	var ahead atomic.Int64
	r := open(t, func(c *class.Config) {
		c.NewLab = paperLabs(labs...)
		c.Now = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	})
	ana, bea := r.joined("Ana"), r.joined("Bea")
	r.teach("/class/labs", `{"open":true}`)
	ana.openLab(t.Context())
	bea.openLab(t.Context())
	ahead.Add(int64(6 * time.Minute))
	bea.inLab(t, "GET", "/", "")
	ahead.Add(int64(6 * time.Minute))
	if _, answer := bea.inLab(t, "GET", "/", ""); string(answer) != "2" || labs[1].closed.Load() {
		t.Errorf("a lab that was used 6 minutes ago has ended: %s", answer)
	}
	if !labs[0].closed.Load() {
		t.Error("a lab that was used 12 minutes ago has not ended")
	}
	if _, answer := ana.inLab(t, "GET", "/", ""); string(answer) != "3" {
		t.Errorf("after it had ended, Ana finds lab %s", answer)
	}
}

func TestThereAreNoMoreLabsThanTheMachineCanHave(t *testing.T) {
	r := open(t, func(c *class.Config) {
		c.OwnLabs = 2
		c.NewLab = paperLabs(&paperLab{}, &paperLab{})
	})
	r.teach("/class/labs", `{"open":true}`)
	for i, want := range []int{204, 204, 503} {
		status, answer := r.joined("Ana").openLab(t.Context())
		if status != want || want == 503 && !strings.Contains(string(answer), "own-full") {
			t.Errorf("lab %d: %d %s", i+1, status, answer)
		}
	}
}

// What all labs keep together is bounded: the largest ends first, and the others stay.
func TestALabThatGrowsTooLargeEnds(t *testing.T) {
	labs := []*paperLab{{records: 30_000}, {records: 60_000}, {records: 50_000}}
	r := open(t, func(c *class.Config) { c.NewLab = paperLabs(labs...) })
	r.teach("/class/labs", `{"open":true}`)
	for range labs {
		r.joined("Ana").openLab(t.Context())
	}
	r.wall(func(p picture) bool { return p.Labs.Running == 2 })
	if labs[0].closed.Load() || !labs[1].closed.Load() || labs[2].closed.Load() {
		t.Error("another lab than the largest has ended")
	}
}

// Many requests of one person at once start one lab.
func TestALabIsStartedOnce(t *testing.T) {
	r := open(t, func(c *class.Config) { c.NewLab = paperLabs(&paperLab{records: 7}) }) // a second one would be a panic
	ana := r.joined("Ana")
	r.teach("/class/labs", `{"open":true}`)
	together(t, make([]*phone, 20), func(int, *phone) error {
		if status, answer := ana.openLab(t.Context()); status != 204 {
			return fmt.Errorf("%d %s", status, answer)
		}
		return nil
	})
}

func TestAFloodOfRequestsToOnesOwnLabIsBounded(t *testing.T) {
	stopped := time.Now()
	r := open(t, func(c *class.Config) {
		c.NewLab = paperLabs(&paperLab{}, &paperLab{})
		c.Now = func() time.Time { return stopped }
	})
	r.teach("/class/labs", `{"open":true}`)
	eve, ana := r.joined("Eve"), r.joined("Ana")
	eve.openLab(t.Context())
	ana.openLab(t.Context())
	statuses := map[int]int{}
	for range 310 {
		status, _ := eve.inLab(t, "GET", "/livez", "")
		statuses[status]++
	}
	if statuses[200] != 300 || statuses[429] != 10 {
		t.Errorf("answers by status: %v", statuses)
	}
	if status, _ := ana.inLab(t, "GET", "/livez", ""); status != 200 {
		t.Errorf("Ana's lab answers %d while Eve floods hers", status)
	}
}

// A waitingLab answers when it may.
type waitingLab struct{ may chan struct{} }

func (l waitingLab) Handler() http.Handler {
	return http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-l.may })
}
func (waitingLab) Records(context.Context) int { return 0 }
func (waitingLab) Close() error                { return nil }

func TestRequestsThatWaitInOnesOwnLabAreBounded(t *testing.T) {
	lab := waitingLab{make(chan struct{})}
	r := open(t, func(c *class.Config) {
		c.NewLab = func(context.Context, string) (class.OwnLab, error) { return lab, nil }
	})
	r.teach("/class/labs", `{"open":true}`)
	ana := r.joined("Ana")
	ana.openLab(t.Context())
	const sent, bound = 70, 64
	statuses := make(chan int, sent)
	for range sent {
		go func() {
			status, _, err := send(t.Context(), ana.client, http.MethodGet, r.url+"/livez", "")
			if err != nil {
				status = 0
			}
			statuses <- status
		}()
	}
	for range sent - bound {
		if status := <-statuses; status != 429 {
			t.Errorf("while %d wait: %d", bound, status)
		}
	}
	close(lab.may)
	for range bound {
		if status := <-statuses; status != 200 {
			t.Errorf("one of those that waited: %d", status)
		}
	}
}
