//go:build !replica

package web

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/text/language"

	"authlab/account"
	"authlab/token"
	"authlab/web/scheme"
)

//go:embed assets
var assets embed.FS

// madeFiles returns all pages in all languages by their file names, and what they load by its address.
func madeFiles() map[string][]byte {
	made := makeFiles(append(slices.Clone(pages), nowhere))
	var err error
	if made["/assets/schemes.json"], err = json.Marshal(scheme.All()); err != nil {
		panic(err) // it is made of strings
	}
	return made
}

// makeFiles makes pages and what they load.
func makeFiles(pages []page) map[string][]byte {
	files, err := fs.Sub(assets, "assets")
	if err != nil {
		panic(err) // a mistake in the embed pattern
	}
	made := map[string][]byte{}
	for _, p := range pages {
		bundled := p.bundle(files, true)
		parts := partsOf(bundled["/assets/"+p.Name+".js"])
		for _, lang := range languages {
			for _, named := range []bool{false, true} {
				made[p.fileName(lang, named)] = p.render(files, lang, named, parts)
			}
			if len(p.Later.Texts) > 0 {
				made["/assets/"+p.Name+"-later."+lang.String()+".json"] = []byte(asData(readCatalogue(files, lang).only(p.Later.Texts)))
			}
		}
		maps.Copy(made, bundled)
	}
	if made["/assets/icon.svg"], err = fs.ReadFile(files, "icon.svg"); err != nil {
		panic(err)
	}
	return made
}

// WriteFiles writes all that into a folder, for a build that has it ready: see pages_ready.go.
func WriteFiles(folder string) error {
	for name, content := range madeFiles() {
		name = filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(name, content, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// render returns the page in a language. named: its links name the language; parts: what its script imports, so that a browser
// asks for all at once.
func (p page) render(files fs.FS, lang language.Tag, named bool, parts []string) []byte {
	query := ""
	if named {
		query = "?lang=" + lang.String()
	}
	return p.fill(files, lang, p.Later.Texts, map[string]any{
		"Pages": pages, "Parts": parts, "Query": query, "Assets": "/assets/", "Home": "/" + query, "OtherHome": "?lang=" + other(lang).String(),
	})
}

// other is the language that a page in this one offers.
func other(lang language.Tag) language.Tag {
	if lang == languages[0] {
		return languages[1]
	}
	return languages[0]
}

// fill fills in the template of the page. later are the sections of the catalogue that it is without; values say where its links lead.
func (p page) fill(files fs.FS, lang language.Tag, later []string, values map[string]any) []byte {
	texts := readCatalogue(files, lang)
	t := template.Must(template.New("").Funcs(template.FuncMap{"t": texts.text, "list": texts.list}).
		ParseFS(files, "pages/"+p.layout()+".html", "pages/"+p.Name+".html"))
	bound, _ := scheme.Named(scheme.TokenBound) // a page can make the key and the proofs
	maps.Copy(values, map[string]any{
		"Page": p.Name, "Lang": lang.String(), "Other": other(lang).String(), "Demos": account.Demos(), "Algorithms": token.Algorithms(),
		"Texts": asData(texts.of(p, later)), "Schemes": asData(append(scheme.All(), bound)),
	})
	var text bytes.Buffer
	if err := t.ExecuteTemplate(&text, "layout", values); err != nil {
		panic(err) // a mistake in a template or a text that is missing, found when the server is built
	}
	return text.Bytes()
}

// A catalogue is every text of the pages in one language: names in names, with texts or lists of texts at the ends.
type catalogue map[string]any

func readCatalogue(files fs.FS, lang language.Tag) catalogue {
	content, err := fs.ReadFile(files, "lang/"+lang.String()+".json")
	if err != nil {
		panic(err)
	}
	var texts catalogue
	if err := json.Unmarshal(content, &texts); err != nil {
		panic(fmt.Errorf("catalogue of %s: %w", lang, err))
	}
	return texts
}

// asData is JSON for a script of the page to read. In JSON, what HTML would take for its own can be written as a number.
func asData(value any) template.HTML {
	text, err := json.Marshal(value) // writes <, > and & as \u003c, \u003e and \u0026
	if err != nil {
		panic(err) // it is made of strings
	}
	return template.HTML(text)
}

// layout is the template around the page.
func (p page) layout() string {
	if slices.ContainsFunc(classPages, func(other page) bool { return other.Name == p.Name }) {
		return "class"
	}
	return "layout"
}

// of is what a script of one page can say: without the texts that are another page's own, and without those that come later.
func (c catalogue) of(p page, later []string) catalogue {
	if p.Texts != nil {
		return c.only(p.Texts)
	}
	without := slices.Clone(later)
	for _, other := range slices.Concat(pages, classPages) {
		if other.Name != p.Name {
			without = append(append(without, other.Name), other.Later.Texts...)
		}
	}
	own := maps.Clone(c)
	maps.DeleteFunc(own, func(section string, _ any) bool { return slices.Contains(without, section) })
	return own
}

// only is some sections of it.
func (c catalogue) only(sections []string) catalogue {
	own := maps.Clone(c)
	maps.DeleteFunc(own, func(section string, _ any) bool { return !slices.Contains(sections, section) })
	return own
}

// text finds a text by its names: shell.reset.
func (c catalogue) text(key string) (string, error) {
	text, ok := c.find(key).(string)
	if !ok {
		return "", fmt.Errorf("the catalogue has no text %q", key)
	}
	return text, nil
}

// list finds a list of texts.
func (c catalogue) list(key string) ([]any, error) {
	list, ok := c.find(key).([]any)
	if !ok {
		return nil, fmt.Errorf("the catalogue has no list %q", key)
	}
	return list, nil
}

func (c catalogue) find(key string) any {
	var node any = map[string]any(c)
	for name := range strings.SplitSeq(key, ".") {
		names, ok := node.(map[string]any)
		if !ok {
			return nil
		}
		node = names[name]
	}
	return node
}
