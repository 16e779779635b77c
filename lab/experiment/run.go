package experiment

import (
	"context"
	"fmt"
	"time"
)

// A Report is what `authlab run --json` prints.
type Report struct {
	Target      string   `json:"target"`
	Replicas    int      `json:"replicas"`
	DurationMS  int64    `json:"duration_ms"`
	Experiments []Result `json:"experiments"`
}

// AsPredicted tells whether nothing surprised.
func (r Report) AsPredicted() bool {
	for _, e := range r.Experiments {
		if !e.AsPredicted {
			return false
		}
	}
	return true
}

// Progress hears which experiment begins, and how many there are.
type Progress func(done, total int, name string)

// Run performs experiments one after the other. If ctx ends, it stops, leaves the target clean, and returns what was
// measured so far with the error.
func Run(ctx context.Context, kind string, target Target, experiments []Experiment, progress Progress) (Report, error) {
	start := time.Now()
	report := Report{Target: kind, Experiments: []Result{}}
	replicas, err := target.Replicas(ctx)
	if err != nil {
		return report, fmt.Errorf("look at the target: %w", err)
	}
	report.Replicas = len(replicas)
	for i, e := range experiments {
		progress(i, len(experiments), e.Name)
		result := perform(ctx, target, len(replicas), e)
		if ctx.Err() != nil {
			break // this one was cut off: it measured nothing
		}
		report.Experiments = append(report.Experiments, result)
	}
	clean, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	err = target.Reset(clean)
	report.DurationMS = time.Since(start).Milliseconds()
	if ctx.Err() != nil {
		return report, ctx.Err()
	}
	return report, err
}
