package bff

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/gin-gonic/gin"

	"authlab/session"
)

// challenge is that of every 401.
const challenge = `Cookie realm="authlab"`

var (
	errBadJSON    = errors.New("not the JSON of a login")
	errAnswerSize = fmt.Errorf("an answer of more than %d bytes", maxAnswer)
)

// A refusal is home's answer without tokens.
type refusal struct {
	status     int
	retryAfter string
}

func (r *refusal) Error() string { return fmt.Sprintf("home says %d", r.status) }

// refuse answers an error as a problem (RFC 9457).
func refuse(c *gin.Context, err error) {
	status, name := http.StatusServiceUnavailable, "home-unavailable"
	home, atHome := errors.AsType[*refusal](err)
	_, tooLarge := errors.AsType[*http.MaxBytesError](err)
	switch {
	case errors.Is(err, session.ErrUnavailable):
		name = "store-unavailable"
	case errors.Is(err, session.ErrNoSession):
		status, name = http.StatusUnauthorized, "session-unknown"
	case errors.Is(err, session.ErrNoCookie):
		status, name = http.StatusUnauthorized, "not-logged-in"
	case tooLarge:
		status, name = http.StatusRequestEntityTooLarge, "body-too-large"
	case errors.Is(err, errBadJSON):
		status, name = http.StatusBadRequest, "bad-json"
	case errors.Is(err, errAnswerSize):
		status, name = http.StatusBadGateway, "answer-too-large"
	case atHome && home.status < http.StatusInternalServerError:
		status, name = home.status, "refused-at-home"
	}
	if atHome && home.retryAfter != "" {
		c.Header("Retry-After", home.retryAfter)
	}
	if status == http.StatusUnauthorized {
		c.Header("WWW-Authenticate", challenge)
	}
	c.Header("Content-Type", "application/problem+json")
	c.JSON(status, gin.H{"type": "urn:authlab:problem:" + name, "title": http.StatusText(status), "status": status})
}
