//go:build !replica

package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os/exec"
	"runtime"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"authlab/account"
	"authlab/lab/contract"
	"authlab/lab/control"
	"authlab/lab/embedded"
	"authlab/lab/experiment/api"
)

// drainTimeout is how long requests in progress may take when the program ends.
const drainTimeout = 5 * time.Second

// usualPort is the default port. A lab at another port marks the names of its cookies: see embedded.Config.MarkCookies.
const usualPort = ":8080"

// postgresUsage is what the commands that start a lab say about --postgres.
const postgresUsage = "a PostgreSQL of your own, like postgres://user@127.0.0.1:5432/database, for the sessions of session-postgres; only the table authlab_sessions is touched"

// newLabCommand returns the command authlab itself, which starts the lab and keeps it running.
func newLabCommand() *cobra.Command {
	var config embedded.Config
	var open, verbose bool
	cmd := &cobra.Command{
		Use:   "authlab",
		Short: "See what becomes of a cookie session and of a JWT when things go wrong",
		Long: `Authlab starts three replicas, a load balancer and a Redis in one process, and logs
the same user in twice: through a cookie session and through a JWT. Open the page,
break something, and watch what happens to each.`,
		Example: "  authlab --open\n  authlab run\n  authlab run round-robin redis-down",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := inBounds("replicas", config.Replicas, contract.MaxReplicas); err != nil {
				return err
			}
			if err := control.CheckKey(config.LabKey); err != nil {
				return usageError{fmt.Errorf("--lab-key: %w", err)}
			}
			config.Experiments = func(url string) http.Handler { return api.For(url).Handler() }
			if verbose {
				config.Logger = slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), nil))
			}
			config.MarkCookies = !strings.HasSuffix(config.Listen, usualPort) // of a second lab on this machine
			return startLab(cmd.Context(), config, open, cmd.OutOrStdout())
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&config.Listen, "listen", "127.0.0.1"+usualPort, "address of the page and the balancer; port 0 is a free one")
	flags.IntVar(&config.Replicas, "replicas", 3, "how many replicas, 1 to 16")
	flags.StringVar(&config.Redis, "redis", "", "a Redis of your own, like redis://127.0.0.1:6379; only keys that begin with authlab: are touched")
	flags.StringVar(&config.Postgres, "postgres", "", postgresUsage)
	flags.StringVar(&config.LabKey, "lab-key", "", "lets other machines use the lab's controls, if they send this in X-Lab-Key; 16 characters or more")
	flags.BoolVar(&open, "open", false, "open the page in the browser")
	flags.BoolVar(&verbose, "verbose", false, "write a line for each request to stderr")
	return cmd
}

// inBounds tells whether a flag's number is from 1 to most.
func inBounds(flag string, n, most int) error {
	if n < 1 || n > most {
		return usageError{fmt.Errorf("--%s %d: it can be 1 to %d", flag, n, most)}
	}
	return nil
}

func startLab(ctx context.Context, config embedded.Config, open bool, stdout io.Writer) error {
	lab, err := embedded.Start(ctx, config)
	if err != nil {
		return err
	}
	fmt.Fprint(stdout, welcome(lab.URL(), config))
	if open {
		openBrowser(ctx, lab.URL())
	}
	<-ctx.Done()
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTimeout)
	defer cancel()
	_ = lab.Drain(drain) // Close ends the requests that are left
	return lab.Close()
}

func welcome(url string, config embedded.Config) string {
	redis := "a Redis in this process"
	if config.Redis != "" {
		redis = "your Redis"
	}
	var people []string
	for _, demo := range account.Demos() {
		people = append(people, fmt.Sprintf("%s / %s (%s)", demo.Name, demo.Password, strings.Join(demo.Roles, ", ")))
	}
	return fmt.Sprintf(`Authlab is running: %s, a balancer and %s.

  open    %s
  log in  %s

Ctrl-C ends it. "authlab run" runs the experiments.
`, plural(config.Replicas, "replica"), redis, url, strings.Join(people, "\n          "))
}

// openBrowser ignores errors: the address is printed too.
func openBrowser(ctx context.Context, url string) {
	command := map[string][]string{
		"darwin": {"open", url}, "windows": {"rundll32", "url.dll,FileProtocolHandler", url},
	}[runtime.GOOS]
	if command == nil {
		command = []string{"xdg-open", url}
	}
	_ = exec.CommandContext(ctx, command[0], command[1:]...).Start()
}
