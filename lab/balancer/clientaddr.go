package balancer

import (
	"errors"
	"net/http"
	"net/netip"
	"strings"
)

// clientAddr returns the address that the hash policy uses: the forwarded one if it is trusted, else the TCP peer's.
func clientAddr(r *http.Request) netip.Addr {
	if addr, ok := forwardedAddr(r); ok {
		return addr
	}
	return peerAddr(r)
}

// forwardedAddr returns the first valid address of X-Forwarded-For, if the TCP peer is loopback: the lab simulates users
// with it, and runs on loopback. From other peers the header is not trusted: an attacker could choose a replica with it,
// or pass for another client.
func forwardedAddr(r *http.Request) (netip.Addr, bool) {
	if !peerAddr(r).IsLoopback() {
		return netip.Addr{}, false
	}
	for _, line := range r.Header["X-Forwarded-For"] {
		for entry := range strings.SplitSeq(line, ",") {
			if addr, err := parseForwarded(strings.TrimSpace(entry)); err == nil {
				return canonical(addr), true
			}
		}
	}
	return netip.Addr{}, false
}

// parseForwarded reads one entry of X-Forwarded-For. Some proxies write the client's port too (192.0.2.1:4711,
// [2001:db8::1]:4711), or brackets without a port. Brackets are for IPv6 alone (RFC 3986, section 3.2.2).
func parseForwarded(entry string) (netip.Addr, error) {
	if withPort, err := netip.ParseAddrPort(entry); err == nil {
		return withPort.Addr(), nil
	}
	inner, bracketed := strings.CutPrefix(entry, "[")
	inner, closed := strings.CutSuffix(inner, "]")
	addr, err := netip.ParseAddr(inner)
	if bracketed != closed || bracketed && addr.Is4() {
		return netip.Addr{}, errors.New("not an address: " + entry)
	}
	return addr, err
}

// peerAddr returns the TCP peer's address; the zero Addr where there is none (a Unix socket).
func peerAddr(r *http.Request) netip.Addr {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return canonical(peer.Addr())
}

// canonical returns the one form of an address that has several: ::ffff:192.0.2.1 becomes 192.0.2.1, and the zone, this
// host's name for a network interface, is removed.
func canonical(addr netip.Addr) netip.Addr {
	return addr.Unmap().WithZone("")
}
