package web_test

import (
	"bufio"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"authlab/web"
)

// An answer is a response, read to its end.
type answer struct {
	status  int
	header  http.Header
	body    string
	cookies []*http.Cookie
}

func read(t testing.TB, response *http.Response) answer {
	t.Helper()
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	must(t, err)
	if response.Header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("%d %s: a browser may guess another type", response.StatusCode, response.Header.Get("Content-Type"))
	}
	if len(response.Cookies()) > 0 && strings.Contains(response.Header.Get("Cache-Control"), "public") {
		t.Errorf("a public answer sets %v", response.Cookies())
	}
	return answer{response.StatusCode, response.Header, string(body), response.Cookies()}
}

func readAnswer(t testing.TB, conn net.Conn) answer {
	t.Helper()
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	must(t, err)
	return read(t, response)
}

// isProblem asserts that an answer is a problem of a type, with every member that a problem has.
func (a answer) isProblem(t testing.TB, status int, name, scheme string) web.Problem {
	t.Helper()
	var problem web.Problem
	decoder := json.NewDecoder(strings.NewReader(a.body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&problem); err != nil {
		t.Errorf("not a problem: %v: %.300s", err, a.body)
		return problem
	}
	want := web.Problem{
		Type: "urn:authlab:problem:" + name, Title: problem.Title, Status: status, Detail: problem.Detail,
		Scheme: scheme, Replica: a.header.Get("X-Served-By"),
	}
	if problem != want || problem.Title == "" || problem.Detail == "" || problem.Replica == "" {
		t.Errorf("problem %+v, want %+v with a title and a detail", problem, want)
	}
	if strings.Contains(problem.Detail, "Redis") && a.costs()["store"] == 0 {
		t.Errorf("%s says what Redis answered, and Redis was not asked: %s", name, problem.Detail)
	}
	if status == http.StatusUnauthorized && a.header.Get("WWW-Authenticate") == "" {
		t.Errorf("%s: a 401 without a challenge", name)
	}
	if a.status != status || a.header.Get("Content-Type") != web.ProblemType {
		t.Errorf("%d %s, want %d %s", a.status, a.header.Get("Content-Type"), status, web.ProblemType)
	}
	return problem
}

// problemName is the end of the problem's type.
func (a answer) problemName() string {
	var problem web.Problem
	if json.Unmarshal([]byte(a.body), &problem) != nil {
		return ""
	}
	return strings.TrimPrefix(problem.Type, "urn:authlab:problem:")
}

// costs counts the entries of Server-Timing by name.
func (a answer) costs() map[string]int {
	counts := map[string]int{}
	for entry := range strings.SplitSeq(a.header.Get("Server-Timing"), ", ") {
		if name, _, ok := strings.Cut(entry, ";"); ok {
			counts[name]++
		}
	}
	return counts
}
