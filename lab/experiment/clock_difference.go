package experiment

import (
	"context"
	"net/http"
	"time"
)

// A drift is what was seen of one scheme at a replica whose clock is right and at one whose clock is fast. A login that
// only one replica knows is asked for only there.
type drift struct {
	right, fast string
	shared      bool          // each replica knows the logins of the other
	life        time.Duration // of a login that is not used, by the right clock

	leaving, copied     *User // made at the right one and logged out at the fast one; and a copy from before the logout
	madeRight, madeFast *User

	oldAtFast, newElsewhere     int // at once: statuses of a login that was made at the other one
	early, earlyElsewhere, late int // before its end at the fast one, and at the other one; after its end
	loggedOutElsewhere          int // a token that the fast one has logged out, at the other one
}

// bothRight asks while both clocks are right.
func (d *drift) bothRight(ctx context.Context) error {
	status, err := d.leaving.StatusAt(ctx, d.fast)
	if err != nil {
		return err
	}
	d.shared = status == http.StatusOK
	end, err := d.madeRight.ExpiresAt(ctx)
	d.life = time.Until(end).Round(time.Minute)
	return err
}

// oneFast asks as soon as one clock is fast.
func (d *drift) oneFast(ctx context.Context) (err error) {
	if d.oldAtFast, err = d.leaving.StatusAt(ctx, d.knownAt(d.fast)); err != nil {
		return err
	}
	d.copied = d.leaving.Kept()
	d.newElsewhere, err = d.elsewhere(ctx)
	return err
}

// beforeItsEnd asks when a login that was not used ends sooner than the clocks differ.
func (d *drift) beforeItsEnd(ctx context.Context) (err error) {
	if d.loggedOutElsewhere, err = d.copied.StatusAt(ctx, d.right); err != nil {
		return err
	}
	old := d.madeFast
	if d.shared {
		old = d.madeRight
	}
	if d.early, err = old.StatusAt(ctx, d.fast); err != nil || !d.shared {
		return err
	}
	d.earlyElsewhere, err = old.StatusAt(ctx, d.right)
	return err
}

// afterItsEnd asks when such a login should be over.
func (d *drift) afterItsEnd(ctx context.Context) (err error) {
	d.late, err = d.elsewhere(ctx)
	return err
}

// elsewhere asks the replica whose clock is right for a login that the other one made.
func (d *drift) elsewhere(ctx context.Context) (int, error) {
	if d.shared {
		return d.madeFast.StatusAt(ctx, d.right)
	}
	return d.madeRight.StatusAt(ctx, d.right)
}

// knownAt is where a login that the right one made can be asked for instead of at that replica.
func (d *drift) knownAt(replica string) string {
	if d.shared {
		return replica
	}
	return d.right
}

func clockMadeNoDifference() Outcome { return Kept.says("no-difference") }
func refusedElsewhere() Outcome      { return Lost.says("refused-elsewhere") }
func endsEarly() Outcome             { return Lost.says("ends-early") }
func endsEarlyOrLate() Outcome       { return Dangerous.says("ends-early-or-late") }

// clockOutcome says what the clock changed: nothing, one thing, or first a refusal and then an end at the wrong time.
func clockOutcome(of ...Outcome) Outcome {
	switch len(of) {
	case 0:
		return clockMadeNoDifference()
	case 1:
		return of[0]
	}
	return of[len(of)-1].Means.composed("list", of...)
}

// outcome says what the clock changed.
func (d *drift) outcome() Outcome {
	var of []Outcome
	if d.newElsewhere != http.StatusOK {
		of = append(of, refusedElsewhere())
	}
	if d.oldAtFast != http.StatusOK {
		of = append(of, Lost.says("refused-by-the-fast-one"))
	}
	early, late := d.early != http.StatusOK, d.late == http.StatusOK
	switch {
	case early && late:
		of = append(of, endsEarlyOrLate())
	case early:
		of = append(of, endsEarly())
	case late:
		of = append(of, Dangerous.says("ends-late"))
	}
	return clockOutcome(of...)
}

func (d *drift) measures() map[string]float64 {
	return map[string]float64{
		"minutes": d.life.Minutes(), "new_elsewhere": float64(d.newElsewhere), "old_at_fast": float64(d.oldAtFast),
		"early": float64(d.early), "early_elsewhere": float64(d.earlyElsewhere), "late": float64(d.late),
		"logged_out_elsewhere": float64(d.loggedOutElsewhere),
	}
}
