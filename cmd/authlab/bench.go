//go:build !replica

package main

import (
	"io"

	"github.com/spf13/cobra"

	"authlab/lab/measure"
)

// newBenchCommand returns the command authlab bench.
func newBenchCommand() *cobra.Command {
	var requests int
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "bench",
		Short: "Measure what one request and one login cost in each scheme, on this machine",
		Long: `Measure what one request and one login cost in each scheme, on this machine: time,
memory, bytes on the wire, store commands. Everything runs in this process, with a Redis
in it. Compare the ratios (×), which carry over to other machines, rather than the times.
Ctrl-C prints what was measured so far.`,
		Example: "  authlab bench\n  authlab bench --requests 5000\n  authlab bench --json | jq '.one_request[] | {scheme, median_us, allocs}'",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := inBounds("requests", requests, measure.MaxRequests); err != nil {
				return err
			}
			progress, clear := progressOn(cmd.ErrOrStderr())
			report, err := measure.Run(cmd.Context(), measure.Config{
				Requests: requests, Logins: min(requests, measure.DefaultLogins), Progress: progress,
			})
			clear()
			return printMeasured(cmd.OutOrStdout(), report, err, asJSON)
		},
	}
	flags := cmd.Flags()
	flags.IntVar(&requests, "requests", measure.DefaultRequests, "how many requests of each scheme; basic hashes a password each time and gets at most 10")
	flags.BoolVar(&asJSON, "json", false, "print one JSON object")
	return cmd
}

// printMeasured prints what was measured, also if the run was stopped early. Then it returns why.
func printMeasured(stdout io.Writer, report measure.Report, stopped error, asJSON bool) error {
	if stopped != nil && len(report.OneRequest) == 0 {
		return stopped
	}
	if err := printBench(stdout, report, asJSON); err != nil || stopped == nil {
		return err
	}
	return stoppedError{"stopped early", stopped}
}
