package web

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/gin-gonic/gin"
)

func TestTheAddressOfAClientIsWhatATrustedProxySays(t *testing.T) {
	const proxy, stranger = "127.0.0.1:1234", "203.0.113.9:1234"
	for name, tt := range map[string]struct {
		peer string
		sent []string
		want string
	}{
		"nothing":                       {proxy, nil, "127.0.0.1"},
		"an address":                    {proxy, []string{"10.0.0.7"}, "10.0.0.7"},
		"from a stranger":               {stranger, []string{"10.0.0.7"}, "203.0.113.9"},
		"a port":                        {proxy, []string{"10.0.0.7:99"}, "10.0.0.7"},
		"IPv6":                          {proxy, []string{"2001:DB8:0::7"}, "2001:db8::7"},
		"IPv6 in brackets":              {proxy, []string{"[2001:db8::7]"}, "2001:db8::7"},
		"IPv6 in brackets with a port":  {proxy, []string{"[2001:db8::7]:99"}, "2001:db8::7"},
		"IPv4 as IPv6":                  {proxy, []string{"::ffff:10.0.0.7"}, "10.0.0.7"},
		"a zone":                        {proxy, []string{"fe80::1%eth0"}, "fe80::1"},
		"what the client wrote before":  {proxy, []string{"192.0.2.1, 10.0.0.7:99"}, "10.0.0.7"},
		"in a line of its own":          {proxy, []string{"192.0.2.1", "10.0.0.7"}, "10.0.0.7"},
		"a second trusted proxy":        {proxy, []string{"10.0.0.7", "127.0.0.2:80"}, "10.0.0.7"},
		"no address":                    {proxy, []string{"unknown"}, "127.0.0.1"},
		"no address, after one that is": {proxy, []string{"10.0.0.7, unknown"}, "127.0.0.1"},
		"a port that is none":           {proxy, []string{"2001:db8::7]:99"}, "127.0.0.1"},
	} {
		t.Run(name, func(t *testing.T) {
			s := &Server{config: Config{TrustedProxies: []string{"127.0.0.0/8"}}}
			engine := gin.New()
			s.trustProxies(engine)
			engine.GET("/", func(c *gin.Context) { c.String(http.StatusOK, clientAddress(c)) })
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
			r.RemoteAddr = tt.peer
			r.Header.Set("X-Real-IP", "192.0.2.99") // which some proxies pass on as the client sent it
			for _, line := range tt.sent {
				r.Header.Add(headerForwarded, line)
			}
			w := httptest.NewRecorder()
			engine.ServeHTTP(w, r)
			if got := w.Body.String(); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}
