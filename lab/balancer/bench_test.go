package balancer_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"authlab/lab/balancer"
)

// BenchmarkGET compares one GET through the balancer with the same GET sent to the replica directly.
//
//	go test -bench GET -benchmem ./lab/balancer/
func BenchmarkGET(b *testing.B) {
	replica := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"scheme":"basic","user":{"name":"alice"},"replica":"app-1"}`)
	}))
	defer replica.Close()
	bal := balancer.New(balancer.Config{Backends: func() []balancer.Backend {
		return []balancer.Backend{{Name: "app-1", Addr: replica.Listener.Addr().String()}}
	}})
	defer bal.Close()
	front := httptest.NewServer(bal)
	defer front.Close()

	for _, target := range []struct{ name, url string }{{"direct", replica.URL}, {"balanced", front.URL}} {
		b.Run(target.name, func(b *testing.B) {
			client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
			defer client.CloseIdleConnections()
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					res, err := client.Get(target.url)
					if err != nil {
						b.Error(err)
						return
					}
					_, _ = io.Copy(io.Discard, res.Body)
					_ = res.Body.Close()
				}
			})
		})
	}
}
