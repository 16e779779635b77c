package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strings"

	"github.com/gin-gonic/gin"
	"golang.org/x/text/language"

	"authlab/account"
)

//go:embed assets
var assets embed.FS

// contentSecurityPolicy lets the pages load from here and from nowhere else, and run no inline script.
const contentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// The pages, in the order of their links. Each has a template of its name in assets/pages.
var pages = []page{{"walkthrough", "/"}, {"playground", "/playground"}, {"inspector", "/inspector"}}

type page struct{ Name, Path string }

// The languages of the pages, by the names of their catalogues in assets/lang. Who asks for none of them gets the first.
var languages = []language.Tag{language.English, language.Spanish}

// pages mounts the pages and what they need. Everything is rendered once, when the server is built.
func (s *Server) pages(r *gin.Engine) {
	files, err := fs.Sub(assets, "assets")
	if err != nil {
		panic(err) // a mistake in the embed pattern, found when the server is built
	}
	g := r.Group("/", func(c *gin.Context) {
		c.Header("Content-Security-Policy", contentSecurityPolicy)
		c.Header("X-Content-Type-Options", "nosniff")
		c.Header("Referrer-Policy", "no-referrer")
	})
	matcher := language.NewMatcher(languages)
	for _, p := range pages {
		rendered := make([][2][]byte, len(languages))
		for i, lang := range languages {
			rendered[i] = [2][]byte{p.render(files, lang, false), p.render(files, lang, true)}
		}
		show := func(c *gin.Context) {
			asked, named := c.GetQuery("lang")
			_, i := language.MatchStrings(matcher, asked, c.GetHeader("Accept-Language"))
			kept := 0
			if named {
				kept = 1
			}
			c.Header("Vary", "Accept-Language")
			c.Header("Cache-Control", "no-cache")
			c.Data(http.StatusOK, "text/html; charset=utf-8", rendered[i][kept])
		}
		g.GET(p.Path, show)
		g.HEAD(p.Path, show)
	}
	err = fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && path.Dir(name) != "pages" {
			g.GET("/assets/"+name, asset(files, name))
		}
		return err
	})
	if err != nil {
		panic(err) // what is embedded can be read
	}
}

// asset serves one file, which a browser may keep as long as it asks each time whether it is still the same.
func asset(files fs.FS, name string) gin.HandlerFunc {
	content, err := fs.ReadFile(files, name)
	if err != nil {
		panic(err)
	}
	sum := sha256.Sum256(content)
	tag := fmt.Sprintf("%q", base64.RawURLEncoding.EncodeToString(sum[:12]))
	return func(c *gin.Context) {
		c.Header("Cache-Control", "no-cache")
		c.Header("ETag", tag)
		c.FileFromFS(name, http.FS(files))
	}
}

// render is the page in a language. keep makes its links name the language, for those who named it.
func (p page) render(files fs.FS, lang language.Tag, keep bool) []byte {
	texts := readCatalogue(files, lang)
	other, query := languages[0], ""
	if lang == other {
		other = languages[1]
	}
	if keep {
		query = "?lang=" + lang.String()
	}
	t := template.Must(template.New("").Funcs(template.FuncMap{"t": texts.text, "list": texts.list}).
		ParseFS(files, "pages/layout.html", "pages/"+p.Name+".html"))
	var text bytes.Buffer
	err := t.ExecuteTemplate(&text, "layout", map[string]any{
		"Page": p.Name, "Pages": pages, "Lang": lang.String(), "Other": other.String(), "Query": query, "Demos": account.Demos(),
	})
	if err != nil {
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
