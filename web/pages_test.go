package web_test

import (
	"encoding/json"
	"io/fs"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"

	"authlab/account"
	"authlab/web"
)

var pagePaths = []string{"/", "/playground", "/inspector"}

func TestThePagesRunNoInlineScriptAndNoInlineStyle(t *testing.T) {
	_, c := alone(t)
	script := regexp.MustCompile(`<script[^>]*>[^<]*`)
	inline := regexp.MustCompile(`<[^>]*\s(on[a-z]+|style)=[^>]*>|<style|javascript:`)
	for _, at := range pagePaths {
		page := c.get(200, at).body
		scripts := script.FindAllString(page, -1)
		if len(scripts) == 0 {
			t.Errorf("%s has no script", at)
		}
		for _, s := range scripts {
			if !strings.Contains(s, ` src="/assets/`) || !strings.HasSuffix(s, ">") {
				t.Errorf("%s: inline script: %s", at, s)
			}
		}
		if found := inline.FindString(page); found != "" {
			t.Errorf("%s: the policy forbids %s", at, found)
		}
	}
	playground := c.get(200, "/playground").body
	for _, demo := range account.Demos() {
		if !strings.Contains(playground, demo.Name) || !strings.Contains(playground, demo.Password) {
			t.Errorf("the playground does not show %s and %s", demo.Name, demo.Password)
		}
	}
}

// A script that looks for an element gets the first of its id, which may be one that a reader never sees.
func TestNoPageHasAnIDTwice(t *testing.T) {
	_, c := alone(t)
	ids := regexp.MustCompile(` id="([^"]*)"`)
	for _, at := range pagePaths {
		seen := map[string]int{}
		for _, id := range ids.FindAllStringSubmatch(c.get(200, at).body, -1) {
			if seen[id[1]]++; seen[id[1]] == 2 {
				t.Errorf("%s has two elements with the id %q", at, id[1])
			}
		}
		if len(seen) < 5 {
			t.Errorf("%s has these ids alone: %v", at, seen)
		}
	}
}

func TestThePagesLoadOnlyFromTheirServer(t *testing.T) {
	_, c := alone(t)
	media := map[string]string{
		".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml",
		".json": "application/json", "": "text/html; charset=utf-8",
	}
	loads := regexp.MustCompile(`<(?:script|link|img)[^>]*(?:src|href)="([^"]*)"`)
	for _, at := range pagePaths {
		page := c.get(200, at)
		policy := page.header.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"} {
			if !strings.Contains(policy, want) {
				t.Errorf("%s: Content-Security-Policy %q has no %s", at, policy, want)
			}
		}
		if strings.Contains(policy, "unsafe") {
			t.Errorf("%s: Content-Security-Policy %q", at, policy)
		}
		found := loads.FindAllStringSubmatch(page.body, -1)
		if len(found) < 4 {
			t.Errorf("%s loads %v, want its script, its styles and its texts", at, found)
		}
		for _, load := range found {
			got := c.get(200, load[1])
			if got.header.Get("Content-Type") != media[path.Ext(load[1])] || got.header.Get("X-Content-Type-Options") != "nosniff" || got.body == "" {
				t.Errorf("%s: %v", load[1], got.header)
			}
			if again := c.expect(304, "GET", load[1], "", "If-None-Match", got.header.Get("ETag")); again.body != "" {
				t.Errorf("%s: a browser that has it gets it again", load[1])
			}
		}
		if head := c.expect(200, "HEAD", at, ""); head.body != "" || head.header.Get("Content-Security-Policy") != policy {
			t.Errorf("HEAD %s: %q, %v", at, head.body, head.header)
		}
	}
}

func TestTheLanguageIsTheBrowsersUnlessTheAddressNamesOne(t *testing.T) {
	_, c := alone(t)
	for _, tt := range []struct{ path, accept, want string }{
		{"/", "", "en"},
		{"/", "de, fr;q=0.5", "en"},
		{"/", "es-MX,es;q=0.9,en;q=0.8", "es"},
		{"/inspector", "fr, es;q=0.7, en;q=0.3", "es"},
		{"/?lang=es", "en", "es"},
		{"/playground?lang=en", "es", "en"},
		{"/?lang=%00<script>", "", "en"},
	} {
		page := c.get(200, tt.path, "Accept-Language", tt.accept)
		if !strings.Contains(page.body, `<html lang="`+tt.want+`"`) || page.header.Get("Vary") != "Accept-Language" {
			t.Errorf("%s for %q is not in %s", tt.path, tt.accept, tt.want)
		}
		if strings.Contains(page.body, "<script>") {
			t.Errorf("%s: the address is in the page", tt.path)
		}
	}
}

func TestABrowserGetsAPageWhereNothingIsAndAProgramAProblem(t *testing.T) {
	_, c := alone(t)
	const browser = "text/html,application/xhtml+xml;q=0.9"
	for _, path := range []string{"/walk", "/walkthrough.html", "/tokens", "/%3Cscript%3E", "/walk?lang=en", "/assets/none.js"} {
		page := c.get(404, path, "Accept", browser, "Accept-Language", "es")
		lang := "es"
		if strings.HasSuffix(path, "en") {
			lang = "en"
		}
		if !strings.Contains(page.body, `<html lang="`+lang+`"`) || !strings.Contains(page.header.Get("Content-Type"), "text/html") || page.header.Get("Content-Security-Policy") == "" {
			t.Errorf("%s: %s %.80s", path, page.header, page.body)
		}
		c.get(404, path, "Accept", "*/*").isProblem(t, 404, "not-found", "")
	}
	c.get(404, "/session/redis/nothing", "Accept", browser).isProblem(t, 404, "not-found", "session-redis")

	pages := web.NewPages()
	for _, route := range c.server.Handler().(*gin.Engine).Routes() {
		r := httptest.NewRequest(http.MethodGet, route.Path, nil)
		r.Header.Set("Accept", browser)
		if pages.Has(r) && !slices.Contains(pages.Paths(), route.Path) {
			t.Errorf("a browser cannot come to %s", route.Path)
		}
	}
}

// catalogueOf is every text of a language by its whole key.
func catalogueOf(t *testing.T, lang string) map[string]string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("assets", "lang", lang+".json"))
	must(t, err)
	var tree map[string]any
	must(t, json.Unmarshal(content, &tree))
	texts := map[string]string{}
	var walk func(prefix string, node any)
	walk = func(prefix string, node any) {
		switch node := node.(type) {
		case string:
			texts[prefix] = node
		case []any:
			for i, child := range node {
				walk(prefix+"["+string(rune('0'+i))+"]", child)
			}
		case map[string]any:
			for name, child := range node {
				walk(strings.TrimPrefix(prefix+"."+name, "."), child)
			}
		default:
			t.Errorf("%s: %s is a %T", lang, prefix, node)
		}
	}
	walk("", tree)
	return texts
}

func TestBothCataloguesHaveTheSameKeysAndTheSameBlanks(t *testing.T) {
	en, es := catalogueOf(t, "en"), catalogueOf(t, "es")
	for key := range en {
		if _, ok := es[key]; !ok {
			t.Errorf("%s is not in Spanish", key)
		}
	}
	for key := range es {
		if _, ok := en[key]; !ok {
			t.Errorf("%s is not in English", key)
		}
	}
	blank := regexp.MustCompile(`\{\w+\}`)
	blanks := func(text string) []string {
		return slices.Sorted(maps.Keys(func() map[string]bool {
			found := map[string]bool{}
			for _, b := range blank.FindAllString(text, -1) {
				found[b] = true
			}
			return found
		}()))
	}
	for key, text := range en {
		if text == "" || es[key] == "" {
			t.Errorf("%s is empty", key)
		}
		if !slices.Equal(blanks(text), blanks(es[key])) {
			t.Errorf("%s: %q and %q are not filled in alike", key, text, es[key])
		}
	}
}

// A text that a person reads is in the catalogue: no page and no script has one of its own.
func TestNoTextIsHardCoded(t *testing.T) {
	en := catalogueOf(t, "en")
	code := regexp.MustCompile(`{{[^}]*}}|<[^>]*>|&[a-z]+;`)
	letters := regexp.MustCompile(`[A-Za-zÀ-ÿ]{3,}`)
	attribute := regexp.MustCompile(`(?:title|aria-label|placeholder|alt)="([^"{]*[A-Za-z]{3,}[^"{]*)"`)
	called := regexp.MustCompile("\\bt\\(\\s*\"([\\w.-]+)\"")
	comment := regexp.MustCompile(`{{/\*[\s\S]*?\*/}}|<!--[\s\S]*?-->`)
	must(t, fs.WalkDir(os.DirFS("assets"), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(filepath.Join("assets", filepath.FromSlash(name)))
		must(t, err)
		switch path.Ext(name) {
		case ".html":
			body := comment.ReplaceAllString(string(content), "")
			for _, policy := range []string{"round-robin", "sticky", "hash"} { // what X-Balance takes, in every language
				body = strings.ReplaceAll(body, ">"+policy+"<", "><")
			}
			if said := letters.FindString(strings.ReplaceAll(code.ReplaceAllString(body, " "), "Authlab", "")); said != "" {
				t.Errorf("%s says %q itself", name, said)
			}
			if found := attribute.FindStringSubmatch(body); found != nil {
				t.Errorf("%s says %q itself", name, found[1])
			}
		case ".js":
			for _, use := range called.FindAllStringSubmatch(string(content), -1) {
				if _, ok := en[use[1]]; !ok {
					t.Errorf("%s asks for %q, which the catalogue does not have", name, use[1])
				}
			}
			for _, unsafe := range []string{"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("} {
				if strings.Contains(string(content), unsafe) {
					t.Errorf("%s: %s", name, unsafe)
				}
			}
		}
		return nil
	}))
}

// The heavier language of each page, with all that it loads.
func TestEveryPageIsLight(t *testing.T) {
	const (
		most           = 150 << 10
		mostCompressed = 40 << 10
		mostRequests   = 25
	)
	_, c := alone(t)
	loads := regexp.MustCompile(`<(?:script|link|img)[^>]*(?:src|href)="([^"]*)"`)
	imports := regexp.MustCompile(`(?:import|from)"\./([^"]*)"`) // and not import("…"), which comes when it is needed
	for _, at := range pagePaths {
		for _, lang := range []string{"en", "es"} {
			files := map[string]bool{at + "?lang=" + lang: true}
			for _, load := range loads.FindAllStringSubmatch(c.get(200, at+"?lang="+lang).body, -1) {
				files[load[1]] = true
				for _, part := range imports.FindAllStringSubmatch(c.get(200, load[1]).body, -1) {
					files["/assets/"+part[1]] = true
				}
			}
			whole, compressed := 0, 0
			for name := range files {
				whole += len(c.get(200, name).body)
				compressed += len(c.get(200, name, "Accept-Encoding", "gzip").body)
			}
			t.Logf("%s in %s: %d KB, compressed %d KB, %d requests", at, lang, whole>>10, compressed>>10, len(files))
			if whole > most || compressed > mostCompressed || len(files) > mostRequests {
				t.Errorf("%s in %s is heavy", at, lang)
			}
		}
	}
}

// The script that a browser gets is made of all that was written, and leads a developer back to it.
func TestAScriptHasASourceMap(t *testing.T) {
	_, c := alone(t)
	for _, page := range []string{"walkthrough", "playground", "inspector"} {
		script := c.get(200, "/assets/"+page+".js").body
		if !strings.Contains(script, "//# sourceMappingURL="+page+".js.map") || strings.Contains(script, "import ") {
			t.Errorf("%s.js: %d bytes", page, len(script))
		}
		if sources := c.get(200, "/assets/"+page+".js.map").body; !strings.Contains(sources, "/lang.js") {
			t.Errorf("the map of %s.js does not tell where it comes from", page)
		}
	}
}

// The pages of a container are those that other programs make at their start, and so is what they load.
func TestTheFilesThatAreWrittenAreThoseThatAreServed(t *testing.T) {
	folder := t.TempDir()
	must(t, web.WriteFiles(folder))
	_, c := alone(t)
	for name, at := range map[string]string{"walkthrough": "/", "playground": "/playground", "inspector": "/inspector"} {
		for _, lang := range []string{"en", "es"} {
			written, err := os.ReadFile(filepath.Join(folder, name+"."+lang+".html"))
			must(t, err)
			if served := c.get(200, at, "Accept-Language", lang).body; served != string(written) {
				t.Errorf("%s in %s is written otherwise", name, lang)
			}
			written, err = os.ReadFile(filepath.Join(folder, name+"."+lang+".named.html"))
			must(t, err)
			if served := c.get(200, at+"?lang="+lang).body; served != string(written) {
				t.Errorf("%s?lang=%s is written otherwise", name, lang)
			}
		}
	}
	for _, address := range web.NewPages().Paths() {
		if !strings.HasPrefix(address, "/assets/") {
			continue
		}
		written, err := os.ReadFile(filepath.Join(folder, filepath.FromSlash(address)))
		must(t, err)
		if c.get(200, address).body != string(written) {
			t.Errorf("%s is written otherwise", address)
		}
	}
}
