package experiment

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"testing"
	"time"

	"authlab/lab/contract"
)

// answeredBy notes a request to a replica.
func answeredBy(r *recorder, replica string, status int, giver *note) *note {
	n := &note{who: &identity{name: "alice"}, Beat: contract.Beat{
		Kind: contract.BeatRequest, Scheme: SessionMemory, Client: "alice", Action: actionPage, Replica: replica, Status: status,
	}}
	if n.giver = giver; giver == nil {
		n.Action = actionLogin
	}
	r.sample.came(n)
	r.sample.request(n)
	return n
}

func (r *recorder) step(kind contract.BeatKind) {
	n := &note{Beat: contract.Beat{Kind: kind, Seconds: 60}}
	r.sample.came(n)
	r.sample.control(n)
}

// While the lab is looked at after a request, another request may come to its end.
func TestBeatsStandInTheOrderInWhichTheyHappened(t *testing.T) {
	r := newRecorder(elsewhere{})
	beat := func(id string) *note {
		return &note{who: &identity{name: "alice"}, Beat: contract.Beat{
			Kind: contract.BeatRequest, Scheme: SessionRedis, Client: "alice", Action: actionPage, Status: 200, Given: &contract.Credential{ID: id},
		}}
	}
	first, second := beat("1"), beat("2")
	r.sample.came(first)
	r.sample.came(second)
	r.sample.request(second)
	r.sample.request(first)
	recording := r.recording(3)
	if len(recording.Beats) != 2 || idOf(recording.Beats[0].Given) != "1" || recording.Totals[0].Requests != 2 {
		t.Errorf("%+v", recording)
	}
}

func TestOfManyRequestsTheDecisiveOnesAreKept(t *testing.T) {
	const crowd, odd = 10_000, 7_000
	r := newRecorder(elsewhere{})
	var logins []*note
	for i := range crowd {
		logins = append(logins, answeredBy(r, "app-1", 200, nil))
		logins[i].Given = &contract.Credential{ID: strconv.Itoa(i)}
	}
	r.step(contract.BeatBreak)
	for i := range crowd {
		status, replica := 200, "app-1"
		if i == odd {
			status, replica = 401, "app-2"
		}
		answeredBy(r, replica, status, logins[i])
	}
	beats := r.recording(3).Beats
	if len(beats) > mostRequests+20 {
		t.Errorf("%d beats", len(beats))
	}
	at := slices.IndexFunc(beats, func(b contract.Beat) bool { return b.Status == 401 })
	kill := slices.IndexFunc(beats, func(b contract.Beat) bool { return b.Kind == contract.BeatBreak })
	count := [2]int{}
	for i, b := range beats {
		part := 0
		if i > kill {
			part = 1
		}
		count[part] += b.Count
		if b.Kind == contract.BeatRequest {
			count[part]++
		}
	}
	if kill < 0 || at < kill || count != [2]int{crowd, crowd} {
		t.Errorf("break at %d, 401 at %d of %d; %v requests before and after the break", kill, at, len(beats), count)
	}
	last := beats[len(beats)-1]
	if last.Kind != contract.BeatRequest || beats[len(beats)-2].Kind != contract.BeatMore || beats[kill-1].Action != actionLogin {
		t.Errorf("the last request is not kept: %+v", last)
	}
	if !slices.ContainsFunc(beats[:kill], func(b contract.Beat) bool { return idOf(b.Given) == "7000" }) {
		t.Error("the login of the odd one is left out")
	}
}

func idOf(c *contract.Credential) string {
	if c == nil {
		return ""
	}
	return c.ID
}

func TestStepsOfTheClockAreOneUntilSomethingHappens(t *testing.T) {
	r := newRecorder(elsewhere{})
	login := answeredBy(r, "app-1", 200, nil)
	for i := range 30 {
		r.step(contract.BeatAdvance)
		if i < 29 {
			answeredBy(r, "app-1", 200, login)
		}
	}
	answeredBy(r, "app-1", 401, login)
	beats, seconds := r.recording(3).Beats, 0.0
	for _, b := range beats {
		seconds += b.Seconds
	}
	if len(beats) > 15 || seconds != 30*60 {
		t.Errorf("%d beats, in which %v s pass", len(beats), seconds)
	}
	end := beats[len(beats)-3:]
	if end[0].Kind != contract.BeatMore || end[1].Kind != contract.BeatAdvance || end[1].Seconds != 60 || end[2].Status != 401 {
		t.Errorf("the end is %+v", end)
	}
}

func TestACopyIsToldOnlyIfItIsUsed(t *testing.T) {
	trial := newTrial(elsewhere{url: "http://127.0.0.1:1"}, 3)
	trial.record()
	owner := trial.User(TokenStateless)
	owner.Access = "token"
	thief, _ := owner.Copy(), owner.Copy()
	for range 2 {
		if _, err := thief.Get(t.Context(), "/me"); err == nil {
			t.Fatal("it was answered by no server")
		}
	}
	recording := trial.recorder.recording(3)
	want := []contract.BeatKind{contract.BeatCopy, contract.BeatRequest, contract.BeatRequest}
	var got []contract.BeatKind
	for _, b := range recording.Beats {
		got = append(got, b.Kind)
		if b.Client != "alice-2" || b.Status != 0 {
			t.Errorf("%+v", b)
		}
	}
	if !slices.Equal(got, want) || recording.Beats[0].From != "alice" || recording.Totals[0].Statuses["0"] != 2 {
		t.Errorf("%v, %+v", got, recording)
	}
}

func TestACredentialIsShownByWhatAViewShows(t *testing.T) {
	now := time.Unix(1000, 0)
	for _, tt := range []struct {
		kind, text string
		want       contract.Credential
	}{
		// A store's key is the SHA-256 of the bytes of the ID: here, of 32 zeros.
		{kindSessionID, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", contract.Credential{Kind: kindSessionID, ID: "66687aad…", Bytes: 43}},
		// {"kid":"k1"} . {"jti":"ABCDEFGHIJKLMNOP","sid":"family","exp":1060.5}
		{kindToken, "eyJraWQiOiJrMSJ9.eyJqdGkiOiJBQkNERUZHSElKS0xNTk9QIiwic2lkIjoiZmFtaWx5IiwiZXhwIjoxMDYwLjV9.sig",
			contract.Credential{Kind: kindToken, ID: "ABCDEFGH…", KeyID: "k1", Bytes: 93, ExpiresIn: 60.5}},
		{kindToken, "no token at all", contract.Credential{Kind: kindToken, Bytes: 15}},
		{kindPassword, "wonderland", contract.Credential{Kind: kindPassword, Bytes: 10}},
	} {
		if got := shownCredential(tt.kind, tt.text, now); *got != tt.want {
			t.Errorf("%s: %+v, want %+v", tt.text, *got, tt.want)
		}
	}
	if got := shownCredential(kindToken, "", now); got != nil {
		t.Errorf("nothing is shown as %+v", got)
	}
}

// A narrow target takes no result that is large.
type narrow struct {
	nowhere
	told *[]Result
}

func (narrow) Begun(context.Context, string) error { return nil }
func (n narrow) Ended(_ context.Context, _ string, result any) error {
	if result.(Result).Recording != nil {
		return errors.New("413")
	}
	*n.told = append(*n.told, result.(Result))
	return nil
}

func TestALabThatTakesNoRecordingHearsOfTheResultAllTheSame(t *testing.T) {
	var told []Result
	report, err := Run(t.Context(), "", narrow{told: &told}, []Experiment{{
		Name: "sticky-replica-dies", Predicted: Predictions{Basic: stays()},
		Run: func(ctx context.Context, trial *Trial) error {
			_, _ = trial.User(Basic).Get(ctx, "/me") // no server answers
			trial.Observe(Basic, stays(), nil)
			return nil
		},
	}}, func(int, int, string) {})
	if err != nil || len(told) != 1 || len(told[0].Cells) != 1 || report.Experiments[0].Recording == nil {
		t.Errorf("%v, %+v, %+v", err, told, report)
	}
}
