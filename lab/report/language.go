package report

import "authlab/lab/experiment/texts"

// A language is the catalogue of one language, with what is said under "report" close at hand.
type language struct{ *texts.Language }

// T is a text of the report. Its placeholders are given as name, number, name, number: T("experiments", "n", 31).
func (l language) T(key string, args ...any) string {
	return l.Say("report."+key, func(name string) (texts.Value, bool) {
		for i := 0; i+1 < len(args); i += 2 {
			if number, ok := args[i+1].(int); ok && args[i] == name {
				return texts.Value{Number: float64(number)}, true
			}
		}
		return texts.Value{}, false
	})
}
