package web_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"authlab/web"
	"authlab/web/scheme"
)

// inProcess is a replica without a network, and without a log.
func inProcess(t testing.TB) http.Handler {
	t.Helper()
	w := newWorld(t)
	w.log = nil
	return web.New(w.config(t, "app-1")).Handler()
}

// refused asserts that a request ends in one of the statuses, and in a whole problem if that is an error.
func refused(t *testing.T, handler http.Handler, request *http.Request, statuses ...int) {
	t.Helper()
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, request)
	if !slices.Contains(statuses, answer.Code) {
		t.Fatalf("%s %s: %d, want one of %v: %s", request.Method, request.URL.Path, answer.Code, statuses, answer.Body)
	}
	var problem web.Problem
	if answer.Code < 400 {
		return
	}
	if err := json.Unmarshal(answer.Body.Bytes(), &problem); err != nil || problem.Status != answer.Code || answer.Header().Get("Content-Type") != web.ProblemType {
		t.Fatalf("%s: %v: %s", answer.Header().Get("Content-Type"), err, answer.Body)
	}
}

func FuzzNoBodyIsAMistakeOfOurs(f *testing.F) {
	for _, body := range []string{
		"", "{", "null", "[]", `"x"`, "{}{}", "\x00", "\xff", "1e999", strings.Repeat("[", 4000), strings.Repeat(" ", 5000),
		`{"username":"alice","password":"wonderland"}`, `{"username":"alice","password":"wrong"}`, `{"username":1}`,
		`{"refresh_token":"AAAA"}`, `{"refresh_token":{}}`, `{"username":"\ud800","password":"\u0000"}`, `{"USERNAME":"alice","username":"bob"}`,
	} {
		f.Add(body, "application/json")
	}
	f.Add("username=alice", "application/x-www-form-urlencoded")
	f.Add("{}", "application/json; charset=\"")
	handler := inProcess(f)
	f.Fuzz(func(t *testing.T, body, media string) {
		for path, good := range map[string]int{
			"/session/redis/login": 200, "/authenticate": 200, "/token/cookie/login": 200, "/token/refresh": 401, "/token/logout": 401,
		} {
			request := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
			request.Header["Content-Type"] = []string{media}
			refused(t, handler, request, good, 400, 401, 413, 415)
		}
	})
}

func FuzzNoCredentialIsAMistakeOfOurs(f *testing.F) {
	for _, text := range []string{
		"", "garbage", "a.b.c", "\x00", "\xff\xfe", `"`, ";", "=", ":", strings.Repeat("A", 43), strings.Repeat("A", 64), strings.Repeat(".", 9000),
		"eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.eyJzdWIiOiJhbGljZSJ9.", "eyJ0eXAiOiJhdCtqd3QifQ.e30.AA",
		"MTcwMDAwMDAwMHx7InVzZXIiOiJhbGljZSJ9fEFBQUE=",
	} {
		f.Add(text)
	}
	handler := inProcess(f)
	f.Fuzz(func(t *testing.T, text string) {
		for _, r := range routes() {
			request := httptest.NewRequest(http.MethodGet, r.base+"/me", nil)
			switch {
			case r.scheme == scheme.Basic:
				request.Header["Authorization"] = []string{"Basic " + text}
				if _, err := base64.StdEncoding.DecodeString(text); err == nil {
					continue // a password, which costs its hash: TestAMalformedNameAndPasswordAreA401
				}
			case r.keepsTokens():
				request.Header["Authorization"] = []string{"Bearer " + text}
			default:
				request.Header["Cookie"] = []string{r.scheme + "=" + text}
			}
			refused(t, handler, request, 401)
		}
	})
}
