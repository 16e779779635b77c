package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"authlab/account"
	"authlab/web"
)

type serveOptions struct {
	listen, name, redis, accounts, keys string
	secureCookies                       bool
	parallelHashes                      int
}

// newServeCommand is authlab serve: one replica, as a container runs it.
func newServeCommand(getenv func(string) string) *cobra.Command {
	var o serveOptions
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve one replica, on a Redis of your own",
		Long: `Serve one replica. Each flag can also be given by the environment, in capitals:
AUTHLAB_LISTEN, AUTHLAB_NAME, AUTHLAB_REDIS, AUTHLAB_SECURE_COOKIES. A flag wins.`,
		Example: "  authlab serve --name app-1 --listen :8081 --redis redis://127.0.0.1:6379 --keys keys.json\n" +
			"  authlab serve --name app-2 --listen :8082 --redis redis://127.0.0.1:6379 --keys keys.json",
		Args: noArguments,
		PreRunE: func(cmd *cobra.Command, _ []string) error {
			return fromEnvironment(cmd.Flags(), getenv)
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			return serve(cmd.Context(), o, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&o.listen, "listen", ":8080", "address to listen on")
	flags.StringVar(&o.name, "name", hostname(), "name of this replica")
	flags.StringVar(&o.redis, "redis", "redis://127.0.0.1:6379/0", "where Redis is; rediss:// for TLS")
	flags.StringVar(&o.accounts, "accounts", "memory:", "users database; memory: is the demo accounts, in this process")
	flags.StringVar(&o.keys, "keys", "", "file with the keys that all replicas share; made if it is not there. Without it, this replica makes keys of its own, and no other accepts what it signs")
	flags.BoolVar(&o.secureCookies, "secure-cookies", false, "served over TLS: cookies are Secure and named __Host-")
	flags.IntVar(&o.parallelHashes, "parallel-hashes", 2, "how many passwords are hashed at once, at 19 MiB each")
	return cmd
}

func hostname() string {
	if name, err := os.Hostname(); err == nil && name != "" {
		return name
	}
	return "app-1"
}

// fromEnvironment sets each flag that was not given from AUTHLAB_ and its name.
func fromEnvironment(flags *pflag.FlagSet, getenv func(string) string) error {
	var failed error
	flags.VisitAll(func(f *pflag.Flag) {
		name := "AUTHLAB_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
		if value := getenv(name); value != "" && !f.Changed {
			if err := flags.Set(f.Name, value); err != nil {
				failed = errors.Join(failed, usageError{fmt.Errorf("%s: %w", name, err)})
			}
		}
	})
	return failed
}

func serve(ctx context.Context, o serveOptions, stdout, stderr io.Writer) error {
	if o.accounts != "memory:" {
		return usageError{fmt.Errorf("--accounts is %q, and memory: is the only users database there is", o.accounts)}
	}
	logger := slog.New(slog.NewJSONHandler(stderr, nil))
	tokenKeys, cookieKeys, err := loadKeys(o.keys)
	if err != nil {
		return err
	}
	if o.keys == "" {
		logger.Warn("keys were made for this process alone: no other replica accepts what it signs", "flag", "--keys")
	}
	client, err := web.OpenRedis(o.redis)
	if err != nil {
		return usageError{err}
	}
	defer client.Close()
	if err := client.Ping(ctx).Err(); err != nil {
		return fmt.Errorf("redis at %s cannot be reached: %w", client.Options().Addr, err)
	}
	directory, hasher := account.NewMemory(), account.NewHasher(o.parallelHashes)
	if err := account.CreateDemos(ctx, directory, hasher); err != nil {
		return err
	}
	app := web.New(web.Config{
		Name: o.name, Directory: directory, Hasher: hasher, Redis: client, Keys: tokenKeys, CookieKeys: cookieKeys,
		Secure: o.secureCookies, Logger: logger,
	})
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", o.listen)
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%s is serving on http://%s\n", o.name, listener.Addr())
	return serveUntilDone(ctx, app, web.NewHTTPServer(app.Handler(), logger), web.ProblemListener(listener, o.name, logger))
}

// serveUntilDone serves until ctx ends (SIGTERM), and then lets the requests that are under way come to their end.
func serveUntilDone(ctx context.Context, app interface{ Drain() }, server *http.Server, listener net.Listener) error {
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	app.Drain()
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	return server.Shutdown(drain)
}
