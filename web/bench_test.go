package web_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"authlab/web/scheme"
)

// BenchmarkMe is what one request of a caller who is logged in costs, in process: no network but that to Redis. basic is
// left out, because it measures nothing but its hash.
func BenchmarkMe(b *testing.B) {
	w := newWorld(b)
	w.log = nil
	c := newClient(b, w.start(b, "app-1"))
	for _, r := range routes() {
		if r.scheme != scheme.Basic {
			c.login(r.scheme, "alice")
			b.Run(r.scheme, func(b *testing.B) { benchmarkMe(b, c.server.Handler(), c, r) })
		}
	}
}

func benchmarkMe(b *testing.B, handler http.Handler, c *client, r route) {
	request := httptest.NewRequest(http.MethodGet, r.base+"/me", nil)
	if r.keepsTokens() {
		request.Header.Set("Authorization", "Bearer "+c.credential(r))
	} else {
		request.AddCookie(&http.Cookie{Name: r.scheme, Value: c.credential(r)})
	}
	b.ReportAllocs()
	for b.Loop() {
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, request)
		if answer.Code != http.StatusOK {
			b.Fatalf("%d %s", answer.Code, answer.Body)
		}
	}
}
