package web

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"io/fs"
	"net/http"
	"path"

	"github.com/gin-gonic/gin"
	"golang.org/x/text/language"

	"authlab/web/scheme"
)

//go:embed assets
var assets embed.FS

// contentSecurityPolicy allows the pages to load only from this server, and no inline script.
const contentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// The pages, in the order of their links. Each has a template of its name in assets/pages.
var pages = []page{{"walkthrough", "/"}, {"playground", "/playground"}, {"inspector", "/inspector"}}

type page struct{ Name, Path string }

// The languages of the pages, by the names of their catalogues in assets/lang. The first is for a browser that asks for
// another.
var languages = []language.Tag{language.English, language.Spanish}

// fileName is the file of the page in a language. named: the address named the language, so the page's links name it too.
func (p page) fileName(lang language.Tag, named bool) string {
	if named {
		return p.Name + "." + lang.String() + ".named.html"
	}
	return p.Name + "." + lang.String() + ".html"
}

// pages mounts the pages and what they need.
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
	rendered := renderedPages()
	for _, p := range pages {
		show := func(c *gin.Context) {
			asked, named := c.GetQuery("lang")
			_, i := language.MatchStrings(matcher, asked, c.GetHeader("Accept-Language"))
			c.Header("Vary", "Accept-Language")
			c.Header("Cache-Control", "no-cache")
			c.Data(http.StatusOK, "text/html; charset=utf-8", rendered[p.fileName(languages[i], named)])
		}
		get(g, p.Path, show)
	}
	err = fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && path.Dir(name) != "pages" {
			get(g, "/assets/"+name, asset(files, name))
		}
		return err
	})
	if err != nil {
		panic(err) // what is embedded can be read
	}
	// The table of schemes is below /assets because a lab serves that in front of its balancer.
	get(g, "/assets/schemes.json", func(c *gin.Context) {
		c.Header("Cache-Control", "no-cache")
		c.JSON(http.StatusOK, scheme.All())
	})
}

// asset serves one file. A browser may cache it, and asks at each use whether it has changed (no-cache, ETag).
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
