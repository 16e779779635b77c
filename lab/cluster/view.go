package cluster

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"authlab/account"
	"authlab/lab/fault"
	"authlab/web"
)

// maxShown bounds how many sessions or keys one picture of the cluster lists. The totals are always true.
const maxShown = 100

// A View is a picture of the cluster: what GET /lab/cluster answers.
type View struct {
	Target   string        `json:"target"`
	Now      time.Time     `json:"now"` // the lab's time
	Replicas []ReplicaView `json:"replicas"`
	Redis    RedisView     `json:"redis"`
	Faults   []string      `json:"faults"`
	Accounts []AccountView `json:"accounts"`
	Services ServicesView  `json:"services"`
}

// ReplicaView is one replica and what it remembers.
type ReplicaView struct {
	Name         string        `json:"name"`
	Alive        bool          `json:"alive"`
	ClockSkew    string        `json:"clock_skew"`
	Requests     int64         `json:"requests"`
	Sessions     []SessionView `json:"sessions"`
	SessionCount int           `json:"session_count"`
}

// SessionView is one session record, by the beginning of its key.
type SessionView struct {
	ID   string `json:"id"`
	User string `json:"user"`
}

// RedisView is what Redis holds, and what it was asked since the lab was reset.
type RedisView struct {
	Alive    bool             `json:"alive"`
	Keys     []KeyView        `json:"keys"`
	KeyCount map[string]int   `json:"key_count"` // by kind
	Commands map[string]int64 `json:"commands"`  // by name
}

// KeyView is one key in Redis, shortened.
type KeyView struct {
	Key        string  `json:"key"`
	Kind       string  `json:"kind"` // session, sessions, denied, not-before, family, refresh
	TTLSeconds float64 `json:"ttl_seconds"`
}

// AccountView is one user.
type AccountView struct {
	Name  string   `json:"name"`
	Roles []string `json:"roles"`
	Email string   `json:"email"`
}

// View takes a picture of the cluster.
func (c *Cluster) View(ctx context.Context) (View, error) {
	v := View{Target: "embedded", Now: c.time.Now().UTC(), Faults: c.faults.Names(), Services: c.services.urls}
	for _, r := range c.all() {
		v.Replicas = append(v.Replicas, viewOf(r))
	}
	for _, demo := range account.Demos() {
		user, err := c.directory.User(ctx, demo.Name)
		if err != nil {
			return View{}, err
		}
		v.Accounts = append(v.Accounts, AccountView{user.Name, user.Roles, user.Email})
	}
	var err error
	v.Redis, err = c.store.view(ctx)
	return v, err
}

func viewOf(r *replica) ReplicaView {
	entries := r.remembers()
	v := ReplicaView{
		Name: r.name, Alive: r.alive(), ClockSkew: r.clock.Skew().String(), Requests: r.requests.Load(),
		Sessions: []SessionView{}, SessionCount: len(entries),
	}
	for _, e := range entries[:min(len(entries), maxShown)] {
		v.Sessions = append(v.Sessions, SessionView{shortened(e.Key), e.Record.User})
	}
	slices.SortFunc(v.Sessions, func(a, b SessionView) int { return strings.Compare(a.User+a.ID, b.User+b.ID) })
	return v
}

func (s *store) view(ctx context.Context) (RedisView, error) {
	v := RedisView{Alive: s.wire.Joined(), Keys: []KeyView{}, KeyCount: map[string]int{}, Commands: s.commands(ctx)}
	keys, err := fault.Keys(ctx, s.client, web.DefaultPrefix)
	if err != nil {
		return v, err
	}
	slices.Sort(keys)
	for _, key := range keys {
		v.KeyCount[kindOf(key)]++
	}
	keys = keys[:min(len(keys), maxShown)]
	ttls := make([]*redis.DurationCmd, len(keys))
	if _, err := s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, key := range keys {
			ttls[i] = p.PTTL(ctx, key)
		}
		return nil
	}); err != nil {
		return v, err
	}
	for i, key := range keys {
		kind := kindOf(key)
		name := strings.TrimPrefix(key, web.DefaultPrefix+kind+":")
		v.Keys = append(v.Keys, KeyView{Key: kind + ":" + shortened(name), Kind: kind, TTLSeconds: ttls[i].Val().Seconds()})
	}
	return v, nil
}

func kindOf(key string) string {
	kind, _, _ := strings.Cut(strings.TrimPrefix(key, web.DefaultPrefix), ":")
	return kind
}

// shortened is enough of a name to tell it from the others, and too little to use.
func shortened(name string) string {
	if len(name) <= 12 {
		return name
	}
	return name[:8] + "…"
}
