package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/signal"
	"runtime"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/redis/go-redis/v9"
	"github.com/spf13/cobra"

	"authlab/account"
	"authlab/account/postgres"
	"authlab/lab/compose/agent"
	"authlab/lab/contract"
	"authlab/lab/control"
	"authlab/lab/embedded"
	"authlab/lab/fault/door"
	"authlab/session"
	"authlab/web"
)

type serveOptions struct {
	listen, name, redis, accounts, postgres, keys, labListen, services string
	trustedProxies                                                     []string
	secureCookies, demoAccounts                                        bool
	parallelHashes                                                     int
	rotateKeysEvery                                                    time.Duration
	tuning                                                             web.Tuning
}

// newServeCommand is authlab serve: one replica, as a container runs it.
func newServeCommand(getenv func(string) string) *cobra.Command {
	var o serveOptions
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve one replica, on a Redis of your own",
		Long: `Serve one replica. Each flag can also be given by the environment, in capitals:
AUTHLAB_LISTEN, AUTHLAB_NAME, AUTHLAB_REDIS, AUTHLAB_SECURE_COOKIES. A flag wins. An address with a
password belongs there, because everybody on a machine can read the flags of its programs.

On SIGHUP it reads the key file anew, without losing a request. With --rotate-keys-every it changes the
file itself, and reads what another replica has changed.`,
		Example: "  authlab serve --name app-1 --listen :8081 --redis redis://127.0.0.1:6379 --keys keys.json\n" +
			"  authlab serve --name app-2 --listen :8082 --redis redis://127.0.0.1:6379 --keys keys.json",
		Args:    noArguments,
		PreRunE: fromEnvironment(getenv),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return serve(cmd.Context(), o, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&o.listen, "listen", ":8080", "address to listen on")
	flags.StringVar(&o.name, "name", hostname(), "name of this replica")
	flags.StringVar(&o.redis, "redis", "redis://127.0.0.1:6379/0", "where Redis is; several hosts are nodes of a cluster: redis://host:6379,host:6379,host:6379; "+
		"redis+sentinel://host:26379,host:26379/master-name/0 is the primary that Sentinel knows; rediss:// and rediss+sentinel:// for TLS")
	flags.StringVar(&o.accounts, "accounts", "memory:", "users database: memory: is the demo accounts, in this process; postgres://user:password@host:5432/database is shared")
	flags.StringVar(&o.postgres, "postgres", "", "database for the sessions of session-postgres, like postgres://user:password@host:5432/database; it may be the users database. Without it, there is no session-postgres")
	flags.BoolVar(&o.demoAccounts, "demo-accounts", false, "make alice and bob, with published passwords, in the users database too; memory: always has them")
	flags.StringVar(&o.keys, "keys", "", "file with the keys that all replicas share; made if it is not there. Without it, this replica makes keys of its own, and no other accepts what it signs")
	flags.DurationVar(&o.rotateKeysEvery, "rotate-keys-every", 0, "change the keys in the key file that often, like 24h: every replica with this flag may do it, all of them follow, and no user is logged out. Without it, authlab keys rotate does it by hand")
	flags.StringVar(&o.labListen, "lab-listen", "", "address where the lab may look into this replica and change its clock; only for a network where nobody else is. Without it, nobody may")
	flags.StringSliceVar(&o.trustedProxies, "trusted-proxies", nil, "addresses or networks of the balancers in front, like 10.0.0.0/8: whose address a failed login came from is what they say in X-Forwarded-For")
	flags.BoolVar(&o.secureCookies, "secure-cookies", false, "served over TLS: cookies are Secure and named __Host-")
	flags.StringVar(&o.services, "services", "", "file with the services that may introspect tokens: a JSON object of their secrets by name")
	flags.IntVar(&o.parallelHashes, "parallel-hashes", 2, "how many passwords are hashed at once, at 19 MiB each")
	flags.IntVar(&o.tuning.MaxSessions, "max-sessions", session.MaxSessions, "how many sessions each store keeps of one user: a login that would be one more ends the oldest")
	flags.DurationVar(&o.tuning.StaleSessions, "stale-sessions", 0, "believe a session of session-redis for so long without asking Redis again, also if it has ended at another replica; 1m at most")
	flags.DurationVar(&o.tuning.StreamAsk, "stream-ask", web.DefaultStreamAsk, "how often an open stream asks whether its login is still good; less than 0: never, so that it goes on after a logout")
	flags.BoolVar(&o.tuning.StreamTold, "stream-told", false, "tell open streams of a logout at once, by Redis")
	return cmd
}

func hostname() string {
	if name, err := os.Hostname(); err == nil && name != "" {
		return name
	}
	return "app-1"
}

// ballast is how many bytes the garbage collector counts and the system does not, because nothing writes them. It runs each
// time that the heap has doubled. A replica keeps a few megabytes, so it would run many times a second under load.
const ballast = 16 << 20

func serve(ctx context.Context, o serveOptions, stdout, stderr io.Writer) error {
	for _, proxy := range o.trustedProxies {
		if _, err := netip.ParsePrefix(proxy); err != nil && net.ParseIP(proxy) == nil {
			return usageError{fmt.Errorf("--trusted-proxies %q: it should be an address, or a network like 10.0.0.0/8", proxy)}
		}
	}
	if err := checkRotation(o); err != nil {
		return err
	}
	if o.tuning.MaxSessions < 1 || o.tuning.MaxSessions > session.MaxSessions {
		return usageError{fmt.Errorf("--max-sessions %d: it can be 1 to %d", o.tuning.MaxSessions, session.MaxSessions)}
	}
	if o.tuning.StaleSessions < 0 || o.tuning.StaleSessions > web.MaxStaleSessions {
		return usageError{fmt.Errorf("--stale-sessions %s: it can be 0s to %s", o.tuning.StaleSessions, web.MaxStaleSessions)}
	}
	services, err := readServices(o.services)
	if err != nil {
		return usageError{fmt.Errorf("--services: %w", err)}
	}
	defer runtime.KeepAlive(make([]byte, ballast))
	directory, closeDirectory, err := openDirectory(ctx, o.accounts)
	if err != nil {
		return err
	}
	defer closeDirectory()
	var delay control.Delay
	var sessions *pgxpool.Pool
	if o.postgres != "" {
		if sessions, err = web.OpenPostgres(ctx, o.postgres, delay.Wait); err != nil {
			return err
		}
		defer sessions.Close()
	}
	logger, flush := newBufferedLogger(stderr)
	defer flush()
	keys, err := loadKeys(o.keys)
	if err != nil {
		return err
	}
	if o.keys == "" {
		logger.Warn("keys were made for this process alone: no other replica accepts what it signs", "flag", "--keys")
	}
	if err := reachRedis(ctx, o.redis); err != nil {
		return err
	}
	hasher := account.NewHasher(o.parallelHashes)
	if err := createDemos(ctx, directory, hasher, o, logger); err != nil {
		return err
	}
	listener, err := door.Open(ctx, o.listen, func(l net.Listener) net.Listener { return web.ProblemListener(l, o.name, logger) })
	if err != nil {
		return err
	}
	defer func() { _ = listener.Close() }() // no client is served by then
	// The agent is there also where no lab listens to it: it is how the replica is opened.
	var current atomic.Pointer[web.Server]
	audit := func(ctx context.Context, event account.Event) {
		if server := current.Load(); server != nil {
			server.Audit(ctx, event)
		}
	}
	connect := func(address string) (redis.UniversalClient, error) { return web.OpenRedis(cmp.Or(address, o.redis)) }
	replica, err := agent.New(agent.Config{OwnKeys: o.keys == "", Redis: connect, Door: listener, Delay: &delay, Open: func(client redis.UniversalClient, now func() time.Time, startup contract.Startup) (*web.Server, error) {
		signing := keys
		var err error
		switch {
		case startup.LeakedSecret != "":
			signing = &replicaKeys{}
			signing.tokens, signing.cookies, err = embedded.LeakedKeys(startup.LeakedSecret)
		case startup.OwnKeys && o.keys != "":
			signing, err = loadKeys("")
		}
		if err != nil {
			return nil, err
		}
		server := web.New(web.Config{
			Name: o.name, Directory: directory, Hasher: hasher, Redis: client, Postgres: sessions, Keys: signing.tokens, CookieKeys: signing.cookies,
			Secure: o.secureCookies, TrustedProxies: o.trustedProxies, Now: now, Logger: logger, Tuning: o.tuning, Services: services,
		})
		current.Store(server)
		return server, nil
	}})
	if err != nil {
		return err
	}
	defer func() { _ = replica.Close() }() // a connection that has broken cannot be closed, and need not
	if o.labListen != "" {
		end, err := serveLab(ctx, o.labListen, replica.Lab(), logger)
		if err != nil {
			return err
		}
		defer end()
	}
	if o.rotateKeysEvery > 0 {
		if err := keys.rotateOnSchedule(ctx, o.rotateKeysEvery, audit, logger); err != nil {
			return err
		}
	}
	defer reloadOnHangup(ctx, keys, audit, logger)()
	fmt.Fprintf(stdout, "%s is serving on http://%s\n", o.name, web.HostToOpen(listener.Addr()))
	return serveUntilDone(ctx, replica.Drain, web.NewHTTPServer(replica, logger), listener)
}

// createDemos makes the demo accounts in the memory of this process, and in a users database only if that was asked for:
// their passwords are published, and one of them is an admin.
func createDemos(ctx context.Context, directory account.Directory, hasher *account.Hasher, o serveOptions, logger *slog.Logger) error {
	inMemory, err := isMemory(o.accounts)
	switch {
	case err != nil:
		return err
	case !inMemory && !o.demoAccounts:
		logger.Info("no demo accounts are made in the users database", "flag", "--demo-accounts")
		return nil
	case !inMemory:
		logger.Warn("the users database has the demo accounts, with published passwords", "flag", "--demo-accounts")
	}
	return account.CreateDemos(ctx, directory, hasher)
}

// reachRedis tells whether there is a Redis at an address, and whether it answers.
func reachRedis(ctx context.Context, address string) error {
	client, err := web.OpenRedis(address)
	if err != nil {
		return usageError{err}
	}
	return errors.Join(web.PingRedis(ctx, client), client.Close())
}

// serveLab serves the agent on a listener of its own, until end is called.
func serveLab(ctx context.Context, address string, lab http.Handler, logger *slog.Logger) (end func(), err error) {
	listener, err := listen(ctx, address)
	if err != nil {
		return nil, err
	}
	server := web.NewHTTPServer(lab, logger)
	go func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			logger.Error("agent ended", "error", err)
		}
	}()
	return func() { _ = server.Close() }, nil // the console does not wait for what it asked last
}

// reloadOnHangup reads the keys anew each time the process gets SIGHUP, until end is called. Where there is no file to
// read, the signal does nothing: it would end the process otherwise.
func reloadOnHangup(ctx context.Context, keys *replicaKeys, audit account.Audit, logger *slog.Logger) (end func()) {
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	go func() {
		for range hangups {
			if keys.path == "" {
				continue
			}
			if err := keys.reload(ctx, audit); err != nil {
				logger.Error("keys were not read anew", "error", err)
				continue
			}
			logger.Info("keys were read anew", "signs", keys.tokens.Signing().ID())
		}
	}()
	return func() {
		signal.Stop(hangups)
		close(hangups)
	}
}

// openDirectory opens the users database at an address.
func openDirectory(ctx context.Context, address string) (directory account.Directory, closed func(), err error) {
	inMemory, err := isMemory(address)
	if err != nil {
		return nil, nil, err
	}
	if inMemory {
		return account.NewMemory(), func() {}, nil
	}
	users, err := postgres.Open(ctx, address)
	if errors.Is(err, postgres.ErrAddress) {
		return nil, nil, usageError{fmt.Errorf("--accounts is neither memory: nor a database: %w", err)}
	} else if err != nil {
		return nil, nil, fmt.Errorf("users database: %w", err)
	}
	return users, users.Close, nil
}
