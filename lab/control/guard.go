package control

import (
	"crypto/subtle"
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// crossOrigin keeps other sites from breaking things in the lab of whoever visits them.
var crossOrigin = http.NewCrossOriginProtection()

// guard lets in whoever is on this machine, and whoever has the key. Asking for a loopback name in Host keeps a page
// on another site from reaching the lab under a name of its own (DNS rebinding).
func (c *Controls) guard(r *http.Request) error {
	key := r.Header.Get("X-Lab-Key")
	hasKey := c.config.LabKey != "" && subtle.ConstantTimeCompare([]byte(key), []byte(c.config.LabKey)) == 1
	switch {
	case crossOrigin.Check(r) != nil:
		return errCrossOrigin
	case !hasKey && (!c.config.FromHere(r) || !isLoopback(r.Host)):
		return errNotLoopback
	}
	return nil
}

func isLoopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		host = address
	}
	ip, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return strings.EqualFold(host, "localhost") || (err == nil && ip.Unmap().IsLoopback())
}
