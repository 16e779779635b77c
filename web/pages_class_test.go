package web_test

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"authlab/web"
)

func TestThePagesOfAClassAreLightAndOnlyAClassHasThem(t *testing.T) {
	_, replica := alone(t)
	pages := web.NewClassPages()
	get := func(path string) string {
		answer := httptest.NewRecorder()
		pages.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, path, nil))
		if answer.Code != http.StatusOK || answer.Header().Get("Content-Security-Policy") == "" {
			t.Fatalf("%s: %d %v", path, answer.Code, answer.Header())
		}
		return answer.Body.String()
	}
	loads := regexp.MustCompile(`<(?:script|link|img)[^>]*(?:src|href)="([^"]*)"`)
	inline := regexp.MustCompile(`<[^>]*\s(on[a-z]+|style)=[^>]*>|<style|<script>|javascript:`)
	for page, most := range map[string]int{"/join": 40 << 10, "/wall": 150 << 10, "/result": 30 << 10} {
		replica.get(404, page)
		for _, lang := range []string{"en", "es"} {
			html := get(page + "?lang=" + lang)
			if found := inline.FindString(html); found != "" || !strings.Contains(html, `<html lang="`+lang+`"`) {
				t.Errorf("%s in %s has %q, which the policy forbids", page, lang, found)
			}
			whole := len(html)
			for _, load := range loads.FindAllStringSubmatch(html, -1) {
				whole += len(get(load[1]))
			}
			t.Logf("%s in %s: %d bytes, not compressed", page, lang, whole)
			if whole > most {
				t.Errorf("%s in %s has %d bytes, more than %d", page, lang, whole, most)
			}
		}
	}
}

// What a browser of 2017 does not know must not be in the phone's script: syntax is the bundler's work, functions are ours.
func TestThePhonesScriptRunsInABrowserOf2017(t *testing.T) {
	answer := httptest.NewRecorder()
	web.NewClassPages().ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/assets/join.js", nil))
	for _, young := range []string{"?.", "??", "replaceChildren", "toggleAttribute", "globalThis", "structuredClone", ".at(", "replaceAll", "fromEntries", "allSettled", "crypto.", "AbortSignal", "static{", "flatMap"} {
		if strings.Contains(answer.Body.String(), young) {
			t.Errorf("the phone's script has %s", young)
		}
	}
}
