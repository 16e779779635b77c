//go:build !replica

package web

import (
	"bytes"
	"html/template"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/text/language"
)

// WriteSite writes the walkthrough into a folder as a site that needs no server: index.html is in the first language, and
// es.html in Spanish. answers are what a lab has answered, by language, as a JSON object by method and path. They travel in
// scripts, because a page that was opened as a file may load nothing else.
func WriteSite(folder string, answers map[string][]byte) error {
	files, err := fs.Sub(assets, "assets")
	if err != nil {
		return err
	}
	walkthrough := pages[0]
	bundled := walkthrough.bundle(files, false)
	script, _, _ := bytes.Cut(bundled["/assets/walkthrough.js"], []byte("//# sourceMappingURL"))
	style, _, _ := bytes.Cut(bundled["/assets/walkthrough.css"], []byte("/*# sourceMappingURL"))
	icon, err := fs.ReadFile(files, "icon.svg")
	if err != nil {
		return err
	}
	site := map[string][]byte{"walkthrough.css": style, "icon.svg": icon}
	for _, lang := range languages {
		site[siteFile(lang)] = walkthrough.fill(files, lang, nil, map[string]any{
			"Home": siteFile(lang), "OtherHome": siteFile(other(lang)), "Assets": "", "Script": template.JS(script),
		})
		site["answers."+lang.String()+".js"] = append(append([]byte("globalThis.authlabAnswers = "), answers[lang.String()]...), ";\n"...)
	}
	for name, content := range site {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// siteFile is the page's name in a language: a web server opens index.html by itself.
func siteFile(lang language.Tag) string {
	if lang == languages[0] {
		return "index.html"
	}
	return lang.String() + ".html"
}
