package web

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"mime"
	"net/http"
	"path"
	"slices"
	"strings"
	"sync"

	"golang.org/x/text/language"
)

// contentSecurityPolicy allows the pages to load only from this server, and no inline script.
const contentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// permissionsPolicy keeps the pages from what they never ask a browser for.
const permissionsPolicy = "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"

// The pages, in the order of their links. Each has a template, a script and texts of its name.
var pages = []page{
	{Name: "walkthrough", Path: "/", Sheets: []string{"palette", "base", "shell", "stage", "walkthrough", "act"}, Later: later{
		Sheets: []string{"answer", "hands", "last-page", "film"}, Texts: []string{"film", "answer", "hands", "last-page"},
	}},
	{Name: "playground", Path: "/playground", Sheets: []string{"palette", "base", "shell", "stage", "playground"}},
	{Name: "inspector", Path: "/inspector", Sheets: []string{"palette", "base", "shell", "inspector"}},
}

// nowhere is the page of every other address, for a browser. A program gets a problem.
var nowhere = page{Name: "nowhere", Sheets: []string{"palette", "base", "shell"}, Texts: []string{"shell"}}

type page struct {
	Name, Path string
	Sheets     []string // in assets/css, each before those that build on it
	Later      later
	Texts      []string // the sections of the catalogue that its script needs; nil: all but those of other pages
	Old        bool     // browsers of 2017 run it
}

// What a script adds to its page when it needs it. A page that is lighter is there sooner.
type later struct {
	Sheets []string // as one, NAME-later.css
	Texts  []string // sections of the catalogue, as NAME-later.LANGUAGE.json
}

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

// Pages serves the pages and what they load. A replica has them, so that it can be used alone; a lab serves them in front
// of its balancer, so that they survive the faults and are no requests of the replicas.
type Pages struct {
	files   map[string]file // by address
	pages   map[string]page // by address
	matcher language.Matcher
}

var _ http.Handler = (*Pages)(nil)

// NewPages returns the pages. All of a process share their contents.
func NewPages() *Pages { return newPages(pages, allFiles()) }

func newPages(list []page, files map[string]file) *Pages {
	p := &Pages{files: files, pages: map[string]page{}, matcher: language.NewMatcher(languages)}
	for _, one := range list {
		p.pages[one.Path] = one
	}
	return p
}

// Has tells whether a request is for a page or a file, or is a browser's for an unknown address.
func (p *Pages) Has(r *http.Request) bool {
	_, isPage := p.pages[r.URL.Path]
	_, isFile := p.files[r.URL.Path]
	return (isPage || isFile || p.isNowhere(r)) && (r.Method == http.MethodGet || r.Method == http.MethodHead)
}

// routes are how the addresses begin that are not pages: those of a replica, and those of the lab.
var routes = []string{"/authenticate", "/basic", "/lab", "/livez", "/metrics", "/readyz", "/session", "/token", "/.well-known"}

// isNowhere tells whether a browser asks for a page at an address that begins like no route.
func (p *Pages) isNowhere(r *http.Request) bool {
	if _, has := p.files[nowhere.fileName(languages[0], false)]; !has || !strings.Contains(r.Header.Get("Accept"), "text/html") {
		return false
	}
	return !slices.ContainsFunc(routes, func(begin string) bool {
		rest, below := strings.CutPrefix(r.URL.Path, begin)
		return below && (rest == "" || rest[0] == '/')
	})
}

// Paths lists the addresses of all pages and files.
func (p *Pages) Paths() []string {
	var all []string
	for address := range p.pages {
		all = append(all, address)
	}
	for address := range p.files {
		if strings.HasPrefix(address, "/assets/") {
			all = append(all, address)
		}
	}
	return all
}

// ServeHTTP serves what Has knows.
func (p *Pages) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Security-Policy", contentSecurityPolicy)
	w.Header().Set("Cross-Origin-Opener-Policy", "same-origin") // a page that opens this one gets no hold of its window
	w.Header().Set("Permissions-Policy", permissionsPolicy)
	w.Header().Set("Referrer-Policy", "no-referrer")
	w.Header().Set(headerNoSniff, "nosniff")
	address, status := r.URL.Path, http.StatusOK
	page, isPage := p.pages[address]
	if _, isFile := p.files[address]; !isPage && !isFile {
		page, isPage, status = nowhere, true, http.StatusNotFound
	}
	if isPage {
		asked, named := r.URL.Query().Get("lang"), r.URL.Query().Has("lang")
		_, i := language.MatchStrings(p.matcher, asked, r.Header.Get("Accept-Language"))
		w.Header().Add("Vary", "Accept-Language")
		address = page.fileName(languages[i], named)
	}
	p.files[address].serve(w, r, status)
}

// A file is served as it is, or compressed to a browser that takes that. A browser may keep it, and asks at each use whether
// it has changed (no-cache, ETag).
type file struct {
	content, compressed []byte
	mediaType, tag      string
}

func newFile(name string, content []byte) file {
	sum := sha256.Sum256(content)
	f := file{content: content, mediaType: cmp.Or(mime.TypeByExtension(path.Ext(name)), "application/json"), tag: base64.RawURLEncoding.EncodeToString(sum[:12])}
	var packed bytes.Buffer
	z, _ := gzip.NewWriterLevel(&packed, gzip.BestCompression) // it is a level that there is
	_, _ = z.Write(content)                                    // to a buffer, which takes all
	_ = z.Close()
	if packed.Len() < len(content) {
		f.compressed = packed.Bytes()
	}
	return f
}

func (f file) serve(w http.ResponseWriter, r *http.Request, status int) {
	body, tag := f.content, f.tag
	w.Header().Add("Vary", "Accept-Encoding")
	if f.compressed != nil && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		body, tag = f.compressed, f.tag+"-gzip"
		w.Header().Set("Content-Encoding", "gzip")
	}
	tag = fmt.Sprintf("%q", tag)
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("ETag", tag)
	if status == http.StatusOK && strings.Contains(r.Header.Get("If-None-Match"), tag) {
		w.Header().Del("Content-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.Header().Set("Content-Type", f.mediaType)
	w.Header().Set("Content-Length", fmt.Sprint(len(body)))
	w.WriteHeader(status)
	if r.Method == http.MethodGet {
		_, _ = w.Write(body) // an error means that the browser has gone
	}
}

// allFiles are the pages by their file names, and the files below /assets by their addresses.
var allFiles = sync.OnceValue(func() map[string]file { return filesOf(madeFiles()) })

func filesOf(made map[string][]byte) map[string]file {
	files := map[string]file{}
	for name, content := range made {
		files[name] = newFile(name, content)
	}
	return files
}
