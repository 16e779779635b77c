package report

import (
	"slices"

	"authlab/lab/experiment"
	"authlab/lab/experiment/texts"
)

// A Sign shows what the result of a scheme means. Its shape says it, and a colour only helps, so that it can be read in
// one colour as well.
type Sign struct {
	Symbol  string
	Name    string // in the style sheet, and in the catalogue under report.meanings
	meaning experiment.Meaning
}

// How the predictions came out.
const (
	Surprise = "≠" // something was not as predicted
	good     = "✓" // everything was
)

var unmeasured = Sign{Symbol: "○", Name: "unmeasured"}

// Signs are all that there are, in the order of a legend.
func Signs() []Sign {
	return []Sign{
		{"●", "kept", experiment.Kept},
		{"✕", "lost", experiment.Lost},
		{"?", "cant-tell", experiment.CantTell},
		{"▲", "dangerous", experiment.Dangerous},
		{"◆", "costs", experiment.Costs},
		{"·", "difference", ""},
		unmeasured,
	}
}

// SignOf is the sign of what was measured in a cell.
func SignOf(c experiment.Cell) Sign {
	if c.Outcome == nil {
		return unmeasured
	}
	all := Signs()
	return all[max(slices.IndexFunc(all, func(s Sign) bool { return s.meaning == c.Outcome.Means }), 0)]
}

// In says what the sign means.
func (s Sign) In(l *texts.Language) string { return l.Text("report.meanings." + s.Name) }
