package token

import (
	"fmt"
	"net/http"
	"strings"
)

// A Source finds the token in a request. ErrNoToken: there is none.
type Source func(*http.Request) (string, error)

// FromHeader is the Source for Authorization: Bearer (RFC 6750, section 2.1). It does not read a token from the query or
// from a form, because addresses and forms end up in logs.
func FromHeader(r *http.Request) (string, error) { return fromHeader(r, "Bearer") }

// FromBoundHeader is the Source for Authorization: DPoP (RFC 9449, section 7.1).
func FromBoundHeader(r *http.Request) (string, error) { return fromHeader(r, "DPoP") }

func fromHeader(r *http.Request, wanted string) (string, error) {
	values := r.Header.Values("Authorization")
	if len(values) == 0 {
		return "", ErrNoToken
	}
	if len(values) > 1 {
		return "", fmt.Errorf("%w: %d Authorization headers", ErrFormat, len(values))
	}
	scheme, token, ok := strings.Cut(values[0], " ")
	if !strings.EqualFold(scheme, wanted) {
		return "", ErrNoToken
	}
	token = strings.TrimLeft(token, " ") // RFC 9110, section 11.4: one space or more
	if !ok || token == "" {
		return "", fmt.Errorf("%w: nothing after %s", ErrFormat, wanted)
	}
	return token, nil
}

// maxCookies is how many cookies of one name are verified: enough for those of other paths and domains, and few enough that
// one request cannot have the server check dozens of forged signatures.
const maxCookies = 8

// FromCookie returns the Source for a cookie of that name. A browser sends a cookie also when another site made it send
// the request, so the server has to refuse cross-origin requests that change something.
//
// A browser may send several cookies of one name, of other paths and domains, and does not tell which is whose (RFC 6265,
// section 4.2.2). The first of maxCookies that verify accepts counts; if it accepts none, the first.
func FromCookie(name string, verify func(string) (Verified, error)) Source {
	return func(r *http.Request) (string, error) {
		cookies := r.CookiesNamed(name)
		if len(cookies) == 0 {
			return "", ErrNoToken
		}
		if len(cookies) > 1 {
			for _, cookie := range cookies[:min(len(cookies), maxCookies)] {
				if _, err := verify(cookie.Value); err == nil {
					return cookie.Value, nil
				}
			}
		}
		return cookies[0].Value, nil
	}
}
