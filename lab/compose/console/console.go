// Package console is the lab's controls where the lab is made of containers.
//
//	                         ┌▶ agents of the replicas   memory, clocks, doors, ways to Redis
//	nginx ── /lab/… ──▶ console ─▶ Redis                 keys, flush
//	  └── access log ──▶ (UDP) └▶ users database         roles, simulated users
//
// It does what can be done over the network. It has no way to Docker, because a program that reaches Docker's socket owns
// the machine. So it kills no container and stops no Redis: it has a replica refuse connections and forget, and has all
// replicas cut off from Redis. For the replicas' clients that is the same, and View says which of the two it is.
// What takes Docker is answered with the command to type (package compose types it): one more replica, new keys for all, a
// Redis that Sentinel guards, and the end of its primary.
//
// It goes on while one of these is away: a replica, Redis, the users database.
package console

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"authlab/account"
	"authlab/lab/compose/agent"
	"authlab/lab/contract"
	"authlab/lab/control"
)

// Users is a users database that can remove users.
type Users interface {
	account.Directory
	// RemoveAllBut removes all users but those of these names. It also ends every user's sessions, if there are any in the
	// users database.
	RemoveAllBut(ctx context.Context, names ...string) error
}

// Config says what a console looks at. Everything without a default is required.
type Config struct {
	Agents []Agent               // of the replicas, in their order
	Redis  redis.UniversalClient // the console's own
	Users  Users
	Hasher *account.Hasher
	// Guarded is the address of a Redis that Sentinel guards, for the fault of that name; empty: there is none.
	Guarded string
	Reports string // where a browser finds the second service; empty: there is none
	// Balancer is where the console reaches the balancer, like http://nginx-edge:8082. With it, a replica that is mended
	// is waited for until the balancer deals requests to it again; without it, that is not waited for.
	Balancer string
	Now      func() time.Time // time.Now
}

// An Agent is where a replica can be asked.
type Agent struct {
	Replica, Address string
	// Spare is a replica that need not be there: while it is not, it is not listed.
	Spare bool
}

// A Console is a contract.Lab.
type Console struct {
	config   Config
	replicas []*replica
	commands *control.CommandCount // of Config.Redis
	demos    *account.DemoReset
	client   *http.Client // of the balancer

	mu         sync.Mutex
	at         redis.UniversalClient // what the replicas are at
	conditions agent.Conditions      // of every replica, but for its own skew
	startup    contract.Startup      // of every replica
}

var _ contract.Lab = (*Console)(nil)

// New returns a console. It connects to nothing yet.
func New(config Config) *Console {
	if config.Now == nil {
		config.Now = time.Now
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.Proxy = nil // the balancer is in the same network
	c := &Console{
		config: config, client: &http.Client{Transport: transport}, at: config.Redis, commands: control.NewCommandCount(config.Redis),
		demos: &account.DemoReset{Directory: config.Users, Hasher: config.Hasher},
	}
	for _, a := range config.Agents {
		c.replicas = append(c.replicas, &replica{name: a.Replica, spare: a.Spare, agent: agent.NewClient(a.Address)})
	}
	return c
}

// Advance implements contract.Lab. The replicas' clocks are moved, and what is in Redis grows older by as much.
func (c *Console) Advance(ctx context.Context, by time.Duration) error {
	moved := false
	err := c.change(ctx, func() {
		if moved = c.conditions.Offset <= contract.MaxAhead-by; moved {
			c.conditions.Offset += by
		}
	})
	if !moved {
		return contract.ErrAhead
	}
	if err != nil {
		return err
	}
	return control.Age(ctx, c.redis(), by)
}

func (c *Console) replica(name string) (*replica, bool) {
	i := slices.IndexFunc(c.replicas, func(r *replica) bool { return r.name == name })
	if i < 0 {
		return nil, false
	}
	return c.replicas[i], true
}

// Flush implements contract.Lab.
func (c *Console) Flush(ctx context.Context) error { return control.Flush(ctx, c.redis()) }

// AddUsers implements contract.Lab.
func (c *Console) AddUsers(ctx context.Context, count int, password string) error {
	return control.AddUsers(ctx, c.config.Users, c.config.Hasher, count, password)
}

// SetRoles implements contract.Lab.
func (c *Console) SetRoles(ctx context.Context, user string, roles []string) error {
	return c.config.Users.SetRoles(ctx, user, roles)
}

// Set implements contract.Lab.
func (c *Console) Set(ctx context.Context, s contract.Settings) error {
	return c.change(ctx, func() { c.conditions.Settings = s })
}

// Reset implements contract.Lab, for all that is there: memories and Redis are empty, clocks right, and the users as they
// began. What is away stays away, which is an error only if it is Redis or the users database.
func (c *Console) Reset(ctx context.Context) error {
	c.mu.Lock()
	c.conditions, c.startup = agent.Conditions{}, contract.Startup{}
	c.use(c.config.Redis, "")
	for _, r := range c.replicas {
		r.skew = 0
	}
	c.mu.Unlock()
	failed := c.each(func(r *replica) error {
		return errors.Join(c.tell(ctx, r), c.restart(ctx, r), c.open(ctx, r))
	})
	failed = errors.Join(failed, control.Flush(ctx, c.config.Redis), c.resetUsers(ctx))
	c.commands.Reset(ctx)
	return failed
}

func (c *Console) resetUsers(ctx context.Context) error {
	if err := c.config.Users.RemoveAllBut(ctx, control.DemoNames()...); err != nil {
		return fmt.Errorf("remove simulated users: %w", err)
	}
	return c.demos.Reset(ctx)
}
