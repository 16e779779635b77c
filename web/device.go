package web

import (
	"cmp"
	"crypto/rand"
	"encoding/json"
	"net/http"

	"github.com/gin-gonic/gin"

	"authlab/account"
	"authlab/session"
)

// A known device is a browser in which a user has logged in before. It has a cookie, signed by the server, that says so. Its
// wrong passwords are counted by themselves: a guesser elsewhere, also at the same address, cannot keep its user out
// (OWASP, Slow Down Online Guessing Attacks with Device Cookies).
//
// The cookie is no credential: who has it may try passwords of one user, as often as every other client. A browser sends it to the
// login route alone, by its Path, so it takes no room in other requests.
const (
	deviceCookie = "device"
	deviceMaxAge = 365 * 24 * 3600 // seconds
	deviceID     = "id"            // of the values in the cookie
)

// loggedInDevice is the device of a caller who is logged in: each user has one.
const loggedInDevice = "logged-in"

// deviceName is the cookie's. Its Path is not /, so the prefix is not __Host-.
func (s *Server) deviceName() string {
	if s.config.Secure {
		return "__Secure-" + deviceCookie
	}
	return deviceCookie
}

// deviceOf returns the ID of the device if the user has logged in there before; else it is empty.
func (s *Server) deviceOf(c *gin.Context, user string) string {
	for _, cookie := range c.Request.CookiesNamed(s.deviceName()) {
		record, err := s.devices.Load(c.Request.Context(), cookie.Value)
		var id string
		if err == nil && record.User == user && json.Unmarshal(record.Values[deviceID], &id) == nil {
			return id
		}
	}
	return ""
}

// rememberDevice gives the browser of a user who has just logged in a cookie, which the newest key signs. Clients that keep
// tokens get none: they have refresh tokens, and many keep no cookies.
//
// A login does not fail for it: if a cookie cannot be made, the device is unknown the next time.
func (s *Server) rememberDevice(c *gin.Context, user account.User) {
	id := cmp.Or(s.deviceOf(c, user.Name), rand.Text())
	values, err := session.EncodeValues(map[any]any{deviceID: id})
	if err != nil {
		return
	}
	value, err := s.devices.Create(c.Request.Context(), session.Record{User: user.Name, Values: values})
	if err != nil {
		return
	}
	http.SetCookie(c.Writer, &http.Cookie{ //nolint:gosec // G124: Secure where there is TLS
		Name: s.deviceName(), Value: value, Path: c.FullPath(), MaxAge: deviceMaxAge,
		HttpOnly: true, Secure: s.config.Secure, SameSite: http.SameSiteLaxMode,
	})
}
