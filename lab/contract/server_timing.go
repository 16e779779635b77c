package contract

import (
	"iter"
	"strconv"
	"strings"
)

// A TimingEntry is one entry of Server-Timing: what a request has cost its replica.
type TimingEntry struct {
	Name string  // hash, users, store, signature
	Desc string  // what it was: redis GETEX
	MS   float64 // how long it took, in milliseconds
}

// Timing is what one request has cost, in the order in which it was paid.
type Timing []TimingEntry

// ParseServerTiming reads the values of the header Server-Timing (W3C Server Timing, section 4), like
//
//	store;desc="redis GETEX";dur=0.25, users;dur=0.1
//
// A comma or a semicolon in a quoted description divides nothing. What cannot be read is left out.
func ParseServerTiming(headers ...string) Timing {
	var t Timing
	for _, header := range headers {
		for text := range split(header, ',') {
			var entry TimingEntry
			for param := range split(text, ';') {
				name, value, _ := strings.Cut(strings.TrimSpace(param), "=")
				switch {
				case entry.Name == "":
					entry.Name = name
				case name == "desc":
					entry.Desc = strings.Trim(value, `"`)
				case name == "dur":
					entry.MS, _ = strconv.ParseFloat(value, 64) // what is no number took no time
				}
			}
			if entry.Name != "" {
				t = append(t, entry)
			}
		}
	}
	return t
}

// Count is how often each name was paid for; nil if nothing was.
func (t Timing) Count() map[string]int {
	var count map[string]int
	for _, entry := range t {
		if count == nil {
			count = map[string]int{}
		}
		count[entry.Name]++
	}
	return count
}

// MS is how long everything of a name took together, in milliseconds.
func (t Timing) MS(name string) (sum float64) {
	for _, entry := range t {
		if entry.Name == name {
			sum += entry.MS
		}
	}
	return sum
}

// split divides text at a separator that is not between quotation marks.
func split(text string, separator rune) iter.Seq[string] {
	quoted := false
	return strings.FieldsFuncSeq(text, func(r rune) bool {
		quoted = quoted != (r == '"')
		return r == separator && !quoted
	})
}
