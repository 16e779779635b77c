package web_test

import (
	"net"
	"testing"

	"authlab/web"
)

func TestTheHostToOpenIsOneThatCanBeReached(t *testing.T) {
	for listening, want := range map[string]string{
		"[::]:8080": "127.0.0.1:8080", "0.0.0.0:8080": "127.0.0.1:8080", "127.0.0.1:8080": "127.0.0.1:8080",
		"[::1]:8080": "[::1]:8080", "192.0.2.7:8080": "192.0.2.7:8080",
	} {
		address, err := net.ResolveTCPAddr("tcp", listening)
		if err != nil {
			t.Fatal(err)
		}
		if got := web.HostToOpen(address); got != want {
			t.Errorf("%s: %s, want %s", listening, got, want)
		}
	}
}
