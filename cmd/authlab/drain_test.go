package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"authlab/lab/testkit"

	"github.com/alicebob/miniredis/v2"
)

// SIGTERM ends the program by its context. A login that is under way then comes to its end, and a new one does not begin.
func TestAReplicaThatEndsAnswersWhatIsUnderWay(t *testing.T) {
	address, end := startingWith(t, &bytes.Buffer{}, "serve", "--redis", "redis://"+miniredis.RunT(t).Addr())
	host := strings.TrimPrefix(address, "http://")
	conn, err := net.Dial("tcp", host)
	testkit.Must(t, err)
	defer conn.Close()
	fmt.Fprintf(conn, "POST /session/redis/login HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n", host, len(alice))
	in := bufio.NewReader(conn)
	if line, err := in.ReadString('\n'); err != nil || line != "HTTP/1.1 100 Continue\r\n" {
		t.Fatalf("%q, %v", line, err) // the replica reads the body: the request is under way
	}
	_, _ = in.ReadString('\n')
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		end()
	}()
	for { // until it accepts no more
		late, err := net.DialTimeout("tcp", host, time.Second)
		if err != nil {
			break
		}
		late.Close()
	}
	select {
	case <-ended:
		t.Fatal("it ended while a request was under way")
	default:
	}
	_, _ = io.WriteString(conn, alice)
	response, err := http.ReadResponse(in, nil)
	testkit.Must(t, err)
	defer response.Body.Close()
	loggedIn := func(c *http.Cookie) bool { return c.Name == "session-redis" }
	if response.StatusCode != http.StatusOK || !slices.ContainsFunc(response.Cookies(), loggedIn) {
		t.Errorf("the login that was under way: %d %v", response.StatusCode, response.Header)
	}
	<-ended
}
