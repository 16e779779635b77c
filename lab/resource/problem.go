package resource

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"
)

// A problem is the body of every error (RFC 9457).
type problem struct {
	Type      string `json:"type"`
	Title     string `json:"title"`
	Status    int    `json:"status"`
	Detail    string `json:"detail"`
	Scheme    string `json:"scheme,omitempty"`
	HomeCalls int    `json:"home_calls"`
	Service   string `json:"service"`
}

var (
	errNoRoute  = errors.New("no such address")
	errNoMethod = errors.New("method not allowed here")
	errOrigin   = errors.New("origin is not allowed")
)

// A verdict is what an error means to the client.
type verdict struct {
	is     error
	status int
	name   string // the end of the problem's type
	title  string
	detail string // {service} and {why} are filled in
}

// verdicts is the one table from error to status.
var verdicts = []verdict{
	{errHome, 503, "home-unavailable", "Home does not answer", "{service} keeps no logins and cannot reach home, which does, so it can't tell right now. Your credential was left alone; try again."},
	{errUnknown, 401, "unknown-at-home", "Home does not know you", "{service} asked home. Home says: {why}"},
	{errNoToken, 401, "no-credential", "No token", "This request carries no token, so {service} does not know who is calling."},
	{errToken, 401, "token-invalid", "Token is not valid", "{service} has checked the token by itself: {why}."},
	{errOrigin, 403, "origin", "Pages of this origin may not call", "{service} lets pages of some origins send it a token, and this page is of another."},
	{errNoRoute, 404, "not-found", "Nothing here", "There is nothing at this address."},
	{errNoMethod, 405, "method", "Wrong method", "There is something at this address, but not for this method; the Allow header says for which."},
}

// refuse answers an error and ends the request.
func (s *Service) refuse(c *gin.Context, err error) {
	v := verdict{status: http.StatusInternalServerError, name: "internal", title: "Mistake of ours", detail: "{service} made a mistake; its log says more."}
	for _, candidate := range verdicts {
		if errors.Is(err, candidate.is) {
			v = candidate
			break
		}
	}
	if v.status >= http.StatusInternalServerError && !errors.Is(err, errTooOften) {
		s.config.Logger.Error("refused", "service", s.config.Name, "route", c.FullPath(), "error", err)
	}
	scheme := c.GetString(schemeKey)
	challenge(c, scheme, v)
	if v.status == http.StatusServiceUnavailable {
		c.Header("Retry-After", "1")
	}
	why := ""
	if v.is != nil {
		why = strings.TrimPrefix(err.Error(), v.is.Error()+": ")
	}
	c.Header("Content-Type", "application/problem+json")
	c.Abort()
	respond(c, v.status, problem{
		Type: "urn:authlab:problem:" + v.name, Title: v.title, Status: v.status,
		Detail: strings.NewReplacer("{service}", s.config.Name, "{why}", why).Replace(v.detail),
		Scheme: scheme, HomeCalls: timingOf(c.Request.Context()).homeCalls, Service: s.config.Name,
	})
}

// challenge adds WWW-Authenticate to a 401, which always has one (RFC 9110, section 15.5.2; RFC 6750, section 3). For
// cookies there is no registered scheme, and a browser ignores one that it does not know.
func challenge(c *gin.Context, scheme string, v verdict) {
	switch {
	case v.status != http.StatusUnauthorized:
	case !strings.HasPrefix(scheme, "token-"):
		c.Header("WWW-Authenticate", `Cookie realm="authlab"`)
	case errors.Is(v.is, errNoToken):
		c.Header("WWW-Authenticate", `Bearer realm="authlab"`)
	default:
		c.Header("WWW-Authenticate", fmt.Sprintf(`Bearer realm="authlab", error="invalid_token", error_description=%q`, v.title))
	}
}
