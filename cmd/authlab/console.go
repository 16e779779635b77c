//go:build !replica

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"

	"github.com/redis/go-redis/v9"
	"github.com/spf13/cobra"

	"authlab/account"
	"authlab/lab/compose"
	"authlab/lab/compose/console"
	"authlab/lab/control"
	"authlab/lab/experiment"
	"authlab/lab/experiment/api"
	"authlab/web"
)

type consoleOptions struct {
	listen, logListen, redis, accounts, reports, balancer, labKey string
	agents, spareAgents                                           []string
}

// newConsoleCommand is authlab console: the lab's controls, where the lab is made of containers.
func newConsoleCommand(getenv func(string) string) *cobra.Command {
	var o consoleOptions
	cmd := &cobra.Command{
		Use:   "console",
		Short: "Serve the lab's controls for replicas that are containers",
		Long: `Serve the lab's controls (/lab/) for replicas that are containers. It asks their agents,
Redis and the users database, hears from nginx's log, and runs experiments for the pages.
What takes Docker it answers with the command to type.
Each flag can also be given by the environment, in capitals: AUTHLAB_LISTEN, AUTHLAB_AGENTS
and so on. A flag wins.

It takes every request for one from this machine, if its Host says so: listen where only
a proxy comes that only this machine reaches.`,
		Example: "  authlab console --agents app-1:8079,app-2:8079,app-3:8079 --redis redis://redis:6379",
		Args:    noArguments,
		PreRunE: fromEnvironment(getenv),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return serveConsole(cmd.Context(), o, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&o.listen, "listen", ":8080", "address to listen on")
	flags.StringVar(&o.logListen, "log-listen", ":5140", "address (UDP) where nginx's access log comes in, by syslog")
	flags.StringSliceVar(&o.agents, "agents", nil, "where the replicas' agents are; what is before the colon is the replica's name")
	flags.StringSliceVar(&o.spareAgents, "spare-agents", nil, "the same, of replicas that need not be there")
	flags.StringVar(&o.redis, "redis", "redis://127.0.0.1:6379/0", "where Redis is; rediss:// for TLS")
	flags.StringVar(&o.accounts, "accounts", "memory:", "users database: memory: or postgres://user:password@host:5432/database")
	flags.StringVar(&o.reports, "reports", "", "where a browser finds the second service, like http://127.0.0.1:8090")
	flags.StringVar(&o.balancer, "balancer", "", "where the console reaches the balancer, which believes its X-Forwarded-For, like http://nginx-edge:8082; without it no experiment is run here")
	flags.StringVar(&o.labKey, "lab-key", "", "lets other machines use the lab's controls, if they send this in X-Lab-Key; 16 characters or more")
	return cmd
}

func serveConsole(ctx context.Context, o consoleOptions, stdout, stderr io.Writer) error {
	agents, err := readAgents(o)
	if err != nil {
		return err
	}
	if err := control.CheckKey(o.labKey); err != nil {
		return usageError{fmt.Errorf("--lab-key: %w", err)}
	}
	logger := slog.New(slog.NewJSONHandler(stderr, nil))
	client, err := web.OpenRedis(o.redis)
	if err != nil {
		return usageError{err}
	}
	defer client.Close()
	if _, cluster := client.(*redis.ClusterClient); cluster {
		return usageError{errors.New("--redis names a cluster, and the console shows the keys of one Redis")}
	}
	users, closeUsers, err := consoleUsers(o.accounts)
	if err != nil {
		return err
	}
	defer closeUsers()
	listener, err := listen(ctx, o.listen)
	if err != nil {
		return err
	}
	experiments, end, err := consoleExperiments(ctx, o.balancer, listener.Addr())
	if err != nil {
		return err
	}
	defer end()
	c := console.New(console.Config{
		Agents: agents, Redis: client, Users: users, Hasher: account.NewHasher(1), Reports: o.reports, Balancer: o.balancer,
	})
	controls := control.New(c, control.Config{LabKey: o.labKey, FromHere: func(*http.Request) bool { return true }, Home: o.balancer, Experiments: experiments})
	running, stop := context.WithCancel(ctx)
	defer stop()
	go controls.Watch(running)
	go console.Watch(running, controls)

	log, err := (&net.ListenConfig{}).ListenPacket(ctx, "udp", o.logListen)
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }() // which ends Listen
	go func() {
		if err := c.Listen(log, controls.Observe); !errors.Is(err, net.ErrClosed) {
			logger.Error("the balancer's log is not heard any more", "error", err)
		}
	}()
	fmt.Fprintf(stdout, "console is serving on http://%s\n", web.HostToOpen(listener.Addr()))
	mux, pages := http.NewServeMux(), web.NewPages()
	mux.HandleFunc("GET /livez", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	mux.Handle("/lab/", controls)
	for _, path := range pages.Paths() {
		if path == "/" {
			path = "/{$}" // and nothing below it
		}
		mux.Handle("GET "+path, pages)
	}
	// Closing the controls ends the event streams, which would never end by themselves.
	return serveUntilDone(ctx, controls.Close, web.NewHTTPServer(mux, logger), listener)
}

// consoleExperiments serves what the pages ask of experiments: a run of those that need no Docker, and the commands of the
// others. Without a balancer there are none.
func consoleExperiments(ctx context.Context, balancer string, listening net.Addr) (experiments http.Handler, end func(), err error) {
	if balancer == "" {
		return nil, func() {}, nil
	}
	_, port, err := net.SplitHostPort(listening.String())
	if err != nil {
		return nil, nil, err
	}
	lab, err := compose.OpenInside(ctx, balancer, "http://"+net.JoinHostPort("127.0.0.1", port))
	if err != nil {
		return nil, nil, usageError{fmt.Errorf("--balancer: %w", err)}
	}
	open := func() (experiment.Target, error) { return lab, nil }
	return api.New(api.Config{Open: open, Command: compose.Command}).Handler(), func() { _ = lab.Close() }, nil
}

func readAgents(o consoleOptions) ([]console.Agent, error) {
	var agents []console.Agent
	for i, address := range append(o.agents[:len(o.agents):len(o.agents)], o.spareAgents...) {
		name, _, ok := strings.Cut(address, ":")
		if !ok || name == "" {
			return nil, usageError{fmt.Errorf("%q is not the address of an agent; one looks like app-1:8079", address)}
		}
		agents = append(agents, console.Agent{Replica: name, Address: address, Spare: i >= len(o.agents)})
	}
	if len(o.agents) == 0 {
		return nil, usageError{errors.New("--agents names no replica")}
	}
	return agents, nil
}

func consoleUsers(address string) (users console.Users, closed func(), err error) {
	inMemory, err := isMemory(address)
	if err != nil {
		return nil, nil, err
	}
	if inMemory {
		return account.NewMemory(), func() {}, nil
	}
	database := console.NewDatabase(address)
	return database, database.Close, nil
}
