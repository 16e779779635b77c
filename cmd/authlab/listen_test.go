package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"authlab/lab/testkit"

	"github.com/alicebob/miniredis/v2"
)

// TestThePrintedAddressCanBeOpened listens on all addresses, which are no address to open.
func TestThePrintedAddressCanBeOpened(t *testing.T) {
	redis := "redis://" + miniredis.RunT(t).Addr()
	for name, args := range map[string][]string{
		"the lab": {"--listen", ":0"}, "a replica": {"serve", "--listen", ":0", "--redis", redis},
		"the second service": {"resource", "--listen", "0.0.0.0:0"},
		"the console":        {"console", "--listen", ":0", "--log-listen", "127.0.0.1:0", "--agents", "app-1:1", "--redis", redis},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			reader, out := io.Pipe()
			done := make(chan error, 1)
			go func() {
				err := run(ctx, args, func(string) string { return "" }, out, io.Discard)
				done <- errors.Join(err, out.Close())
			}()
			text := make([]byte, 4096)
			n, err := reader.Read(text)
			if err != nil {
				t.Fatalf("it printed nothing: %v", <-done)
			}
			url := regexp.MustCompile(`http://\S+:\d+`).FindString(string(text[:n]))
			if !strings.HasPrefix(url, "http://127.0.0.1:") {
				t.Errorf("it says %q", text[:n])
			}
			if response := testkit.Send(t, http.MethodGet, url+"/livez", ""); response.StatusCode/100 != 2 {
				t.Errorf("%s answers %d", url, response.StatusCode)
			}
			cancel()
			if err := <-done; err != nil {
				t.Errorf("ended with %v", err)
			}
		})
	}
}

func TestAnotherPortIsAdvisedOnlyWhereThePortIsRefused(t *testing.T) {
	refused := os.NewSyscallError("bind", syscall.EACCES)
	for name, tt := range map[string]struct {
		err     error
		advised bool
	}{
		"port 80":        {&net.OpError{Op: "listen", Net: "tcp", Addr: &net.TCPAddr{Port: 80}, Err: refused}, true},
		"UDP port 514":   {&net.OpError{Op: "listen", Net: "udp", Addr: &net.UDPAddr{Port: 514}, Err: refused}, true},
		"port 8080":      {&net.OpError{Op: "listen", Net: "tcp", Addr: &net.TCPAddr{Port: 8080}, Err: refused}, false},
		"any free port":  {&net.OpError{Op: "listen", Net: "tcp", Addr: &net.TCPAddr{}, Err: refused}, false},
		"to connect":     {&net.OpError{Op: "dial", Net: "tcp", Addr: &net.TCPAddr{Port: 80}, Err: refused}, false},
		"a key file":     {&fs.PathError{Op: "open", Path: "keys.json", Err: syscall.EACCES}, false},
		"not of our own": {&net.OpError{Op: "listen", Net: "tcp", Addr: &net.TCPAddr{Port: 80}, Err: syscall.EADDRNOTAVAIL}, false},
	} {
		var stderr bytes.Buffer
		if code := exitCode(tt.err, &stderr); code != 1 || strings.Contains(stderr.String(), "above 1023") != tt.advised {
			t.Errorf("%s: exit %d, %q", name, code, stderr.String())
		}
	}
}
