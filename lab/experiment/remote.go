package experiment

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Remote is a lab that is reached by its address: the embedded cluster of this process, or any other.
type Remote struct {
	url      string
	controls string // where /lab/ is
	client   *http.Client
}

var _ Target = (*Remote)(nil)

// NewRemote returns the lab whose balancer is at an address like http://127.0.0.1:8080.
func NewRemote(address string) (*Remote, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return nil, fmt.Errorf("%q is not the address of a lab: it should look like http://127.0.0.1:8080", address)
	}
	address = strings.TrimSuffix(address, "/")
	return &Remote{url: address, controls: address, client: &http.Client{Timeout: 30 * time.Second}}, nil
}

// WithControls is the same lab, whose controls are at another address than its balancer.
func (r *Remote) WithControls(address string) *Remote {
	other := *r
	other.controls = strings.TrimSuffix(address, "/")
	return &other
}

// Begun tells the lab's pages that an experiment runs.
func (r *Remote) Begun(ctx context.Context, name string) error {
	return r.control(ctx, "experiments/"+url.PathEscape(name)+"/begun", nil)
}

// Ended tells the lab's pages what an experiment has measured. Without cells, it was cut off.
func (r *Remote) Ended(ctx context.Context, result Result) error {
	return r.control(ctx, "experiments/"+url.PathEscape(result.Name)+"/ended", result)
}

// URL implements Target.
func (r *Remote) URL() string { return r.url }

// picture is what GET /lab/cluster answers, as far as experiments need it.
type picture struct {
	Target   string `json:"target"`
	Replicas []struct {
		Name         string `json:"name"`
		Alive        bool   `json:"alive"`
		SessionCount int    `json:"session_count"`
	} `json:"replicas"`
	Redis struct {
		Alive    bool             `json:"alive"`
		KeyCount map[string]int   `json:"key_count"`
		Commands map[string]int64 `json:"commands"`
	} `json:"redis"`
	Services struct {
		Reports string `json:"reports"`
		Naive   string `json:"naive"`
	} `json:"services"`
}

// Kind is what the lab calls itself: embedded, compose.
func (r *Remote) Kind(ctx context.Context) (string, error) {
	p, err := r.look(ctx)
	return p.Target, err
}

// Replicas implements Target.
func (r *Remote) Replicas(ctx context.Context) ([]Replica, error) {
	p, err := r.look(ctx)
	replicas := make([]Replica, len(p.Replicas))
	for i, seen := range p.Replicas {
		replicas[i] = Replica{Name: seen.Name, Alive: seen.Alive, Sessions: seen.SessionCount}
	}
	return replicas, err
}

// Store implements Target.
func (r *Remote) Store(ctx context.Context) (Store, error) {
	p, err := r.look(ctx)
	return Store{Alive: p.Redis.Alive, Keys: p.Redis.KeyCount, Commands: p.Redis.Commands}, err
}

// Kill implements Target.
func (r *Remote) Kill(ctx context.Context, replica string) error {
	return r.control(ctx, "replicas/"+url.PathEscape(replica)+"/kill", nil)
}

// Silence implements Target.
func (r *Remote) Silence(ctx context.Context, replica string) error {
	return r.control(ctx, "replicas/"+url.PathEscape(replica)+"/silence", nil)
}

// Start implements Target.
func (r *Remote) Start(ctx context.Context, replica string) error {
	return r.control(ctx, "replicas/"+url.PathEscape(replica)+"/start", nil)
}

// StopStore implements Target.
func (r *Remote) StopStore(ctx context.Context) error { return r.control(ctx, "redis/stop", nil) }

// StartStore implements Target.
func (r *Remote) StartStore(ctx context.Context) error { return r.control(ctx, "redis/start", nil) }

// FlushStore implements Target.
func (r *Remote) FlushStore(ctx context.Context) error { return r.control(ctx, "redis/flush", nil) }

// DelayStore implements Target.
func (r *Remote) DelayStore(ctx context.Context, d time.Duration) error {
	return r.control(ctx, "redis/delay", map[string]string{"delay": d.String()})
}

// Scale implements Target.
func (r *Remote) Scale(ctx context.Context, replicas int) error {
	return r.control(ctx, "replicas", map[string]int{"count": replicas})
}

// Skew implements Target.
func (r *Remote) Skew(ctx context.Context, replica string, by time.Duration) error {
	return r.control(ctx, "replicas/"+url.PathEscape(replica)+"/clock", map[string]string{"skew": by.String()})
}

// AddUsers implements Target.
func (r *Remote) AddUsers(ctx context.Context, count int, password string) error {
	return r.control(ctx, "accounts", map[string]any{"count": count, "password": password})
}

// RotateKeys implements Target.
func (r *Remote) RotateKeys(ctx context.Context, overlap bool) error {
	return r.control(ctx, "keys/rotate", map[string]bool{"overlap": overlap})
}

// BootKeys implements Target.
func (r *Remote) BootKeys(ctx context.Context) error { return r.control(ctx, "keys/boot", nil) }

// Bytes implements Target.
func (r *Remote) Bytes(ctx context.Context) (Bytes, error) {
	var b struct{ Replicas, Redis int64 }
	err := r.do(ctx, http.MethodGet, "bytes", nil, &b)
	return Bytes{b.Replicas, b.Redis}, err
}

// Services implements Target.
func (r *Remote) Services(ctx context.Context) (Services, error) {
	p, err := r.look(ctx)
	return Services{Reports: p.Services.Reports, Naive: p.Services.Naive}, err
}

// StopHome implements Target.
func (r *Remote) StopHome(ctx context.Context) error { return r.control(ctx, "home/stop", nil) }

// StartHome implements Target.
func (r *Remote) StartHome(ctx context.Context) error { return r.control(ctx, "home/start", nil) }

// Advance implements Target.
func (r *Remote) Advance(ctx context.Context, d time.Duration) error {
	return r.control(ctx, "clock", map[string]string{"advance": d.String()})
}

// SetRoles implements Target.
func (r *Remote) SetRoles(ctx context.Context, user string, roles []string) error {
	return r.control(ctx, "accounts/"+url.PathEscape(user), map[string][]string{"roles": roles})
}

// Reset implements Target.
func (r *Remote) Reset(ctx context.Context) error { return r.control(ctx, "reset", nil) }

func (r *Remote) look(ctx context.Context) (picture, error) {
	var p picture
	err := r.do(ctx, http.MethodGet, "cluster", nil, &p)
	return p, err
}

func (r *Remote) control(ctx context.Context, path string, body any) error {
	return r.do(ctx, http.MethodPost, path, body, nil)
}

func (r *Remote) do(ctx context.Context, method, path string, body, into any) error {
	var text bytes.Buffer
	if body != nil {
		if err := json.NewEncoder(&text).Encode(body); err != nil {
			return err
		}
	}
	request, err := http.NewRequestWithContext(ctx, method, r.controls+"/lab/"+path, &text)
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := r.client.Do(request)
	if err != nil {
		return fmt.Errorf("lab control %s: %w", path, err)
	}
	defer response.Body.Close()
	switch {
	case response.StatusCode == http.StatusNotFound, response.StatusCode == http.StatusNotImplemented:
		return fmt.Errorf("lab control %s: %w", path, ErrNotOnTarget)
	case response.StatusCode >= http.StatusBadRequest:
		var problem struct{ Detail string }
		_ = json.NewDecoder(response.Body).Decode(&problem) // without a detail the status has to do
		return fmt.Errorf("lab control %s: %d %s", path, response.StatusCode, problem.Detail)
	case into != nil:
		if err := json.NewDecoder(response.Body).Decode(into); err != nil {
			return fmt.Errorf("lab control %s: %w", path, err)
		}
	}
	return nil
}
