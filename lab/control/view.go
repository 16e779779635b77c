package control

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"authlab/account"
	"authlab/session"
)

// maxShown bounds how many sessions or keys one picture of the cluster lists. The totals are always true.
const maxShown = 100

// A View is a picture of the cluster: what GET /lab/cluster answers.
type View struct {
	Target string `json:"target"`
	// MaxReplicas is how many replicas there can be here.
	MaxReplicas int           `json:"max_replicas"`
	Now         time.Time     `json:"now"` // the lab's time
	Replicas    []ReplicaView `json:"replicas"`
	Redis       RedisView     `json:"redis"`
	Faults      []string      `json:"faults"`
	Accounts    []AccountView `json:"accounts"`
	Services    ServicesView  `json:"services"`
}

// ReplicaView is one replica and what it remembers.
type ReplicaView struct {
	Name  string `json:"name"`
	Alive bool   `json:"alive"`
	// Silent: it lives and remembers, and answers nothing.
	Silent bool `json:"silent,omitempty"`
	// Refuses: the lab has not killed it, and made it refuse connections and forget. For its clients that is the same.
	Refuses      bool          `json:"refuses,omitempty"`
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

// AccountView is one user.
type AccountView struct {
	Name  string   `json:"name"`
	Roles []string `json:"roles"`
	Email string   `json:"email"`
}

// ServicesView says where the other servers are.
type ServicesView struct {
	Reports string `json:"reports,omitempty"`
	Naive   string `json:"naive,omitempty"`
}

// Sessions shows session records: each shortened, and not more than a picture holds.
func Sessions(entries []session.Entry) []SessionView {
	shown := []SessionView{}
	for _, e := range entries[:min(len(entries), maxShown)] {
		shown = append(shown, SessionView{shortened(e.Key), e.Record.User})
	}
	slices.SortFunc(shown, func(a, b SessionView) int { return strings.Compare(a.User+a.ID, b.User+b.ID) })
	return shown
}

// SessionBytes is how much text session records are.
func SessionBytes(entries []session.Entry) (int64, error) {
	var sum int64
	for _, e := range entries {
		text, err := json.Marshal(e.Record)
		if err != nil {
			return 0, err
		}
		sum += int64(len(e.Key) + len(text))
	}
	return sum, nil
}

// Accounts shows the demo accounts.
func Accounts(ctx context.Context, directory account.Directory) ([]AccountView, error) {
	var shown []AccountView
	for _, demo := range account.Demos() {
		user, err := directory.User(ctx, demo.Name)
		if err != nil {
			return shown, err
		}
		shown = append(shown, AccountView{user.Name, user.Roles, user.Email})
	}
	return shown, nil
}

// shortened is enough of a name to tell it from the others, and too little to use.
func shortened(name string) string {
	if len(name) <= 12 {
		return name
	}
	return name[:8] + "…"
}

// SimulatedName is the name of the simulated user with this index.
func SimulatedName(i int) string { return fmt.Sprintf("user-%05d", i+1) }
