package contract

import (
	"net"
	"net/netip"
	"strings"
)

// IsLoopback tells whether an address, with or without a port, is this machine: 127.0.0.1:8080, [::1], localhost.
func IsLoopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		host = address
	}
	ip, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return strings.EqualFold(host, "localhost") || (err == nil && ip.Unmap().IsLoopback())
}
