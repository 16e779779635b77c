// Package jar keeps the cookies of several labs apart that one browser visits.
//
//	browser ── session-memory.8081=… ──▶ Apart ──▶ session-memory=… ──▶ the lab at port 8081
//	           session-memory.8080=… ──✕
//
// A cookie knows no port: a browser sends what one server of a host has set to all servers of that host, so that a login at
// one lab would take the place of the login at the other. Outside, the name of each cookie therefore ends with the lab's mark.
// The lab itself knows nothing of it.
package jar

import (
	"net/http"
	"strings"

	"authlab/web/scheme"
)

// header tells a page the mark, because no script can see a cookie that is HttpOnly.
const header = "X-Cookie-Mark"

// Apart serves a lab whose cookies have a mark outside. A cookie without one is sent on as well, so that a program can send
// what it wants; a browser has none.
func Apart(mark string, lab http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if lines := r.Header["Cookie"]; len(lines) > 0 {
			r.Header.Set("Cookie", own(strings.Join(lines, ";"), mark))
		}
		answer := &markedAnswer{ResponseWriter: w, mark: mark}
		lab.ServeHTTP(answer, r)
		answer.markOnce() // an answer without a body
	})
}

// own is what a lab with a mark gets to see of a Cookie header: its own cookies, and then those without a mark.
func own(line, mark string) string {
	var mine, plain []string
	for pair := range strings.SplitSeq(line, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(pair), "=")
		if bare, isMine := strings.CutSuffix(name, mark); isMine {
			mine = append(mine, bare+"="+value)
		} else if _, isOther := scheme.Unmarked(name); !isOther && name != "" {
			plain = append(plain, name+"="+value)
		}
	}
	return strings.Join(append(mine, plain...), "; ")
}

// A markedAnswer marks the cookies of an answer before its header is sent.
type markedAnswer struct {
	http.ResponseWriter
	mark string
	done bool
}

func (a *markedAnswer) markOnce() {
	if a.done {
		return
	}
	a.done = true
	a.Header().Set(header, a.mark)
	lines := a.Header()["Set-Cookie"]
	for i, line := range lines {
		if name, rest, ok := strings.Cut(line, "="); ok {
			lines[i] = name + a.mark + "=" + rest
		}
	}
	const challenge, parameter = "Www-Authenticate", `cookie-name="`
	for i, line := range a.Header()[challenge] {
		if before, after, ok := strings.Cut(line, parameter); ok {
			a.Header()[challenge][i] = before + parameter + strings.Replace(after, `"`, a.mark+`"`, 1)
		}
	}
}

func (a *markedAnswer) WriteHeader(status int) {
	if status >= http.StatusOK { // after a 1xx the header is still to come
		a.markOnce()
	}
	a.ResponseWriter.WriteHeader(status)
}

func (a *markedAnswer) Write(b []byte) (int, error) {
	a.markOnce()
	return a.ResponseWriter.Write(b)
}

// FlushError sends the header, if none has been sent.
func (a *markedAnswer) FlushError() error {
	a.markOnce()
	return http.NewResponseController(a.ResponseWriter).Flush()
}

// Unwrap lets http.ResponseController reach what is below.
func (a *markedAnswer) Unwrap() http.ResponseWriter { return a.ResponseWriter }
