// Package testkit is what the tests of several rooms do alike: to ask a server, and to do without a part that this machine lacks.
package testkit

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
)

// Must ends a test that cannot go on after an error.
func Must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// An Answer is a response whose body has been read: it is Text.
type Answer struct {
	*http.Response
	Text string
}

// JSON decodes the answer.
func (a Answer) JSON(t testing.TB, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(a.Text), into); err != nil {
		t.Fatalf("%s %s: %v: %.300s", a.Request.URL.Path, a.Status, err, a.Text)
	}
}

// Send sends a request, with headers given as name, value, name, value, and reads the answer. A body that begins with { is JSON,
// unless they say otherwise. A redirect is not followed.
func Send(t testing.TB, method, url, body string, headers ...string) Answer {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	Must(t, err)
	for i := 0; i < len(headers); i += 2 {
		request.Header.Add(headers[i], headers[i+1])
	}
	if strings.HasPrefix(body, "{") && request.Header.Get("Content-Type") == "" {
		request.Header.Set("Content-Type", "application/json")
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(request)
	Must(t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatalf("%s %s: %v", method, url, err)
	}
	return Answer{response, string(text)}
}

// NextEvent waits, in a stream of server-sent events, for one of this name whose data has the text in it.
func NextEvent(t testing.TB, lines *bufio.Scanner, name, text string) {
	t.Helper()
	current := ""
	for lines.Scan() {
		if event, ok := strings.CutPrefix(lines.Text(), "event: "); ok {
			current = event
		}
		if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok && current == name && strings.Contains(data, text) {
			return
		}
	}
	t.Fatalf("the stream ended without %s %q", name, text)
}
