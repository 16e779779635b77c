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
	"fmt"
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
	s := &soak{config: config, target: target, world: newWorld(config.Replicas), client: newClient(target.URL()), started: time.Now(), total: newReport(config)}
	err = s.run(ctx)
	s.client.close()
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
	client  *client
	started time.Time
	stop    context.CancelFunc // ends the work of all people after a broken invariant

	mu     sync.Mutex
	total  Report // so far
	failed error  // of the driver, or of a person who could not go on
}

func (s *soak) run(ctx context.Context) error {
	if err := s.target.AddUsers(ctx, contract.MaxUsers, password); err != nil {
		return fmt.Errorf("add simulated users: %w", err)
	}
	running, stop := context.WithCancel(ctx)
	defer stop()
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
	if err := s.ended(ctx); err != nil || s.broken() != nil {
		return err
	}
	for _, p := range people { // everything is mended by now
		p.lookLast(running)
	}
	return s.ended(ctx)
}

// ended returns why the run has ended early, if it has.
func (s *soak) ended(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failed != nil && ctx.Err() == nil {
		return s.failed
	}
	return ctx.Err()
}

// fail ends the run because something of its own went wrong.
func (s *soak) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failed == nil {
		s.failed = err
	}
	s.stop()
}

// report ends the run with a broken invariant. The first counts.
func (s *soak) report(b *Broken, recent ...logged) {
	if b == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if b.machine {
		s.total.LateMachine++
	}
	if b.machine || s.total.Broken != nil {
		return
	}
	b.Events = s.world.events(recent, s.started)
	s.total.Broken = b
	s.stop()
}

func (s *soak) broken() *Broken {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.total.Broken
}

func (s *soak) showProgress(ctx context.Context) {
	for sleep(ctx, 500*time.Millisecond) {
		s.config.Progress(s.figures())
	}
}
