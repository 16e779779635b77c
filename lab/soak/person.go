package soak

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"authlab/lab/contract"
	"authlab/web/scheme"
)

const (
	fullCart    = 45 // below the most that a cart holds
	burst       = 3  // requests that a person sends at once
	keptRetired = 6  // credentials that a person has no use for any more, and tries again
	mostThink   = 40 * time.Millisecond
)

// What a person does beside the actions that are one request.
const (
	burstOf    action = "burst"
	replay     action = "replay"
	changeRole action = "change-role"
)

// habits are what people draw from: what stands here twice they do twice as often.
var habits = slices.Concat(
	slices.Repeat([]action{me}, 10), slices.Repeat([]action{look, admin, logout, refresh}, 2), slices.Repeat([]action{add}, 6),
	slices.Repeat([]action{replay, burstOf}, 3), []action{logIn, changeRole},
)

// A choice is what a person does next. All of it comes from the person's random numbers.
type choice struct {
	scheme scheme.Scheme
	action action
	policy string
	pick   int // which of several
	think  time.Duration
}

func draw(random *rand.Rand) choice {
	return choice{
		scheme: schemes[random.IntN(len(schemes))], action: habits[random.IntN(len(habits))],
		policy: contract.Policies()[random.IntN(3)], pick: random.IntN(keptRetired),
		think: time.Duration(random.Int64N(int64(mostThink))),
	}
}

// A person has an account, a login in each scheme, and credentials from before. Everything but a burst happens one after
// the other, so that what one person knows is certain.
type person struct {
	soak    *soak
	number  int
	random  *rand.Rand
	account int // how many accounts had full carts before this one
	user    string
	admin   bool
	pin     string // the balancer's cookie
	cart    *cart  // in the users database
	items   int    // so far, each with a name of its own
	held    map[string]*ticket
	retired []*ticket
	recent  []logged
}

func newPerson(s *soak, number int) *person {
	p := &person{soak: s, number: number, random: rand.New(rand.NewPCG(s.config.Seed, uint64(number)))}
	p.moveIn()
	return p
}

// moveIn begins with an account that was not used yet.
func (p *person) moveIn() {
	p.user = contract.SimulatedName(p.number + p.account*p.soak.config.People)
	p.admin, p.cart = false, newCart()
	for _, t := range p.held {
		p.retire(t)
	}
	basic, _ := scheme.Named(scheme.Basic)
	p.held = map[string]*ticket{scheme.Basic: {scheme: basic, user: p.user, login: &login{}, cart: p.cart}}
}

func (p *person) live(ctx, over context.Context) {
	for over.Err() == nil {
		c := draw(p.random)
		p.act(ctx, c)
		sleep(over, c.think)
	}
}

// act does what a person has chosen, or what has to be done first.
func (p *person) act(ctx context.Context, c choice) {
	t := p.held[c.scheme.Name]
	if c.scheme.RememberedAt == scheme.InReplica {
		c.policy = contract.Sticky // elsewhere no replica would know this session
	}
	switch {
	case c.action == changeRole:
		p.changeRole(ctx)
		return
	case c.action == replay && len(p.retired) > 0:
		t = p.retired[c.pick%len(p.retired)]
		c.scheme, c.action = t.scheme, me
	case t == nil:
		c.action = logIn
	case c.action == replay,
		c.scheme.Login == "" && (c.action == logIn || c.action == logout),
		c.action == refresh && t.login.refresh == "":
		c.action = me
	case c.action != add && c.action != burstOf || len(t.cart.saved) < fullCart:
	case t.cart != p.cart:
		c.action = logIn // a new session has an empty cart
	case p.account+1 < contract.MaxUsers/p.soak.config.People:
		p.account++
		p.moveIn()
		return
	default:
		c.action = look
	}
	if c.action == burstOf {
		p.burst(ctx, c, t)
		return
	}
	p.send(ctx, p.prepare(c, t))
}

// prepare makes a request.
func (p *person) prepare(c choice, t *ticket) *exchange {
	e := &exchange{
		scheme: c.scheme, action: c.action, policy: c.policy, address: contract.SimulatedAddress(p.number), pin: p.pin,
		user: p.user, ticket: t, admin: p.admin,
	}
	if t != nil && c.action != logIn {
		e.user = t.user
	}
	if c.action == add {
		p.items++
		e.item = fmt.Sprintf("%d-%d", p.number, p.items)
		t.cart.saved[e.item] = false
	}
	if c.action == add || c.action == look {
		e.sure = t.cart.sure()
	}
	return e
}

// burst sends several requests at once. The cart of a signed cookie is not changed by them: of several cookies the last
// wins, and the changes of the others are lost, which is no mistake but what that scheme is.
func (p *person) burst(ctx context.Context, c choice, t *ticket) {
	c.action = add
	if c.scheme.Name == scheme.SessionCookie {
		c.action = me
	}
	all := make([]*exchange, burst)
	for i := range all {
		all[i] = p.prepare(c, t)
	}
	p.send(ctx, all...)
}

// send sends requests at once, and then looks at one answer after the other.
func (p *person) send(ctx context.Context, all ...*exchange) {
	var group sync.WaitGroup
	for _, e := range all {
		group.Go(func() { p.soak.send(ctx, e) })
	}
	group.Wait()
	for _, e := range all {
		p.finish(ctx, e)
	}
}

// changeRole makes the person an admin, or takes that away.
func (p *person) changeRole(ctx context.Context) {
	roles := []string{"user", "admin"}
	if p.admin {
		roles = roles[:1]
	}
	if err := p.soak.target.SetRoles(ctx, p.user, roles); err != nil {
		if ctx.Err() == nil {
			p.soak.stop(fmt.Errorf("set roles of %s: %w", p.user, err))
		}
		return
	}
	p.admin = !p.admin
	p.soak.countFault(setRoles)
}

// finish judges an answer and learns from it.
func (p *person) finish(ctx context.Context, e *exchange) {
	if ctx.Err() != nil {
		return // it was cut off
	}
	p.pin = cmp.Or(e.newPin, p.pin)
	p.recent = keep(p.recent, e.at.to, e.String())
	p.soak.countRequest(*e)
	if b := p.soak.world.judge(*e, p.soak.config.ResponseTimeout); b != nil {
		p.soak.report(b, p.recent...)
	}
	p.learn(e)
}

// lookLast looks once more at everything that this person has, when nothing is broken any more.
func (p *person) lookLast(ctx context.Context) {
	for _, t := range p.retired {
		p.send(ctx, p.prepare(choice{scheme: t.scheme, action: me, policy: contract.Sticky}, t))
	}
	for _, row := range schemes {
		for _, what := range []action{me, look} {
			if t := p.held[row.Name]; t != nil {
				p.send(ctx, p.prepare(choice{scheme: row, action: what, policy: contract.Sticky}, t))
			}
		}
	}
}
