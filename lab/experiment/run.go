package experiment

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"

	"authlab/lab/contract"
	"authlab/lab/experiment/browser"
	"authlab/lab/experiment/texts"
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

// A runListener is a target that shows on its pages which experiment runs. Not every target has pages.
type runListener interface {
	Begun(ctx context.Context, name string) error
	Ended(ctx context.Context, name string, result any) error
}

// Progress hears which experiment begins, and how many there are.
type Progress func(done, total int, name string)

// An Option changes how experiments are run.
type Option func(*Trial)

// Users sets how many simulated users a population has: 1 to contract.MaxUsers. DefaultUsers without it.
func Users(n int) Option {
	return func(trial *Trial) { trial.Users = min(max(n, 1), contract.MaxUsers) }
}

// Run performs experiments one after the other. If ctx ends, it stops, leaves the target clean, and returns what was
// measured so far with the error.
func Run(ctx context.Context, kind string, target Target, experiments []Experiment, progress Progress, options ...Option) (Report, error) {
	start := time.Now()
	report := Report{Target: kind, Experiments: []Result{}}
	err := target.Reset(ctx) // it may bring replicas back, and what is predicted depends on how many there are
	var view contract.View
	if err == nil {
		view, err = target.View(ctx)
	}
	if err != nil {
		return report, fmt.Errorf("look at the target: %w", err)
	}
	report.Replicas = len(view.Replicas)
	chromium := browser.New(ctx, hostOf(target.URL())) // one for all experiments that need it
	defer chromium.Close()
	if slices.ContainsFunc(experiments, func(e Experiment) bool { return e.Browser }) {
		chromium.Start()
	}
	pages, _ := target.(runListener)
	options = append(slices.Clone(options), func(trial *Trial) { trial.browser = chromium })
	for i, e := range experiments {
		progress(i, len(experiments), e.Name)
		if pages != nil {
			_ = pages.Begun(ctx, e.Name) // a lab without pages measures the same
		}
		result := perform(ctx, target, report.Replicas, e, options...)
		if ctx.Err() != nil {
			result = Result{Name: e.Name} // it was cut off: it measured nothing
		}
		if pages != nil {
			told := result
			if pages.Ended(context.WithoutCancel(ctx), e.Name, told) != nil { // a proxy may find it too large
				told.Recording = nil
				_ = pages.Ended(context.WithoutCancel(ctx), e.Name, told)
			}
		}
		if ctx.Err() != nil {
			break
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

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// perform runs an experiment on a clean target that has a few simulated users.
func perform(ctx context.Context, target Target, replicas int, e Experiment, options ...Option) Result {
	start := time.Now()
	trial := newTrial(target, replicas)
	for _, option := range options {
		option(trial)
	}
	err := target.Reset(ctx)
	if err == nil {
		err = target.AddUsers(ctx, fewUsers, simulatedPassword)
	}
	if err == nil {
		trial.record()
		err = e.Run(ctx, trial)
	}
	trial.close()

	r := Result{Name: e.Name, AsPredicted: true, Sentences: []string{}}
	predicted := e.Predict(replicas)
	for _, scheme := range EveryScheme() {
		want, concerned := predicted[scheme]
		if !concerned {
			continue
		}
		c, measured := trial.cells[scheme]
		if !measured {
			c = unmeasured(err)
		}
		c.Scheme, c.Prediction = scheme, want
		c.AsPredicted = c.Excused() || (measured && c.Outcome.Equal(want))
		if c.Measures == nil {
			c.Measures = map[string]float64{}
		}
		r.AsPredicted = r.AsPredicted && c.AsPredicted
		r.Cells = append(r.Cells, c)
	}
	if err != nil && !unmeasured(err).Excused() {
		r.AsPredicted = false
	}
	r.DurationMS = time.Since(start).Milliseconds()
	r.Recording = trial.recorder.recording(replicas)
	if !r.Excused() && !r.failed() { // what could not be measured teaches nothing
		r.Sentences = e.sentences(r)
	}
	r = r.In(texts.Must(texts.English))
	for i, c := range r.Cells {
		if c.Failure != "" {
			r.Cells[i].Observed += ": " + c.Failure
		}
	}
	return r
}

// unmeasured is the cell of a scheme that an experiment observed nothing of, because of an error or without one.
func unmeasured(err error) Cell {
	switch {
	case errors.Is(err, ErrNotOnTarget):
		return Cell{Status: NotOnTarget}
	case errors.Is(err, browser.ErrNone):
		return Cell{Status: NoBrowser}
	case err != nil:
		return Cell{Status: Failed, Failure: err.Error()}
	}
	return Cell{Status: Failed}
}
