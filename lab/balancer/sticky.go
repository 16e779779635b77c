package balancer

import (
	"net/http"
	"strings"
)

// CookieName is the balancer's own cookie. Its value is the name of a replica: nothing secret, and nothing trusted,
// since all that a forged one can do is to choose a replica.
const CookieName = "authlab_replica"

// Sticky keeps a client on the replica that its cookie names, so that what only that replica remembers stays in reach.
// It lasts exactly as long as the replica does.
type Sticky struct {
	Fallback Policy // who chooses for a client without a cookie, or whose replica is unknown or not available
}

var _ Policy = Sticky{}

// Pick returns the candidate that the request's cookie names if it is available, else what the Fallback picks.
func (p Sticky) Pick(r *http.Request, candidates []Candidate) int {
	if name := stuckTo(r); name != "" {
		for i, c := range candidates {
			if c.Name == name && c.Available {
				return i
			}
		}
	}
	return p.Fallback.Pick(r, candidates)
}

func stuckTo(r *http.Request) string {
	cookie, err := r.Cookie(CookieName)
	if err != nil { // http.ErrNoCookie, the only one there is
		return ""
	}
	return cookie.Value
}

// stick adds the cookie to a response, unless the client's own names that replica already. It carries no Max-Age and no
// Secure: it ends with the browser, and the lab speaks plain HTTP on loopback.
func stick(response http.Header, r *http.Request, replica string) {
	if stuckTo(r) == replica {
		return
	}
	cookie := http.Cookie{Name: CookieName, Value: replica, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode}
	response.Add("Set-Cookie", cookie.String())
}

// dropCookie removes the balancer's cookie from a request header and leaves every other byte of it alone: the other
// cookies are the client's business with the replica, and re-encoding them would change the odd ones.
func dropCookie(request http.Header) {
	lines := request["Cookie"]
	kept := lines[:0:0]
	for _, line := range lines {
		if line = withoutCookie(line); line != "" {
			kept = append(kept, line)
		}
	}
	if len(kept) == 0 {
		request.Del("Cookie")
		return
	}
	request["Cookie"] = kept
}

func withoutCookie(line string) string {
	if !strings.Contains(line, CookieName) {
		return line
	}
	var kept []string
	pairs := strings.Split(line, ";")
	for _, pair := range pairs {
		if name, _, _ := strings.Cut(pair, "="); strings.Trim(name, " \t") != CookieName {
			kept = append(kept, pair)
		}
	}
	if len(kept) > 0 && len(kept) < len(pairs) {
		kept[0] = strings.TrimPrefix(kept[0], " ") // it may have been the second
	}
	return strings.Join(kept, ";")
}
