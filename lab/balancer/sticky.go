package balancer

import (
	"net/http"
	"regexp"
	"strings"
)

// cookieName is the balancer's own cookie. Its value is the name of a replica. It needs no signature: a forged one only
// chooses a replica.
const cookieName = "authlab_replica"

// sticky keeps a client on the replica that its cookie names, so that the client reaches what only that replica
// remembers, for as long as that replica lives.
type sticky struct {
	fallback policy // for a client without a cookie, or whose replica is unknown or not available
}

var _ policy = sticky{}

// pick returns the candidate that the request's cookie names if it is available, else what the fallback picks.
func (p sticky) pick(r *http.Request, candidates []candidate) int {
	if name := cookieReplica(r); name != "" {
		for i, c := range candidates {
			if c.name == name && c.available {
				return i
			}
		}
	}
	return p.fallback.pick(r, candidates)
}

// cookieReplica returns the name of the replica in the request's cookie, or "".
func cookieReplica(r *http.Request) string {
	cookie, err := r.Cookie(cookieName)
	if err != nil { // http.ErrNoCookie
		return ""
	}
	return cookie.Value
}

// setReplicaCookie adds the cookie to a response, unless the client's cookie names that replica already. It has no Max-Age
// and no Secure: it ends with the browser, and the lab speaks plain HTTP on loopback.
func setReplicaCookie(response http.Header, r *http.Request, replica string) {
	if cookieReplica(r) == replica {
		return
	}
	cookie := http.Cookie{Name: cookieName, Value: replica, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode}
	response.Add("Set-Cookie", cookie.String())
}

var publicDirective = regexp.MustCompile(`(?i)\bpublic\b`)

// makePrivate lets only the client's own cache keep a response that the cookie may be in. From a shared cache (RFC 9111,
// section 5.2.2.9) the next client would get the cookie too, and all would be pinned to one replica.
func makePrivate(response http.Header) {
	for i, line := range response["Cache-Control"] {
		response["Cache-Control"][i] = publicDirective.ReplaceAllString(line, "private")
	}
}

// dropCookie removes the balancer's cookie from a request header. Every other byte stays: re-encoding the other cookies
// would change those that are not well-formed.
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
	if !strings.Contains(line, cookieName) {
		return line
	}
	var kept []string
	pairs := strings.Split(line, ";")
	for _, pair := range pairs {
		if name, _, _ := strings.Cut(pair, "="); strings.Trim(name, " \t") != cookieName {
			kept = append(kept, pair)
		}
	}
	if len(kept) > 0 && len(kept) < len(pairs) {
		kept[0] = strings.TrimPrefix(kept[0], " ") // it may have been the second
	}
	return strings.Join(kept, ";")
}
