package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// fromEnvironment is what a server's command does before it runs: it sets each flag that was not given from AUTHLAB_ and
// the flag's name.
func fromEnvironment(getenv func(string) string) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, _ []string) (failed error) {
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			name := "AUTHLAB_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
			if value := getenv(name); value != "" && !f.Changed {
				if err := cmd.Flags().Set(f.Name, value); err != nil {
					failed = errors.Join(failed, usageError{fmt.Errorf("%s: %w", name, err)})
				}
			}
		})
		return failed
	}
}

func listen(ctx context.Context, address string) (net.Listener, error) {
	return (&net.ListenConfig{}).Listen(ctx, "tcp", address)
}

// serveUntilDone serves until ctx ends (SIGTERM), and then drains: what drain ends gets no more, and the requests that are
// under way come to their end.
func serveUntilDone(ctx context.Context, drain func(), server *http.Server, listener net.Listener) error {
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	drain()
	shutdown, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	return server.Shutdown(shutdown)
}

// isMemory tells whether the users database is the memory of this process, and not PostgreSQL. There may be a password in
// the address, so no error quotes it.
func isMemory(accounts string) (bool, error) {
	switch scheme, _, _ := strings.Cut(accounts, ":"); {
	case accounts == "memory:":
		return true, nil
	case scheme == "postgres" || scheme == "postgresql":
		return false, nil
	}
	return false, usageError{errors.New("--accounts is no users database that there is: it can be memory: or postgres://user:password@host:5432/database")}
}
