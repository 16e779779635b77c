package report

import (
	"cmp"
	"regexp"
	"strings"
)

var digits = regexp.MustCompile(`\d+`)

// compareNatural orders names as people do: step_9 before step_10.
func compareNatural(a, b string) int { return cmp.Compare(padded(a), padded(b)) }

// padded gives every number in a name the same length.
func padded(name string) string {
	return digits.ReplaceAllStringFunc(name, func(n string) string { return strings.Repeat("0", max(20-len(n), 0)) + n })
}
