package web

import (
	"net"
	"strings"
)

// HostToOpen is the host and port at which this machine reaches a listener of its own. One that listens on all addresses
// says 0.0.0.0 or [::], which no browser can open.
func HostToOpen(listening net.Addr) string {
	host, port, err := net.SplitHostPort(listening.String())
	if err != nil {
		return listening.String()
	}
	if ip := net.ParseIP(host); ip == nil || ip.IsUnspecified() || strings.Contains(host, "%") {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port)
}
