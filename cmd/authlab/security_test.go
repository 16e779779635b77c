package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A promise of SECURITY.md is worth what its tests are: each row names one, and each that is named is there.
func TestSecurityNamesTestsThatExist(t *testing.T) {
	const repository = "../.."
	text, err := os.ReadFile(filepath.Join(repository, "SECURITY.md"))
	if err != nil {
		t.Fatal(err)
	}
	link := regexp.MustCompile(`\[((?:Test|Fuzz)\w+)\]\(([^)]+)\)`)
	for _, found := range link.FindAllStringSubmatch(string(text), -1) {
		source, err := os.ReadFile(filepath.Join(repository, found[2]))
		if err != nil || !regexp.MustCompile(`(?m)^func `+found[1]+`\(`).Match(source) {
			t.Errorf("%s is not in %s (%v)", found[1], found[2], err)
		}
	}
	rows := 0
	for line := range strings.Lines(string(text)) {
		if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| promise") || strings.HasPrefix(line, "| ---") {
			continue
		}
		if rows++; !link.MatchString(line) {
			t.Errorf("no test is named for %s", line)
		}
	}
	if rows < 25 {
		t.Errorf("%d promises were found; the table has another form than this test reads", rows)
	}
	for _, name := range regexp.MustCompile(`\b(?:Test|Fuzz)[A-Z]\w+`).FindAllString(link.ReplaceAllString(string(text), ""), -1) {
		t.Errorf("%s is named without its file", name)
	}
	for _, found := range regexp.MustCompile(`\]\(([^)#:]+)\)`).FindAllStringSubmatch(string(text), -1) {
		if _, err := os.Stat(filepath.Join(repository, found[1])); err != nil {
			t.Errorf("a link leads nowhere: %v", err)
		}
	}
}
