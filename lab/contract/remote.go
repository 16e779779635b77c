package contract

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// remoteTimeout is how long a Remote waits for one answer: to start a replica may take a while.
const remoteTimeout = 30 * time.Second

// RunHeader is a header of the controls: it names the run that asks. While an experiment of a run is under way, the
// controls change nothing for others.
const RunHeader = "X-Lab-Run"

// A Remote is a Lab that is reached by its address, over the routes of package control.
type Remote struct {
	url      string
	controls string // where /lab/ is
	run      string // in RunHeader
	client   *http.Client
}

var _ Lab = (*Remote)(nil)

// NewRemote returns the lab whose balancer is at an address like http://127.0.0.1:8080.
func NewRemote(address string) (*Remote, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return nil, fmt.Errorf("%q is not the address of a lab: it should look like http://127.0.0.1:8080", address)
	}
	address = strings.TrimSuffix(address, "/")
	client := &http.Client{Transport: NewTransport(), Timeout: remoteTimeout}
	return &Remote{url: address, controls: address, run: rand.Text(), client: client}, nil
}

// WithControls is the same lab, whose controls are at another address than its balancer.
func (r *Remote) WithControls(address string) *Remote {
	other := *r
	other.controls = strings.TrimSuffix(address, "/")
	return &other
}

// Begun tells the lab's pages that an experiment runs.
func (r *Remote) Begun(ctx context.Context, name string) error {
	return r.change(ctx, "experiments/"+url.PathEscape(name)+"/begun", nil)
}

// Ended tells the lab's pages what an experiment has measured.
func (r *Remote) Ended(ctx context.Context, name string, result any) error {
	return r.change(ctx, "experiments/"+url.PathEscape(name)+"/ended", result)
}

// URL is where the balancer is.
func (r *Remote) URL() string { return r.url }

// View implements Lab.
func (r *Remote) View(ctx context.Context) (View, error) {
	var v View
	err := r.do(ctx, http.MethodGet, "cluster", nil, &v)
	return v, err
}

// Bytes implements Lab.
func (r *Remote) Bytes(ctx context.Context) (Bytes, error) {
	var b Bytes
	err := r.do(ctx, http.MethodGet, "bytes", nil, &b)
	return b, err
}

// Break implements Lab.
func (r *Remote) Break(ctx context.Context, f Fault) error {
	return r.change(ctx, "faults/"+url.PathEscape(f.Name)+"/break", FaultBody{f.Replica, f.By.String()})
}

// Mend implements Lab.
func (r *Remote) Mend(ctx context.Context, f Fault) error {
	return r.change(ctx, "faults/"+url.PathEscape(f.Name)+"/mend", FaultBody{Replica: f.Replica})
}

// FaultBody is the body of POST /lab/faults/{name}/break and …/mend.
type FaultBody struct {
	Replica string `json:"replica,omitempty"`
	By      string `json:"by,omitempty"` // a time.Duration: 10m
}

// Scale implements Lab.
func (r *Remote) Scale(ctx context.Context, replicas int) error {
	return r.change(ctx, "replicas", map[string]int{"count": replicas})
}

// Flush implements Lab.
func (r *Remote) Flush(ctx context.Context) error { return r.change(ctx, "redis/flush", nil) }

// Advance implements Lab.
func (r *Remote) Advance(ctx context.Context, by time.Duration) error {
	return r.change(ctx, "clock", map[string]string{"advance": by.String()})
}

// RotateKeys implements Lab.
func (r *Remote) RotateKeys(ctx context.Context, overlap bool) error {
	return r.change(ctx, "keys/rotate", map[string]bool{"overlap": overlap})
}

// AddUsers implements Lab.
func (r *Remote) AddUsers(ctx context.Context, count int, password string) error {
	return r.change(ctx, "accounts", map[string]any{"count": count, "password": password})
}

// SetRoles implements Lab.
func (r *Remote) SetRoles(ctx context.Context, user string, roles []string) error {
	return r.change(ctx, "accounts/"+url.PathEscape(user), map[string][]string{"roles": roles})
}

// Set implements Lab.
func (r *Remote) Set(ctx context.Context, s Settings) error { return r.change(ctx, "settings", s) }

// Reset implements Lab.
func (r *Remote) Reset(ctx context.Context) error { return r.change(ctx, "reset", nil) }

func (r *Remote) change(ctx context.Context, path string, body any) error {
	return r.do(ctx, http.MethodPost, path, body, nil)
}

func (r *Remote) do(ctx context.Context, method, path string, body, into any) error {
	err := Call(ctx, r.client, r.run, method, r.controls+"/lab/"+path, body, into)
	if problem, ok := errors.AsType[Problem](err); ok {
		switch problem.Status {
		case http.StatusNotImplemented:
			err = ByHand{problem.Detail, problem.Command}
		case http.StatusNotFound:
			err = ErrNotOnTarget
		default:
			err = fmt.Errorf("%d %w", problem.Status, problem)
		}
	}
	if err != nil {
		return fmt.Errorf("lab control %s: %w", path, err)
	}
	return nil
}
