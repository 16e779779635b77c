package measure

import (
	"context"
	"fmt"
	"time"

	"github.com/alicebob/miniredis/v2"

	"authlab/account"
	"authlab/lab/fault"
	"authlab/session"
	"authlab/token"
	"authlab/web"
)

// A measurement is one run: the servers that are measured, and the report of what was found.
type measurement struct {
	config     Config
	report     Report
	redis      *miniredis.Miniredis
	hasher     *account.Hasher
	cheapUsers account.Directory // alice and others, whose password hashes cost next to nothing
	keys       *token.Keyring
	cookies    *session.CookieKeys
	near       *replica // with cheapUsers; its Redis is in this process
	realHash   *replica // the same with the demo accounts, whose password hashes have their real cost
	closers    []func()
}

// storedUsers is how many users log in so that what the server keeps of their logins can be measured.
const storedUsers = 10

// userName names the storedUsers, and after them alice.
func userName(i int) string {
	if i == storedUsers {
		return alice().Name
	}
	return fmt.Sprintf("user%d", i)
}

// alice is the demo account that sends the measured requests. All others have her password.
func alice() account.Demo { return account.Demos()[0] }

func (m *measurement) open(ctx context.Context) error {
	m.redis = miniredis.NewMiniRedis()
	if err := m.redis.Start(); err != nil {
		return fmt.Errorf("embedded Redis: %w", err)
	}
	m.closers = append(m.closers, m.redis.Close)
	m.hasher = account.NewHasher(1)
	m.cheapUsers = account.NewMemory()
	err := account.CreateSimulated(ctx, m.cheapUsers, m.hasher, storedUsers+1, userName, alice().Password)
	if err != nil {
		return err
	}
	if err := m.cheapUsers.SetRoles(ctx, alice().Name, alice().Roles); err != nil {
		return err
	}
	demos := account.NewMemory()
	if err := account.CreateDemos(ctx, demos, m.hasher); err != nil {
		return err
	}
	if m.keys, err = newKeys(token.DefaultAlgorithm); err != nil {
		return err
	}
	if m.cookies, err = session.NewCookieKeys([]byte("a key that signs only while something is measured")); err != nil {
		return err
	}
	if m.near, err = m.newReplica(ctx, m.redis.Addr(), m.cheapUsers, m.keys); err != nil {
		return err
	}
	m.realHash, err = m.newReplica(ctx, m.redis.Addr(), demos, m.keys)
	return err
}

func (m *measurement) close() {
	for i := range m.closers {
		m.closers[len(m.closers)-1-i]()
	}
}

// newReplica starts a replica, which ends with the measurement.
func (m *measurement) newReplica(ctx context.Context, redisAddress string, directory account.Directory, keys *token.Keyring) (*replica, error) {
	r, err := startReplica(ctx, redisAddress, web.Config{
		Name: "app-1", Directory: directory, Hasher: m.hasher, Keys: keys, CookieKeys: m.cookies,
	})
	if err == nil {
		m.closers = append(m.closers, r.close)
	}
	return r, err
}

// replicaAt starts a replica whose Redis is at a distance: each command takes that much longer. At 0 it is near itself,
// which reaches Redis without a wire.
func (m *measurement) replicaAt(ctx context.Context, distance time.Duration) (*replica, error) {
	if distance == 0 {
		return m.near, nil
	}
	wire, err := fault.NewWire(m.redis.Addr())
	if err != nil {
		return nil, err
	}
	m.closers = append(m.closers, func() { _ = wire.SetCut(true) }) // it never fails
	if err := wire.SetDelay(ctx, distance); err != nil {
		return nil, err
	}
	return m.newReplica(ctx, wire.Addr(), m.cheapUsers, m.keys)
}
