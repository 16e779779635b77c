// Command authlab shows, side by side, what becomes of a cookie session and of a JWT when things go wrong.
//
//	authlab           start the lab and print its address
//	authlab run       run experiments and print what was measured
//	authlab serve     one replica, as a container runs it
//	authlab report    run everything and write one page
//	authlab bench     measure what one request and one login cost
//	authlab soak      people, random faults, and a model that knows what must be true
//	authlab class     a whole room takes part with its phones
//	authlab resource  the second service, which has to know who is calling
//
// Where the lab is made of containers, one of them has its controls, and runs experiments for the pages:
//
//	authlab console
//
// The others have the build tag replica: everything but the lab, and beside serve and resource:
//
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
	"net"
	"net/netip"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program at once
	err := run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr)
	stop()
	os.Exit(exitCode(err, os.Stderr))
}

// errSurprise means that an experiment did not come out as predicted, or that a soak found a broken invariant. What was
// printed has shown it already, so exitCode prints nothing more.
var errSurprise = errors.New("a prediction was wrong")

// usageError is a mistake in the command line.
type usageError struct{ error }

// stoppedError is what Ctrl-C cut short, with words that say how far it came.
type stoppedError struct {
	how   string
	cause error
}

func (e stoppedError) Error() string { return e.how + ": " + e.cause.Error() }
func (e stoppedError) Unwrap() error { return e.cause }

// exitCode prints an error, and returns 0 without one, 2 for wrong usage, 130 after Ctrl-C (128 and the signal, as shells
// count), and 1 for all others.
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
	case errors.Is(err, context.Canceled):
		for _, what := range interrupted(err) {
			fmt.Fprintf(stderr, "authlab: %s\n", what)
		}
		return 130
	}
	fmt.Fprintf(stderr, "authlab: %v\n", explain(err))
	return 1
}

// interrupted says what Ctrl-C cut short, and what else went wrong then.
func interrupted(err error) []string {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var all []string
		for _, part := range joined.Unwrap() {
			all = append(all, interrupted(part)...)
		}
		return all
	}
	if stopped, ok := errors.AsType[stoppedError](err); ok {
		return []string{stopped.how}
	}
	if errors.Is(err, context.Canceled) {
		return []string{"interrupted"}
	}
	return []string{explain(err).Error()}
}

// run is the whole program. Its arguments, environment and output are passed in, so that tests can run it.
func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) error {
	root := newRootCommand(getenv)
	root.AddCommand(warnsOfReadableKeys(newServeCommand(getenv)), newResourceCommand(getenv), newSetupCommand(), newKeysCommand(), newHealthCommand())
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	root.SilenceErrors, root.SilenceUsage = true, true
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	return root.ExecuteContext(ctx)
}

// noArguments refuses arguments, and does not repeat them: what stands there by mistake may be a password.
func noArguments(cmd *cobra.Command, args []string) error {
	switch {
	case len(args) == 0:
		return nil
	case !cmd.HasSubCommands():
		return usageError{fmt.Errorf("%s takes no arguments, only flags", cmd.CommandPath())}
	}
	cmd.SuggestionsMinimumDistance = 2
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		return usageError{fmt.Errorf("%s has no such command; did you mean %q?", cmd.CommandPath(), near[0])}
	}
	return usageError{fmt.Errorf("%s has no such command", cmd.CommandPath())}
}

// explain adds what to do about common errors.
func explain(err error) error {
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return fmt.Errorf("%w: another program listens there; choose another port with --listen 127.0.0.1:0", err)
	case errors.Is(err, syscall.EACCES) && listensBelow1024(err):
		return fmt.Errorf("%w: choose a port above 1023", err)
	}
	return err
}

// listensBelow1024 tells whether an error is of listening on a port that many systems keep for root. Files and connections
// fail with EACCES too.
func listensBelow1024(err error) bool {
	failed, ok := errors.AsType[*net.OpError](err)
	if !ok || failed.Op != "listen" {
		return false
	}
	address, ok := failed.Addr.(interface{ AddrPort() netip.AddrPort })
	return ok && 0 < address.AddrPort().Port() && address.AddrPort().Port() < 1024
}
