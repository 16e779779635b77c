package cluster_test

import (
	"testing"

	"authlab/lab/cluster"
	"authlab/lab/experiment"
)

func TestEveryExperimentIsAsPredictedOnTheEmbeddedCluster(t *testing.T) {
	c, err := cluster.Start(t.Context(), cluster.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	target, err := experiment.NewRemote(c.URL())
	if err != nil {
		t.Fatal(err)
	}
	report, err := experiment.Run(t.Context(), "embedded", target, experiment.All(), func(int, int, string) {})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range report.Experiments {
		t.Logf("%s %dms: %s", e.Name, e.DurationMS, e.Lesson)
		for _, cell := range e.Cells {
			if !cell.AsPredicted {
				t.Errorf("%s: %s: %q, predicted %q", e.Name, cell.Scheme, cell.Observed, cell.Predicted)
			}
		}
	}
}
