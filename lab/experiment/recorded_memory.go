package experiment

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"authlab/lab/contract"
)

// mostLooks bounds how often a recorder looks at the lab. Requests leave controlLooks of them for what is done to the lab.
const mostLooks, controlLooks = 40, 16

// A memory is what is remembered, by where.
type memory map[string]place

// A place is what one replica or Redis remembers, as far as a View lists it.
type place struct {
	records map[contract.Change]bool
	whole   bool // it lists all
}

const redisPlace = "redis"

// memoryOf is what a View shows. A Redis that does not answer remembers what it did.
func memoryOf(v contract.View, before memory) memory {
	m := memory{}
	for _, r := range v.Replicas {
		p := place{map[contract.Change]bool{}, len(r.Sessions) == r.SessionCount}
		for _, s := range r.Sessions {
			p.records[contract.Change{Where: r.Name, Kind: "session", ID: s.ID, User: s.User}] = true
		}
		m[r.Name] = p
	}
	if !v.Redis.Alive {
		m[redisPlace] = before[redisPlace]
		return m
	}
	p, count := place{records: map[contract.Change]bool{}}, 0
	for _, n := range v.Redis.KeyCount {
		count += n
	}
	p.whole = len(v.Redis.Keys) == count
	for _, k := range v.Redis.Keys {
		c := contract.Change{Where: redisPlace, Kind: k.Kind, ID: strings.TrimPrefix(k.Key, k.Kind+":")}
		if k.Kind == "sessions" || k.Kind == "not-before" { // a user's
			c.User = c.ID
		}
		p.records[c] = true
	}
	m[redisPlace] = p
	return m
}

// changes are what another memory has more or less. Of a place that listed not all, only what it can tell: a record that
// was not listed may have been there.
func (m memory) changes(later memory) []contract.Change {
	var all []contract.Change
	for where, after := range later {
		before, was := m[where]
		for record := range after.records {
			if !before.records[record] && (before.whole || !was) {
				all = append(all, record)
			}
		}
	}
	for where, before := range m {
		after, is := later[where]
		for record := range before.records {
			if !after.records[record] && (after.whole || !is) {
				record.Gone = true
				all = append(all, record)
			}
		}
	}
	slices.SortFunc(all, func(a, b contract.Change) int {
		return cmp.Or(strings.Compare(a.Where, b.Where), strings.Compare(a.Kind, b.Kind), strings.Compare(a.ID, b.ID))
	})
	return all
}

// settle looks at the lab if something is not looked at yet that should not be taken for the work of what comes next.
func (r *recorder) settle(ctx context.Context, alsoAtOnce bool) {
	r.mu.Lock()
	look := r.open == 0 && (r.advanced != nil || (alsoAtOnce && r.atOnce))
	r.mu.Unlock()
	if look {
		r.look(ctx, mostLooks)
	}
}

// look returns what is remembered otherwise than at the last look. What went after the clock was moved, it adds to that
// beat; what came while requests ran at once, or when there was no look because there had been too many, to those whose
// answers gave it.
func (r *recorder) look(ctx context.Context, most int) []contract.Change {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.looking || r.looks >= most {
		r.atOnce = true
		return nil
	}
	r.looking = true
	r.looks++
	r.mu.Unlock()
	view, err := r.target.View(ctx)
	r.mu.Lock()
	r.looking = false
	if err != nil {
		r.atOnce = true
		return nil
	}
	now := memoryOf(view, r.known)
	changes := r.known.changes(now)
	r.known = now
	var rest []contract.Change
	for _, c := range changes {
		giver := r.gave[c.ID]
		if giver != nil {
			c.User = giver.user
		}
		switch {
		case r.advanced != nil && c.Gone:
			r.advanced.Changes = append(r.advanced.Changes, c)
		case r.atOnce && giver != nil && !c.Gone && c.Kind != "denied":
			giver.Changes = append(giver.Changes, c)
		case !r.atOnce:
			rest = append(rest, c)
		}
	}
	r.atOnce, r.advanced = false, nil
	return rest
}
