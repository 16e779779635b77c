package class

import (
	"embed"
	"strings"
)

//go:embed sheet
var sheets embed.FS

// Sheet is the teacher's sheet in a language: what to do, minute by minute.
func Sheet(lang string) string {
	text, err := sheets.ReadFile("sheet/" + lang + ".txt")
	if err != nil {
		panic(err) // a language that there is not
	}
	return strings.TrimSpace(string(text)) + "\n"
}
