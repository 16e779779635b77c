package report

import (
	"maps"

	"authlab/lab/experiment"
)

// The schemes, by the names that the lessons call them.
const (
	basic          = experiment.Basic
	sessionMemory  = experiment.SessionMemory
	sessionRedis   = experiment.SessionRedis
	sessionCookie  = experiment.SessionCookie
	tokenStateless = experiment.TokenStateless
	tokenRevocable = experiment.TokenRevocable
	tokenCookie    = experiment.TokenCookie
)

// An enEspanol is what an experiment says in Spanish. Its numbers are those of the English lesson.
type enEspanol struct {
	question, claim string
	lesson          func(m measured) string
}

// spanish has every experiment by its name. It is told in the order of the catalogue, a chapter a file.
var spanish = func() map[string]enEspanol {
	all := map[string]enEspanol{}
	for _, chapter := range []map[string]enEspanol{esBalancing, esEnding, esAttacks, esOthers, esCosts} {
		maps.Copy(all, chapter)
	}
	return all
}()

// measured gives a lesson its numbers, as they are written in Spanish.
type measured struct{ experiment.Result }

func (m measured) whole(scheme, name string) string {
	return castilian.Decimal(m.Measure(scheme, name), 0)
}

func (m measured) tenth(scheme, name string) string {
	return castilian.Decimal(m.Measure(scheme, name), 1)
}

// sum adds up a measure over all schemes.
func (m measured) sum(name string) float64 {
	sum := 0.0
	for _, c := range m.Cells {
		sum += c.Measures[name]
	}
	return sum
}

// twin says what the naive twin fell for.
func (m measured) twin(scheme string) string {
	if m.Measure(scheme, "naive_attacks") == 0 {
		return "En este entorno no había un gemelo ingenuo con el que comparar."
	}
	return "El gemelo ingenuo, escrito deprisa con las mismas bibliotecas, cayó en " + m.whole(scheme, "naive_fell_for") +
		" de " + m.whole(scheme, "naive_attacks") + "."
}

// siempre is a lesson without numbers.
func siempre(lesson string) func(measured) string { return func(measured) string { return lesson } }
