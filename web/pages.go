package web

import (
	"bytes"
	"embed"
	"html/template"
	"io/fs"
	"net/http"

	"github.com/gin-gonic/gin"

	"authlab/account"
)

//go:embed assets
var assets embed.FS

// contentSecurityPolicy lets the pages load from here and from nowhere else, and run no inline script.
const contentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// pages mounts the page at / and what it needs.
func (s *Server) pages(r *gin.Engine) {
	files, err := fs.Sub(assets, "assets")
	if err != nil {
		panic(err) // a mistake in the embed pattern, found when the server is built
	}
	var index bytes.Buffer
	page := template.Must(template.ParseFS(files, "index.html"))
	if err := page.Execute(&index, account.Demos()); err != nil {
		panic(err)
	}
	guard := func(c *gin.Context) {
		c.Header("Content-Security-Policy", contentSecurityPolicy)
		c.Header("X-Content-Type-Options", "nosniff")
		c.Header("Referrer-Policy", "no-referrer")
	}
	home := func(c *gin.Context) { c.Data(http.StatusOK, "text/html; charset=utf-8", index.Bytes()) }
	g := r.Group("/", guard)
	g.GET("/", home)
	g.HEAD("/", home)
	names, err := fs.Glob(files, "*.*")
	if err != nil {
		panic(err)
	}
	for _, name := range names {
		if name == "index.html" {
			continue // a template: it is served at /
		}
		g.GET("/assets/"+name, func(c *gin.Context) {
			c.Header("Cache-Control", "no-cache")
			c.FileFromFS(name, http.FS(files))
		})
	}
}
