package compose_test

import (
	"context"
	"strings"
	"testing"

	"authlab/lab/compose"
	"authlab/lab/embedded"
	"authlab/lab/experiment"
	"authlab/lab/testkit"
)

// withoutDocker is a lab seen from inside, which can do what a console can, and nothing else.
type withoutDocker struct{ *compose.Inside }

func (withoutDocker) Scale(context.Context, int) error       { return experiment.ErrNotOnTarget }
func (withoutDocker) RotateKeys(context.Context, bool) error { return experiment.ErrNotOnTarget }
func (withoutDocker) StopHome(context.Context) error         { return experiment.ErrNotOnTarget }

// The pages show a command for each experiment that the console cannot run, and for no other.
func TestTheConsoleRunsWhatItHasNoCommandFor(t *testing.T) {
	lab, err := embedded.Start(t.Context(), embedded.Config{})
	testkit.Must(t, err)
	defer lab.Close()
	inside, err := compose.OpenInside(t.Context(), lab.URL(), lab.URL())
	testkit.Must(t, err)
	defer inside.Close()
	var here []experiment.Experiment
	for _, e := range experiment.All() {
		command := compose.Command(e.Name)
		if command != "" && !strings.HasSuffix(command, " run --target compose "+e.Name) {
			t.Errorf("%s: the command is %q", e.Name, command)
		}
		if e.Browser && command == "" {
			t.Errorf("%s needs a browser, and there is none in the console's container", e.Name)
		}
		if !e.Browser {
			here = append(here, e)
		}
	}
	report, err := experiment.Run(t.Context(), "inside", withoutDocker{inside}, here, func(int, int, string) {}, experiment.Users(10))
	testkit.Must(t, err)
	for _, r := range report.Experiments {
		if outside := compose.Command(r.Name) != ""; !r.AsPredicted || r.Excused() != outside {
			t.Errorf("%s: as predicted %t, could not be measured %t, and its command is %q: %+v", r.Name, r.AsPredicted, r.Excused(), compose.Command(r.Name), r.Cells)
		}
		if r.Name == "forgery" && r.Measure(experiment.TokenStateless, "naive_attacks") == 0 {
			t.Error("the console has no naive twin to compare with")
		}
	}
	if command := compose.Command("no-such-experiment"); command != "" {
		t.Errorf("what is no experiment has the command %q", command)
	}
}
