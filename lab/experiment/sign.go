package experiment

import (
	"slices"

	"authlab/lab/experiment/texts"
)

// A Sign shows what the result of a scheme means. Its shape says it, and a colour only helps, so that it can be read in
// one colour as well.
type Sign struct {
	Symbol  string
	Name    string // in the style sheet, and in the catalogue under shared.meanings
	meaning Meaning
}

var unmeasuredSign = Sign{Symbol: "○", Name: "unmeasured"}

// Signs are all that there are, in the order of a legend.
func Signs() []Sign {
	return []Sign{
		{"●", "kept", Kept},
		{"✕", "lost", Lost},
		{"?", "cant-tell", CantTell},
		{"▲", "dangerous", Dangerous},
		{"◆", "costs", Costs},
		{"·", "difference", ""},
		unmeasuredSign,
	}
}

// SignOf is the sign of what was measured in a cell.
func SignOf(c Cell) Sign {
	if c.Outcome == nil {
		return unmeasuredSign
	}
	all := Signs()
	return all[max(slices.IndexFunc(all, func(s Sign) bool { return s.meaning == c.Outcome.Means }), 0)]
}

// In says what the sign means.
func (s Sign) In(l *texts.Language) string { return l.Text("shared.meanings." + s.Name) }
