package web

import (
	"net"
	"net/netip"
	"strings"

	"github.com/gin-gonic/gin"
)

const headerForwarded = "X-Forwarded-For"

// trustProxies makes gin believe the configured proxies, and in one header alone: a proxy that writes X-Forwarded-For may
// pass the client's own X-Real-IP on. Without it, gin believes every client.
func (s *Server) trustProxies(r *gin.Engine) {
	r.RemoteIPHeaders = []string{headerForwarded}
	if err := r.SetTrustedProxies(s.config.TrustedProxies); err != nil {
		panic(err) // Config says what they have to be
	}
}

// clientAddress is the address that a request came from: the TCP peer's, or, if that is one of Config.TrustedProxies, what
// it says in X-Forwarded-For.
//
// gin follows that header from its end over the trusted proxies, and so cannot be deceived by what the client wrote at its
// beginning. But it reads the first of several lines alone, and gives up at an entry with a port or with brackets: then all
// clients of a proxy that writes such lines would have one address, and share one count of failed logins. So the header is
// put into the form that gin reads.
func clientAddress(c *gin.Context) string {
	if lines := c.Request.Header.Values(headerForwarded); len(lines) > 0 {
		entries := strings.Split(strings.Join(lines, ","), ",")
		for i, entry := range entries {
			entries[i] = plainAddress(strings.TrimSpace(entry))
		}
		c.Request.Header.Set(headerForwarded, strings.Join(entries, ", "))
	}
	return c.ClientIP()
}

// plainAddress returns the address in an entry of X-Forwarded-For: 192.0.2.1:4711, [2001:db8::1], [2001:db8::1]:4711. An
// entry without an address stays as it is.
func plainAddress(entry string) string {
	host, _, err := net.SplitHostPort(entry)
	if err != nil {
		host = strings.TrimSuffix(strings.TrimPrefix(entry, "["), "]")
	}
	address, err := netip.ParseAddr(host)
	if err != nil {
		return entry
	}
	return address.Unmap().WithZone("").String()
}
