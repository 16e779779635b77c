package web_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"authlab/web"
)

func TestAFileIsCompressedForABrowserThatTakesThatAndKeptByItsHash(t *testing.T) {
	pages := web.NewPages()
	ask := func(path string, headers ...string) *httptest.ResponseRecorder {
		request := httptest.NewRequest(http.MethodGet, path, nil)
		for i := 0; i < len(headers); i += 2 {
			request.Header.Set(headers[i], headers[i+1])
		}
		answer := httptest.NewRecorder()
		pages.ServeHTTP(answer, request)
		return answer
	}
	for _, path := range []string{"/", "/assets/walkthrough.js", "/assets/inspector.css", "/playground?lang=es", "/assets/schemes.json"} {
		plain, packed := ask(path), ask(path, "Accept-Encoding", "br, gzip")
		if plain.Header().Get("Content-Encoding") != "" || packed.Header().Get("Content-Encoding") != "gzip" || packed.Body.Len() >= plain.Body.Len() {
			t.Errorf("%s: %d bytes, compressed %d", path, plain.Body.Len(), packed.Body.Len())
		}
		unpacked, err := gzip.NewReader(packed.Body)
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		if whole, err := io.ReadAll(unpacked); err != nil || string(whole) != plain.Body.String() {
			t.Errorf("%s: unpacked to %d bytes, %v", path, len(whole), err)
		}
		if vary := strings.Join(plain.Header().Values("Vary"), ", "); !strings.Contains(vary, "Accept-Encoding") {
			t.Errorf("%s: Vary is %q", path, vary)
		}
		if plain.Header().Get("ETag") == packed.Header().Get("ETag") {
			t.Errorf("%s: two encodings have one ETag (RFC 9110, section 8.8.1)", path)
		}
		again := ask(path, "Accept-Encoding", "gzip", "If-None-Match", packed.Header().Get("ETag"))
		if again.Code != http.StatusNotModified || again.Body.Len() > 0 {
			t.Errorf("%s: unchanged, and %d with %d bytes", path, again.Code, again.Body.Len())
		}
	}
}
