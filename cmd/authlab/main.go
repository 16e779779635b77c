// Command authlab shows, side by side, what becomes of a cookie session and of a JWT when things go wrong.
//
//	authlab           start the lab and print its address
//	authlab run       run experiments and print what was measured
//	authlab serve     one replica, as a container runs it
//	authlab report    run everything and write one page
//	authlab bench     measure what one request and one login cost
//	authlab resource  the second service, which has to know who is calling
//
// The containers' build (tag replica) has no lab. Beside serve and resource it has:
//
//	authlab console   the lab's controls, where the lab is made of containers
//	authlab setup     make the secrets of a cluster
//	authlab keys      change the keys that replicas share
//	authlab health    exit with 0 if an address answers
//
// This is the only place that reads flags and the environment.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr)
	stop()
	os.Exit(exitCode(err, os.Stderr))
}

// errSurprise means that an experiment did not come out as predicted. The table has shown it already, so exitCode prints
// nothing more.
var errSurprise = errors.New("a prediction was wrong")

// usageError is a mistake in the command line.
type usageError struct{ error }

// exitCode prints an error, and returns 0 without one, 2 for wrong usage and 1 for all others.
func exitCode(err error, stderr io.Writer) int {
	var usage usageError
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errSurprise):
		return 1
	case errors.As(err, &usage):
		fmt.Fprintf(stderr, "authlab: %v\nSee authlab --help.\n", err)
		return 2
	}
	fmt.Fprintf(stderr, "authlab: %v\n", explain(err))
	return 1
}

// run is the whole program. Its arguments, environment and output are passed in, so that tests can run it.
func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) error {
	root := newRootCommand()
	root.AddCommand(newServeCommand(getenv), newResourceCommand(getenv), newConsoleCommand(getenv), newSetupCommand(), newKeysCommand(), newHealthCommand())
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	root.SilenceErrors, root.SilenceUsage = true, true
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	return root.ExecuteContext(ctx)
}

// noArguments refuses arguments.
func noArguments(_ *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usageError{fmt.Errorf("there is no command %q", args[0])}
	}
	return nil
}

// explain adds what to do about common errors.
func explain(err error) error {
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return fmt.Errorf("%w: another program listens there; choose another port with --listen 127.0.0.1:0", err)
	case errors.Is(err, syscall.EACCES):
		return fmt.Errorf("%w: choose a port above 1023", err)
	}
	return err
}
