package experiment

import (
	"reflect"
	"slices"
	"testing"

	"authlab/lab/experiment/texts"
)

// measuredCell is a cell that was measured and came as predicted.
func measuredCell(scheme string, o Outcome, measures map[string]float64) Cell {
	return Cell{Scheme: scheme, Status: Measured, Prediction: o, Outcome: &o, AsPredicted: true, Measures: measures}
}

func TestAResultIsSaidInALanguage(t *testing.T) {
	r := Result{Name: "rolling-deploy", Sentences: []string{"lesson", "lesson-again"}, Cells: []Cell{
		measuredCell(SessionMemory, Lost.howMany(2, 2), map[string]float64{"users": 1200, "had_to_log_in": 2, "logins_again": 3, "users_at_last": 1}),
		measuredCell(SessionRedis, Lost.howMany(0, 2), map[string]float64{"had_to_log_in": 0}),
		measuredCell(SessionCookie, Lost.howMany(0, 2), map[string]float64{"had_to_log_in": 0}),
		measuredCell(TokenStateless, Lost.howMany(1, 2), map[string]float64{"had_to_log_in": 1}),
	}}
	as := Result{Name: r.Name, Sentences: slices.Clone(r.Sentences), Cells: slices.Clone(r.Cells)}
	for lang, want := range map[string]struct{ question, claim, lesson, first, last string }{
		texts.English: {
			"Every replica is restarted once, one after the other: who has to log in again?",
			"With sticky sessions a deploy goes unnoticed.",
			"Being pinned to a replica decides only when its memory is lost: of 1,200 people with a session there 2 had to log in again, of " +
				"those with one in Redis 0, with a signed cookie 0, with a token 1. Some had to more than once (3 logins): those who came while " +
				"their replica was away were sent to another, which was restarted later. And nobody moves back: the replica restarted last was " +
				"left with 1 person.",
			"all", "1 of 2",
		},
		texts.Spanish: {
			"Se reinician todas las réplicas, una tras otra: ¿cuántos tienen que volver a iniciar sesión?",
			"Con sesiones pegajosas, un despliegue pasa inadvertido.",
			"Estar asignado a una réplica solo decide cuándo se pierde lo que guarda en su memoria: de 1200 personas con la sesión allí, 2 " +
				"tuvieron que volver a iniciarla; con la sesión en Redis fueron 0; con una cookie firmada, 0; con un token, 1. Algunas, más de una " +
				"vez (3 inicios de sesión): quien llegó mientras su réplica no estaba acabó en otra a la que aún no le había tocado. Y nadie " +
				"vuelve a su sitio: solo quedó 1 persona en la última réplica reiniciada.",
			"todos", "1 de 2",
		},
	} {
		said := r.In(texts.Must(lang))
		if said.Question != want.question || said.Claim != want.claim || said.Lesson != want.lesson {
			t.Errorf("%s:\n%s\n%s\n%s\nwant\n%s\n%s\n%s", lang, said.Question, said.Claim, said.Lesson, want.question, want.claim, want.lesson)
		}
		if first, last := said.Cells[0], said.Cells[3]; first.Observed != want.first || first.Predicted != want.first || last.Observed != want.last {
			t.Errorf("%s: %+v and %+v", lang, first, last)
		}
		if !reflect.DeepEqual(r, as) {
			t.Fatalf("%s: saying it changed what was measured: %+v", lang, r)
		}
		if again := said.In(texts.Must(texts.English)).In(texts.Must(lang)); !reflect.DeepEqual(again, said) {
			t.Errorf("%s: said in another language and back it is %+v", lang, again)
		}
	}
}

func TestWhatWasNotMeasuredIsSaidInALanguage(t *testing.T) {
	for _, tt := range []struct {
		status  Status
		excused bool
		en, es  string
	}{
		{NotOnTarget, true, "not on this target", "no disponible en este entorno"},
		{NoBrowser, true, "no browser here", "aquí no hay navegador"},
		{Failed, false, "not measured", "sin medir"},
	} {
		r := Result{Name: "logout", Cells: []Cell{{Scheme: SessionRedis, Status: tt.status, Prediction: goodUntilExp()}}}
		if r.Excused() != tt.excused || r.Cells[0].Excused() != tt.excused {
			t.Errorf("%s is excused: %v", tt.status, r.Excused())
		}
		for lang, want := range map[string][3]string{
			texts.English: {tt.en, "200 until exp", "It could not be measured here."},
			texts.Spanish: {tt.es, "200 hasta exp", "Aquí no se pudo medir."},
		} {
			said := r.In(texts.Must(lang))
			if got := [3]string{said.Cells[0].Observed, said.Cells[0].Predicted, said.Lesson}; got != want {
				t.Errorf("%s in %s: %q, want %q", tt.status, lang, got, want)
			}
		}
	}
	if (Result{}).Excused() {
		t.Error("a result without cells is excused")
	}
	some := Result{Cells: []Cell{{Status: NoBrowser}, measuredCell(Basic, stays(), nil)}}
	if some.Excused() {
		t.Error("a result with a measured cell is excused")
	}
}

func TestMeasuresAreFoundBySchemeBySumAndByTheFirstThatHasThem(t *testing.T) {
	r := Result{Cells: []Cell{
		measuredCell(Basic, stays(), nil),
		measuredCell(SessionRedis, stays(), map[string]float64{"ms": 2, "zero": 0}),
		measuredCell(TokenStateless, stays(), map[string]float64{"ms": 3}),
	}}
	for _, tt := range []struct {
		scheme, name string
		want         float64
		ok           bool
	}{
		{SessionRedis, "ms", 2, true},
		{TokenStateless, "ms", 3, true},
		{"sum", "ms", 5, true},
		{"", "ms", 2, true},
		{SessionRedis, "zero", 0, true},
		{"", "zero", 0, true},
		{"sum", "zero", 0, true},
		{Basic, "ms", 0, false},
		{"sum", "none", 0, false},
		{"", "none", 0, false},
		{"no-such-scheme", "ms", 0, false},
	} {
		if got, ok := r.measure(tt.scheme, tt.name); got != tt.want || ok != tt.ok || r.Measure(tt.scheme, tt.name) != tt.want {
			t.Errorf("%q of %q: %v, %v; want %v, %v", tt.name, tt.scheme, got, ok, tt.want, tt.ok)
		}
	}
}
