//go:build !replica

package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"github.com/mattn/go-isatty"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"authlab/lab/compose"
	"authlab/lab/contract"
	"authlab/lab/embedded"
	"authlab/lab/experiment"
	"authlab/lab/experiment/texts"
)

type runOptions struct {
	list, json bool
	target     string
	yes        bool
	users      int
	replicas   int
	redis      string
	postgres   string
	record     string    // folder for recordings
	stdin      io.Reader // where the answer to a question comes from
}

// newRunCommand is authlab run: run experiments and print what was measured.
func newRunCommand() *cobra.Command {
	var o runOptions
	cmd := &cobra.Command{
		Use:   "run [NAME…]",
		Short: "Run experiments (all without a name) and print what was measured",
		Long: `Run experiments over real HTTP and print what was measured for each scheme.
Each has a prediction that was written down before. Exits with 1 if one was wrong.`,
		Example: "  authlab run\n  authlab run round-robin sticky\n  authlab run --json | jq '.experiments[].lesson'",
		RunE: func(cmd *cobra.Command, names []string) error {
			experiments, err := experiment.Named(names...)
			if err != nil {
				return usageError{fmt.Errorf("%w (authlab run --list names them all)", err)}
			}
			if o.list {
				return list(cmd.OutOrStdout(), experiments, o.json)
			}
			if o.target != "embedded" && (cmd.Flags().Changed("replicas") || o.redis != "" || o.postgres != "") {
				return usageError{errors.New("--replicas, --redis and --postgres are for the embedded target; another one has its own")}
			}
			if err := o.checkBounds(); err != nil {
				return err
			}
			if err := canRecord(o.record); err != nil {
				return err
			}
			o.stdin = cmd.InOrStdin()
			return runExperiments(cmd.Context(), o, experiments, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	flags := cmd.Flags()
	flags.BoolVar(&o.list, "list", false, "name the experiments and their questions, and run none")
	flags.BoolVar(&o.json, "json", false, "print one JSON object")
	flags.StringVar(&o.target, "target", "embedded", "where to run: embedded; compose, the containers of docker-compose.yml in this folder; or the address of a lab that is running")
	flags.BoolVar(&o.yes, "yes", false, "with the target compose: do not ask whether a lab that is up may be reset, which logs everybody out")
	flags.StringVar(&o.record, "record", "", "write what happened, request by request, to `DIR`/NAME.json for each experiment")
	o.bind(flags, "a Redis of your own for the embedded target")
	return cmd
}

// bind adds the flags that run and report have in common.
func (o *runOptions) bind(flags *pflag.FlagSet, redis string) {
	flags.IntVar(&o.users, "users", experiment.DefaultUsers, fmt.Sprintf("how many simulated users, 1 to %d", contract.MaxUsers))
	flags.IntVar(&o.replicas, "replicas", 3, "how many replicas, 1 to 16")
	flags.StringVar(&o.redis, "redis", "", redis)
	flags.StringVar(&o.postgres, "postgres", "", postgresUsage)
}

func (o *runOptions) checkBounds() error {
	return cmp.Or(inBounds("replicas", o.replicas, contract.MaxReplicas), inBounds("users", o.users, contract.MaxUsers))
}

// runExperiments runs experiments and prints what they measured.
func runExperiments(ctx context.Context, o runOptions, experiments []experiment.Experiment, stdout, stderr io.Writer) error {
	report, ended := measureAll(ctx, o, experiments, stderr)
	if len(report.Experiments) == 0 {
		return ended
	}
	ended = errors.Join(ended, writeRecordings(o.record, report))
	if err := printReport(stdout, report, o.json); err != nil {
		return err
	}
	return ended
}

// measureAll runs experiments. If the run was stopped or something was a surprise, the error says so, and the report has
// what was measured.
func measureAll(ctx context.Context, o runOptions, experiments []experiment.Experiment, stderr io.Writer) (report experiment.Report, err error) {
	target, end, err := openTarget(ctx, o, stderr)
	if err != nil {
		return report, err
	}
	defer func() { err = errors.Join(err, end()) }()
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // a run is short, and a fifth of its time would go into collecting garbage
	progress, clear := progressOn(stderr)
	report, err = experiment.Run(ctx, o.target, target, experiments, progress, experiment.Users(o.users))
	clear()
	switch {
	case len(report.Experiments) == 0:
		return report, err
	case err != nil:
		return report, stoppedError{fmt.Sprintf("stopped after %d of %d experiments", len(report.Experiments), len(experiments)), err}
	case !report.AsPredicted():
		return report, errSurprise
	}
	return report, nil
}

// responseTimeout is how long the balancer of the embedded target waits for a replica that is silent. The lab of the pages
// waits longer, as nginx does: there, many people may log in at once on one machine.
const responseTimeout = 2 * time.Second

// openTarget starts or finds what the experiments run on. end leaves nothing behind that was started for them.
func openTarget(ctx context.Context, o runOptions, stderr io.Writer) (target experiment.Target, end func() error, err error) {
	switch o.target {
	case "embedded":
		lab, err := embedded.Start(ctx, embedded.Config{Replicas: o.replicas, Redis: o.redis, Postgres: o.postgres, ResponseTimeout: responseTimeout})
		if err != nil {
			return nil, nil, err
		}
		target, err := contract.NewRemote(lab.URL())
		return target, lab.Close, err
	case "compose":
		say := func(what string) { fmt.Fprintf(stderr, "authlab: %s\n", what) }
		config := compose.Config{Dir: ".", Say: say}
		if !o.yes {
			config.Confirm = func(ctx context.Context) error { return confirm(ctx, o.stdin, stderr) }
		}
		lab, err := compose.Open(ctx, config)
		if err != nil {
			return nil, nil, err
		}
		return lab, func() error { return lab.Close(ctx) }, nil
	}
	remote, err := contract.NewRemote(o.target)
	if err != nil {
		return nil, nil, usageError{fmt.Errorf("--target: %w, or one of the words embedded and compose", err)}
	}
	return remote, func() error { return nil }, nil
}

const labIsThere = "there is a lab of this folder already, and the experiments reset it: all who are logged in there are logged out"

// confirm asks, on a terminal, whether a lab that is there may be reset. Where no answer can come from, that is refused.
func confirm(ctx context.Context, stdin io.Reader, stderr io.Writer) error {
	if !isTerminal(stdin) || !isTerminal(stderr) {
		return usageError{errors.New(labIsThere + "; say --yes to go on")}
	}
	fmt.Fprintf(stderr, "authlab: %s.\nGo on? [y/N] ", labIsThere)
	return readYes(ctx, stdin)
}

// readYes returns an error unless the next line says yes, or ctx ends before there is one.
func readYes(ctx context.Context, stdin io.Reader) error {
	line := make(chan string, 1)
	go func() { // it waits for a key until the program ends
		answer, _ := bufio.NewReader(stdin).ReadString('\n')
		line <- strings.ToLower(strings.TrimSpace(answer))
	}()
	select {
	case answer := <-line:
		if answer == "y" || answer == "yes" {
			return nil
		}
		return errors.New("nothing was run")
	case <-ctx.Done():
		return ctx.Err()
	}
}

func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && isatty.IsTerminal(f.Fd())
}

// progressOn shows, on a terminal, which experiment is under way. In a pipe it shows nothing.
func progressOn(w io.Writer) (show experiment.Progress, clear func()) {
	if !isTerminal(w) {
		return func(int, int, string) {}, func() {}
	}
	const erase = "\r\x1b[K"
	show = func(done, total int, name string) {
		fmt.Fprintf(w, "%s%s%s %d/%d %s", erase, strings.Repeat("▪", done), strings.Repeat("·", total-done), done, total, name)
	}
	return show, func() { fmt.Fprint(w, erase) }
}

func list(stdout io.Writer, experiments []experiment.Experiment, asJSON bool) error {
	english := texts.Must(texts.English)
	if asJSON {
		type item struct {
			Name     string `json:"name"`
			Question string `json:"question"`
			Claim    string `json:"claim"`
		}
		items := make([]item, len(experiments))
		for i, e := range experiments {
			items[i] = item{e.Name, e.Question(english), e.Claim(english)}
		}
		return printJSON(stdout, items)
	}
	for _, e := range experiments {
		fmt.Fprintf(stdout, "%s\n%s", e.Name, wrapped(e.Question(english), "    "))
	}
	return nil
}

func printJSON(w io.Writer, v any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(v)
}
