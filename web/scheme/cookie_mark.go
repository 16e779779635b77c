package scheme

import "regexp"

// marked matches the end of a cookie's name that has a mark. No scheme's name has a dot.
var marked = regexp.MustCompile(`\.[a-z]*[0-9]+$`)

// CookieMark is what the name of a cookie ends with where one browser visits several labs of one host: see package jar. kind,
// in lower-case letters, tells labs at one port apart.
func CookieMark(kind, port string) string { return "." + kind + port }

// Unmarked is the name of a cookie without a mark, and whether it had one.
func Unmarked(name string) (string, bool) {
	if at := marked.FindStringIndex(name); at != nil {
		return name[:at[0]], true
	}
	return name, false
}
