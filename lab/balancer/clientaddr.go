package balancer

import (
	"net/http"
	"net/netip"
	"strings"
)

// clientAddr returns the address that a request came from, as far as it can be believed.
func clientAddr(r *http.Request) netip.Addr {
	if addr, ok := believedAddr(r); ok {
		return addr
	}
	return peerAddr(r)
}

// believedAddr returns the first valid address of X-Forwarded-For, if there is one and the TCP peer is loopback: the
// lab simulates users, and the lab runs on loopback. From anywhere else that header is what a stranger says about
// himself, and believing it would let him choose his replica, or somebody else's address.
func believedAddr(r *http.Request) (netip.Addr, bool) {
	if !peerAddr(r).IsLoopback() {
		return netip.Addr{}, false
	}
	for _, line := range r.Header["X-Forwarded-For"] {
		for entry := range strings.SplitSeq(line, ",") {
			if addr, err := netip.ParseAddr(strings.TrimSpace(entry)); err == nil {
				return canonical(addr), true
			}
		}
	}
	return netip.Addr{}, false
}

// peerAddr returns the TCP peer's address; the zero Addr where there is none (a Unix socket).
func peerAddr(r *http.Request) netip.Addr {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return canonical(peer.Addr())
}

// canonical makes one client one address: ::ffff:192.0.2.1 is 192.0.2.1, and the zone is only this host's name for a
// network card.
func canonical(addr netip.Addr) netip.Addr {
	return addr.Unmap().WithZone("")
}
