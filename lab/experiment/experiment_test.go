package experiment

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"authlab/lab/contract"
	"authlab/lab/experiment/browser"
	"authlab/lab/experiment/texts"
)

// nowhere is a target that can be reset and nothing else.
type nowhere struct{ Target }

func (nowhere) URL() string                 { return "http://127.0.0.1:1" }
func (nowhere) Reset(context.Context) error { return nil }

func (nowhere) AddUsers(context.Context, int, string) error { return nil }
func (nowhere) View(context.Context) (contract.View, error) {
	return contract.View{Replicas: make([]contract.ReplicaView, 3)}, nil
}

func TestEveryExperimentIsWhole(t *testing.T) {
	seen := map[string]bool{}
	for _, e := range All() {
		if seen[e.Name] || e.Name == "" || e.Run == nil || (e.Predicted == nil) == (e.PredictedFor == nil) {
			t.Errorf("experiment %q is double or not whole", e.Name)
		}
		seen[e.Name] = true
		for _, replicas := range []int{1, 3, 16} {
			predicted := e.Predict(replicas)
			if len(predicted) == 0 {
				t.Errorf("%s predicts nothing for %d replicas", e.Name, replicas)
			}
			for scheme, outcome := range predicted {
				if !slices.Contains(EveryScheme(), scheme) || outcome.Key == "" {
					t.Errorf("%s predicts %s for %q", e.Name, outcome, scheme)
				}
			}
			if e.Choices != nil {
				choicesAreWhole(t, e, replicas)
			}
		}
	}
}

// choicesAreWhole checks that readers can choose among different outcomes, and that one of them comes true.
func choicesAreWhole(t *testing.T, e Experiment, replicas int) {
	t.Helper()
	choices := e.Choices(replicas)
	comesTrue := false
	for i, choice := range choices {
		if slices.ContainsFunc(choices[:i], choice.Equal) && replicas > 1 { // with one replica, a share is all
			t.Errorf("%s has the choice %s twice", e.Name, choice)
		}
		for _, predicted := range e.Predict(replicas) {
			comesTrue = comesTrue || predicted.Equal(choice)
		}
	}
	if len(choices) < 2 || !comesTrue && replicas > 1 {
		t.Errorf("%s has the choices %s, and predicts none of them", e.Name, choices)
	}
}

func TestAPredictionIsComparedWithWhatWasSeenAndWithNothingElse(t *testing.T) {
	boom := errors.New("boom")
	see := func(o Outcome) func(context.Context, *Trial) error {
		return func(_ context.Context, trial *Trial) error { trial.Observe(Basic, o, nil); return nil }
	}
	fail := func(err error) func(context.Context, *Trial) error {
		return func(context.Context, *Trial) error { return err }
	}
	for name, tt := range map[string]struct {
		run      func(context.Context, *Trial) error
		status   Status
		observed string
		cell, as bool // the cell is as predicted; the whole experiment is
	}{
		"as predicted":               {see(stays()), Measured, "stays", true, true},
		"a surprise":                 {see(loggedOut()), Measured, "logged out", false, false},
		"the same with more to it":   {see(Kept.says("stays", "seconds", 1)), Measured, "stays", false, false},
		"the same meaning otherwise": {see(Dangerous.says("stays")), Measured, "stays", false, false},
		"nothing seen":               {fail(nil), Failed, "not measured", false, false},
		"an error":                   {fail(boom), Failed, "not measured: boom", false, false},
		"what this target cannot do": {fail(fmt.Errorf("stop: %w", ErrNotOnTarget)), NotOnTarget, "not on this target", true, true},
		"no browser":                 {fail(fmt.Errorf("open: %w", browser.ErrNone)), NoBrowser, "no browser here", true, true},
		"an error after the cell": {func(ctx context.Context, trial *Trial) error { return errors.Join(see(stays())(ctx, trial), boom) },
			Measured, "stays", true, false},
	} {
		t.Run(name, func(t *testing.T) {
			result := perform(t.Context(), nowhere{}, 3, Experiment{
				Name: "sticky-replica-dies", Predicted: Predictions{Basic: stays()}, Run: tt.run,
			})
			cell := result.Cells[0]
			if len(result.Cells) != 1 || cell.Status != tt.status || cell.Observed != tt.observed || cell.AsPredicted != tt.cell {
				t.Errorf("cell %+v, want %s, %q and %v", cell, tt.status, tt.observed, tt.cell)
			}
			if cell.Scheme != Basic || !cell.Prediction.Equal(stays()) || cell.Predicted != "stays" || (cell.Outcome != nil) != (tt.status == Measured) {
				t.Errorf("cell %+v", cell)
			}
			if nothing := result.Lesson == "It could not be measured here."; nothing != (tt.status != Measured) || nothing != (len(result.Sentences) == 0) {
				t.Errorf("the lesson is %q of %q", result.Lesson, result.Sentences)
			}
			if result.AsPredicted != tt.as {
				t.Errorf("the experiment is as predicted: %v, want %v", result.AsPredicted, tt.as)
			}
		})
	}
}

func TestUnknownNamesAreToldTheNearest(t *testing.T) {
	for name, want := range map[string]string{
		"round-robbin": "round-robin", "redisdown": "redis-down", "Sticky": "sticky", "logut": "logout", "": "sticky",
	} {
		_, err := Named(name)
		var unknown UnknownError
		if !errors.As(err, &unknown) || (name != "" && unknown.Nearest != want) {
			t.Errorf("%q: %v, want nearest %q", name, err, want)
		}
	}
	chosen, err := Named("sticky", "logout")
	if err != nil || len(chosen) != 2 || chosen[0].Name != "sticky" || chosen[1].Name != "logout" {
		t.Errorf("Named kept no order: %v", err)
	}
}

func TestWhatIsInHandIsToldByLooking(t *testing.T) {
	b64 := base64.RawURLEncoding.EncodeToString
	record := base64.URLEncoding.EncodeToString([]byte(`{"user":"alice","roles":["admin"]}`))
	for name, tt := range map[string]struct{ scheme, credential, want string }{
		"an ID":                             {SessionRedis, b64(make([]byte, 32)), "ID"},
		"a signed record":                   {SessionCookie, base64.URLEncoding.EncodeToString([]byte("1700000000|" + record + "|mac")), "data"},
		"a signed record with | in the MAC": {SessionCookie, base64.URLEncoding.EncodeToString([]byte("1700000000|" + record + "|m|a|c")), "data"},
		"a token":                           {TokenStateless, b64([]byte("{}")) + "." + b64([]byte(`{"sub":"alice"}`)) + ".sig", "claims"},
		"another user's token":              {TokenStateless, b64([]byte("{}")) + "." + b64([]byte(`{"sub":"bob"}`)) + ".sig", "ID"},
		"a name that is only encoded":       {SessionRedis, b64([]byte("user=alice")), "something with the name in it"},
		"a password":                        {Basic, "wonderland", "password"},
	} {
		if got := credentialKind(tt.scheme, "alice", tt.credential).In(texts.Must(texts.English), "reference-or-value"); got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}

func TestTamperingChangesEveryCredentialAndNeverLeavesItAsItWas(t *testing.T) {
	for _, credential := range []string{
		"wonderland", strings.Repeat("A", 43), strings.Repeat("h", 60) + "." + strings.Repeat("p", 200) + "." + strings.Repeat("s", 86),
	} {
		scheme := TokenStateless
		if credential == "wonderland" {
			scheme = Basic
		}
		changed := tampered(scheme, credential)
		if len(changed) < 2 || slices.Contains(changed, credential) {
			t.Errorf("%.10s…: %d changes, the unchanged one among them: %v", credential, len(changed), slices.Contains(changed, credential))
		}
	}
	for c := range strings.SplitSeq("A B z 9 - _ =", " ") {
		if neighbour(c[0]) == c {
			t.Errorf("%s is its own neighbour", c)
		}
	}
}

func TestARecordingNamesWhatWasChangedInACredential(t *testing.T) {
	for _, tt := range []struct{ before, after, want string }{
		{"wonderland", "Wonderland", "✎ 1/10"},
		{"wonderland", "wonderlanE", "✎ 10/10"},
		{"wonderland", "wonderlan", "✎ 10 → 9"},
		{"head.admin.seal", "head.owner.seal", "✎ roles"},
		{"wonderland", "wonderland", ""},
	} {
		if got := changeName(tt.before, tt.after); got != tt.want {
			t.Errorf("%s → %s: %q, want %q", tt.before, tt.after, got, tt.want)
		}
	}
}

func TestWhatEndsALoginIsToldByThreeMeasurements(t *testing.T) {
	const minutes = time.Minute
	for name, tt := range map[string]struct {
		said, busy time.Duration
		rested     int
		want       string
	}{
		"a session":                         {30 * minutes, 480 * minutes, 401, "idle and absolute"},
		"a token":                           {15 * minutes, 20 * minutes, 401, "exp"},
		"a password":                        {0, 0, 0, "nothing"},
		"a session that never ends at rest": {30 * minutes, 480 * minutes, 200, "not its own word (200) and absolute"},
	} {
		if got := whatEnds(tt.said, tt.busy, tt.rested).In(texts.Must(texts.English), "expiry"); got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}
