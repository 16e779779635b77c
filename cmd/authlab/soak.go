//go:build !replica

package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"authlab/lab/embedded"
	"authlab/lab/soak"
)

// newSoakCommand returns the command authlab soak.
func newSoakCommand() *cobra.Command {
	config := soak.Config{Replicas: 3, ResponseTimeout: responseTimeout}
	var redis string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "soak",
		Short: "Let simulated people use the lab while faults come and go, and check every answer",
		Long: `Let simulated people use the embedded lab while random faults come and go, and compare
every answer with a model that knows what must be true. It ends after --for, or at the
first invariant that is broken: then it prints what came before, and exits with 1.
The same seed gives the same faults and the same choices of people, in the same order.
Ctrl-C prints the figures so far.`,
		Example: "  authlab soak\n  authlab soak --for 10m --seed 7\n  authlab soak --json | jq .broken",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if config.For < time.Second || config.For > soak.MaxFor {
				return usageError{fmt.Errorf("--for %s: it can be 1s to %s", config.For, soak.MaxFor)}
			}
			if err := inBounds("people", config.People, soak.MaxPeople); err != nil {
				return err
			}
			if !cmd.Flags().Changed("seed") {
				config.Seed = uint64(rand.Uint32())
			}
			config.Open = openSoakLab(redis)
			return runSoak(cmd.Context(), config, asJSON, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	flags := cmd.Flags()
	flags.DurationVar(&config.For, "for", soak.DefaultFor, "how long, 1s to 24h")
	flags.Uint64Var(&config.Seed, "seed", 0, "what the faults and the people's choices are drawn from; without it a new one, which is printed")
	flags.IntVar(&config.People, "people", soak.DefaultPeople, fmt.Sprintf("how many people, 1 to %d", soak.MaxPeople))
	flags.StringVar(&redis, "redis", "", "a Redis of your own, like redis://127.0.0.1:6379; its keys that begin with authlab: are removed")
	flags.BoolVar(&asJSON, "json", false, "print one JSON object")
	return cmd
}

// openSoakLab returns what starts a lab of its own for a soak.
func openSoakLab(redis string) func(context.Context) (soak.Target, func() error, error) {
	return func(ctx context.Context) (soak.Target, func() error, error) {
		lab, err := embedded.Start(ctx, embedded.Config{Redis: redis, ResponseTimeout: responseTimeout})
		if err != nil {
			return nil, nil, err
		}
		return lab, lab.Close, nil
	}
}

// runSoak runs a soak and prints its figures, also if it was stopped early.
func runSoak(ctx context.Context, config soak.Config, asJSON bool, stdout, stderr io.Writer) error {
	if isTerminal(stderr) {
		const erase = "\r\x1b[K"
		defer fmt.Fprint(stderr, erase)
		config.Progress = func(r soak.Report) {
			fmt.Fprintf(stderr, "%s%d of %d s: %s requests, %s", erase, r.DurationMS/1000, int(config.For.Seconds()), count(r.Requests), plural(r.Changes, "fault"))
		}
	}
	report, err := soak.Run(ctx, config)
	if report.Requests == 0 && err != nil {
		return err
	}
	if asJSON {
		if printed := printJSON(stdout, report); printed != nil {
			return printed
		}
	} else {
		printSoak(stdout, report)
	}
	switch {
	case report.Broken != nil:
		return errSurprise
	case ctx.Err() != nil:
		return stoppedError{"stopped early", err}
	}
	return err
}

// printSoak prints the requests of each scheme by status, the faults, and the invariant that was broken.
func printSoak(w io.Writer, r soak.Report) {
	statuses := map[int]bool{}
	for _, f := range r.Schemes {
		for status := range f.ByStatus {
			statuses[status] = true
		}
	}
	t := table{
		title: fmt.Sprintf("seed %d: %d people for %.1f s; answers by status, 0 is a connection that broke", r.Seed, r.People, float64(r.DurationMS)/1000),
		heads: []string{"", "requests"},
	}
	columns := slices.Sorted(maps.Keys(statuses))
	for _, status := range columns {
		t.heads = append(t.heads, fmt.Sprint(status))
	}
	for _, f := range r.Schemes {
		row := []string{f.Scheme, count(f.Requests)}
		for _, status := range columns {
			row = append(row, counted(int64(f.ByStatus[status])))
		}
		t.add(row...)
	}
	t.print(w)
	var faults []string
	for _, name := range slices.Sorted(maps.Keys(r.Faults)) {
		faults = append(faults, fmt.Sprintf("%s %d", name, r.Faults[name]))
	}
	fmt.Fprint(w, wrapped("faults: "+strings.Join(faults, ", "), ""))
	fmt.Fprintf(w, "slowest 503 %.0f ms, slowest answer %.0f ms\n", r.Slowest503MS, r.SlowestMS)
	if r.LateMachine > 0 {
		fmt.Fprint(w, wrapped(fmt.Sprintf("late %d times while this process got no processor: this machine is too busy for promises about time", r.LateMachine), ""))
	}
	did := fmt.Sprintf("%s requests, %s", count(r.Requests), plural(r.Changes, "fault"))
	if r.Broken == nil {
		fmt.Fprintf(w, "%s: no invariant broken\n", did)
		return
	}
	fmt.Fprintf(w, "%s, and a broken invariant: %s\n%s", did, r.Broken.Invariant, wrapped(r.Broken.What, "  "))
	fmt.Fprintf(w, "What came before:\n  %s\n", strings.Join(r.Broken.Events, "\n  "))
}
