package experiment

import (
	"regexp"
	"strconv"
	"strings"

	"authlab/lab/experiment/texts"
)

// A Measure says in words what a number is that was measured. Its text stands in the catalogue under the measure's name:
//
//	waited for it [ms]     a number with its unit
//	its answer [status]    a status of HTTP; 0, where no request was sent, is not shown
//	was it sent?           yes or no
//
// Measures that are alike and have a number in their names have one text: step_1 and step_2 have that of step_N, with {n}.
type Measure struct {
	Text string
	unit string
	l    *texts.Language
}

var (
	counted = regexp.MustCompile(`\d+`)
	inUnit  = regexp.MustCompile(`^(.*) \[(.+)\]$`)
)

// MeasureIn finds the words for a measure of an experiment. ok is false if there are none, because another measure tells
// people the same.
func MeasureIn(l *texts.Language, experiment, name string) (m Measure, ok bool) {
	key := measureKey(l, experiment, name)
	if key == "" {
		return m, false
	}
	m = Measure{l: l, Text: l.Say(key, func(string) (texts.Value, bool) {
		n, err := strconv.Atoi(counted.FindString(name))
		return texts.Value{Number: float64(n)}, err == nil
	})}
	if parts := inUnit.FindStringSubmatch(m.Text); parts != nil {
		m.Text, m.unit = parts[1], parts[2]
	}
	return m, true
}

// measureKey is the key of a measure's text, or empty.
func measureKey(l *texts.Language, experiment, name string) string {
	for _, key := range []string{
		textOf(experiment, "measures."+name), textOf(experiment, "measures."+counted.ReplaceAllString(name, "N")), "shared.measures." + name,
	} {
		if l.Has(key) {
			return key
		}
	}
	return ""
}

// Say writes a number that was measured. It is empty if the number means that nothing was.
func (m Measure) Say(x float64) string {
	switch {
	case strings.HasSuffix(m.Text, "?") && x == 0:
		return m.l.Text("shared.no")
	case strings.HasSuffix(m.Text, "?"):
		return m.l.Text("shared.yes")
	case m.unit == "status" && x == 0:
		return ""
	case m.unit == "status":
		return strconv.Itoa(int(x))
	case m.unit != "":
		return m.l.Number(x) + "\u00a0" + m.unit
	}
	return m.l.Number(x)
}
