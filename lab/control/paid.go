package control

import "strings"

// Paid counts what a request has cost its replica, by the names of the entries in Server-Timing: hash, users, store,
// signature. It returns nil for a header without entries.
func Paid(serverTiming string) map[string]int {
	var paid map[string]int
	quoted := false
	for entry := range strings.FieldsFuncSeq(serverTiming, func(r rune) bool {
		quoted = quoted != (r == '"') // a comma in a description divides nothing
		return r == ',' && !quoted
	}) {
		name, _, _ := strings.Cut(entry, ";")
		if name = strings.TrimSpace(name); name == "" {
			continue
		}
		if paid == nil {
			paid = map[string]int{}
		}
		paid[name]++
	}
	return paid
}
