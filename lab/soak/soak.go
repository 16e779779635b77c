// Package soak lets simulated people use a lab while faults come and go, and compares every answer with a model that knows
// what must be true.
//
//	seed ─┬▶ script ──▶ driver ── breaks, mends ──▶ lab
//	      │               └──▶ world: when was what broken? ◀── judge: may this answer be? ──▶ broken invariant
//	      └▶ choices ─▶ people ── requests ───────▶ lab ── answers ──▶ ┘
//
// The same seed gives the same faults in the same order, and the same choices of each person in the same order. When each
// happens depends on the machine, so a run is repeated, but not to the millisecond.
//
// The model is exact about what it cannot know. A request that is under way while a fault begins or ends may see either: each
// request and each fault has a span of time, and where two spans touch, both answers are right. Nowhere else.
//
// Start with Run. The files: script.go draws the faults, driver.go breaks them, world.go remembers when; person.go acts,
// ticket.go is what a person holds, learn.go what an answer means for it, judge.go is every invariant.
package soak

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"authlab/lab/contract"
)

// Bounds of Config.
const (
	MaxFor        = 24 * time.Hour
	MaxPeople     = 64
	DefaultFor    = time.Minute
	DefaultPeople = 12 // enough to meet each other, and few enough that two processors are not what is measured
)

// A Target is a lab that people can send requests to.
type Target interface {
	contract.Lab
	// URL is the balancer's: http://127.0.0.1:8080.
	URL() string
}

// Config says what to run. Every field but Progress is required.
type Config struct {
	Seed     uint64
	For      time.Duration // 1s to MaxFor; mending and the last look come on top
	People   int           // 1 to MaxPeople
	Replicas int           // how many the lab has at first
	// ResponseTimeout is how long the lab's balancer waits for a silent replica.
	ResponseTimeout time.Duration
	// Open starts a lab that nothing else uses, and the function that ends it.
	Open     func(context.Context) (Target, func() error, error)
	Progress func(Report) // hears of the figures now and then; nil: no
}

// Run runs a soak and returns its figures. They are returned with an error too: ctx has ended, or the lab could not be
// broken, mended or ended. A broken invariant is no error: it is in Report.Broken, and it ends the run.
func Run(ctx context.Context, config Config) (Report, error) {
	before := measureResources()
	figures, last, err := liveThrough(ctx, config)
	if err == nil && figures.Broken == nil {
		if figures.Broken = checkResources(ctx, before); figures.Broken != nil {
			figures.Broken.Events = last
		}
	}
	return figures, err
}

// liveThrough is a run but for its last check. When it returns, the lab and what the model knows are no longer needed, so the
// memory that they took has to come back. last is what happened last.
func liveThrough(ctx context.Context, config Config) (figures Report, last []string, err error) {
	target, closeLab, err := config.Open(ctx)
	if err != nil {
		return Report{}, nil, err
	}
	s := &soak{config: config, target: target, world: newWorld(config.Replicas), client: newClient(), started: time.Now(), total: newReport(config)}
	err = s.run(ctx)
	s.client.CloseIdleConnections()
	if failed := closeLab(); err == nil {
		err = failed
	}
	return s.figures(), s.world.events(nil, s.started), err
}

// A soak is one run.
type soak struct {
	config  Config
	target  Target
	world   *world
	client  *http.Client
	started time.Time
	stop    context.CancelCauseFunc // ends the work of all people: an invariant is broken, or the lab does not do what it is told

	mu    sync.Mutex
	total Report // so far
}

// errBroken stops a run that has found a broken invariant, which is in its report.
var errBroken = errors.New("an invariant is broken")

func (s *soak) run(ctx context.Context) error {
	if err := s.target.AddUsers(ctx, contract.MaxUsers, password); err != nil {
		return fmt.Errorf("add simulated users: %w", err)
	}
	running, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	s.stop = stop
	over, end := context.WithTimeout(running, s.config.For)
	defer end()

	people := make([]*person, s.config.People)
	var group sync.WaitGroup
	for i := range people {
		people[i] = newPerson(s, i+1)
		group.Go(func() { people[i].live(running, over) })
	}
	group.Go(func() { s.drive(running, over) })
	go s.world.watchStalls(running)
	if s.config.Progress != nil {
		group.Go(func() { s.showProgress(over) })
	}
	group.Wait()
	for _, p := range people { // everything is mended by now, unless the run was stopped
		p.lookLast(running)
	}
	if err := context.Cause(running); ctx.Err() == nil && !errors.Is(err, errBroken) {
		return err
	}
	return ctx.Err()
}

// report ends the run with a broken invariant. The first counts.
func (s *soak) report(b *Broken, recent ...logged) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case b.machine:
		s.total.LateMachine++
	case s.total.Broken == nil:
		b.Events = s.world.events(recent, s.started)
		s.total.Broken = b
		s.stop(errBroken)
	}
}

func (s *soak) showProgress(ctx context.Context) {
	for sleep(ctx, 500*time.Millisecond) {
		s.config.Progress(s.figures())
	}
}
