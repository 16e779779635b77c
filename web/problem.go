package web

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"authlab/account"
	"authlab/session"
	"authlab/token"
	"authlab/web/scheme"
)

// A Problem is the body of every error (RFC 9457).
type Problem struct {
	Type    string `json:"type"`
	Title   string `json:"title"`
	Status  int    `json:"status"`
	Detail  string `json:"detail"`
	Scheme  string `json:"scheme,omitempty"`
	Replica string `json:"replica,omitempty"`
}

// ProblemType is the media type of a Problem.
const ProblemType = "application/problem+json"

var (
	errNoRoute     = errors.New("no such address")
	errNoMethod    = errors.New("method not allowed here")
	errNotAdmin    = errors.New("not an admin")
	errCrossOrigin = errors.New("sent by another site")
	errInternal    = errors.New("internal error")
	errBodyTooBig  = errors.New("body too large")
	errMediaType   = errors.New("body is not JSON by its Content-Type")
	errBadJSON     = errors.New("body is not the JSON that is wanted here")
	errBadEmail    = errors.New("not an e-mail address")
	errOldPassword = errors.New("old password is wrong")
	errForm        = errors.New("body is not a form with a token")
	errService     = errors.New("not a registered service")
	errBadItem     = errors.New("not an item for a cart")
	errDirectory   = errors.New("users database does not answer")
	errNotYours    = errors.New("no such session of yours")
	errStreams     = errors.New("too many open streams")
	errTokenCookie = errors.New("token does not fit in a cookie")

	// What net/http refuses before a handler sees it.
	errBadRequest = errors.New("not a request that can be read")
	errHeaderSize = errors.New("header too large")
)

// A verdict is what an error means to the client.
type verdict struct {
	is     error
	status int
	name   string // the end of the problem's type
	title  string
	detail string // {replica}, {scheme}, {store}, {answer} and {err} are filled in
}

// verdicts is the one table from error to status. The first row that fits counts, so a special error is above the general
// one that it wraps.
var verdicts = []verdict{
	// 503: the server cannot tell right now. The credential may be good, so the cookie stays.
	{session.ErrUnavailable, 503, "store-unavailable", "Session store does not answer", "{replica} gets {answer}, so it cannot tell whether there is such a session, nor start or end one. Your cookie was left alone; try again."},
	{token.ErrUnavailable, 503, "store-unavailable", "Token store does not answer", "{replica} gets {answer}, so it cannot tell whether this token was taken back, nor take it back or keep a refresh token. Try again."},
	{token.ErrRefreshPending, 503, "refresh-pending", "Refresh token is in use", "Another request with this refresh token has not ended, so {replica} cannot tell whether it counts. Try again."},
	{account.ErrNotCounted, 503, "store-unavailable", "Logins cannot be counted", "{replica} gets {answer} when it counts this login, so it did not check the password; its log says more. Try again."},
	{account.ErrBusy, 503, "busy", "Too many logins at once", "{replica} is checking as many passwords as it can. Nothing was checked; try again."},
	{errDirectory, 503, "users-unavailable", "Users database does not answer", "{replica} cannot reach the users database. Try again."},

	// 401: the credential is missing or bad.
	{account.ErrBadCredentials, 401, "bad-credentials", "Name or password is wrong", "No user has this name and this password."},
	{account.ErrUnknownUser, 401, "user-gone", "User is gone", "The credential is good, but its user is not in the users database any more."},
	{errNoPassword, 401, "no-credential", "No password", "This request carries no name and password, and {replica} remembers no login: with this scheme, every request has to bring them."},
	{session.ErrNoCookie, 401, "no-credential", "No session cookie", "This request carries no cookie of {scheme}, so {replica} does not know who is calling."},
	{session.ErrTampered, 401, "session-tampered", "Session cookie was not signed by us", "The signature does not fit the rest of the cookie: it was changed, or made with another key."},
	{session.ErrExpired, 401, "session-expired", "Session timed out", "The session was not used for too long, or it is too old by the clock of {replica}."},
	{session.ErrElsewhere, 401, "session-elsewhere", "No session was ended", "{replica} has no session with this ID in its memory, so it ended none. If another replica has it, it lives on there until it times out. Your browser has been asked to drop the cookie."},
	{session.ErrMalformed, 401, "session-malformed", "Not a session ID", "What the cookie of {scheme} carries is not of the form of a session ID, so {replica} did not look for a session."},
	{errNotProved, 401, "session-not-proved", "No proof of the key", "The session is good, but its short cookie is missing or has ended. The browser gets the next one when it signs a challenge with its key."},
	{session.ErrNoSession, 401, "session-unknown", "No such session", "{store} It was never there, has ended, or timed out."},
	{errService, 401, "not-a-service", "Not a registered service", "Only a service that {replica} knows, by its name and secret, may ask about tokens."},
	{token.ErrNoToken, 401, "no-credential", "No token", "This request carries no token of {scheme}, so {replica} does not know who is calling."},
	{token.ErrNonce, 401, "proof-nonce", "Proof needs a nonce", "{err}, by the clock of {replica}. Make a proof with the nonce in the DPoP-Nonce header of this answer, and send it."},
	{token.ErrProofUsed, 401, "proof-used", "Proof was used before", "A proof works once: {err}. So this copy of a request is refused."},
	{token.ErrProof, 401, "proof-invalid", "Proof is not valid", "{err}."},
	{token.ErrBound, 401, "token-bound", "Token is bound to a key", "{err}."},
	{token.ErrRefreshBound, 401, "refresh-bound", "Refresh token is bound to a key", "{err}. It was not spent."},
	{token.ErrFormat, 401, "token-format", "Token is malformed", "{err}."},
	{token.ErrSignature, 401, "token-signature", "Signature of the token does not match", "{err}."},
	{token.ErrTime, 401, "token-time", "Token is out of its time", "{err}, by the clock of {replica}."},
	{token.ErrRefreshReused, 401, "refresh-reused", "Refresh token was used before", "A refresh token works once. This one came a second time, so another client has a copy: all tokens of this login end, and both clients have to log in again."},
	{token.ErrFamilyEnded, 401, "refresh-ended", "Login has ended", "The login that this refresh token belongs to has ended."},
	{token.ErrDenied, 401, "token-revoked", "Token has been taken back", "The token itself is good, but the denylist in Redis says that it was taken back."},
	{token.ErrClaims, 401, "token-claims", "Token says something else than it should", "{err}."},
	{token.ErrRefreshFormat, 401, "refresh-malformed", "Not a refresh token", "This is not of the form of a refresh token, so {replica} did not look for it."},
	{token.ErrRefresh, 401, "refresh-unknown", "Unknown refresh token", "Redis has no such refresh token. It was never there, or is too old."},

	{account.ErrTooManyAttempts, 429, "too-many-attempts", "Too many failed logins", "Too many passwords were wrong, so this one was not even looked at. Wait as long as Retry-After says."},
	{errStreams, 429, "too-many-streams", "Too many open streams", "{replica} keeps 32 streams open for one user. Close one and try again."},

	// 403: the caller is known, and may not do this.
	{errNotAdmin, 403, "not-admin", "Not an admin", "{replica} knows who you are, and you do not have the role admin."},
	{errOldPassword, 403, "old-password", "Old password is wrong", "{replica} knows who you are, and the old password is another one. Nothing was changed."},
	{errBinding, 403, "session-challenge", "Sign the challenge", "{err}."},
	{errCrossOrigin, 403, "cross-origin", "Sent by another site", "The browser says that another site made it send this request. Your cookie came along on its own, so the request is refused."},

	// 4xx: the request itself is wrong.
	{session.ErrConflict, 409, "session-conflict", "Session was changed meanwhile", "Other requests changed the same part of the session again and again, so nothing was saved. Try again."},
	{errHeaderSize, 431, "header-too-large", "Request Header Fields Too Large", "The header of this request is larger than 16384 bytes: a cookie or a token has grown too much."},
	{errBadRequest, 400, "bad-request", "Bad Request", "This is not a request that can be read."},
	{errBodyTooBig, 413, "body-too-large", "Body is too large", "More than 4096 bytes; nothing that is sent here needs as much."},
	{errMediaType, 415, "media-type", "Body is not JSON", "Send the body with Content-Type: application/json."},
	{errBadJSON, 400, "bad-json", "Body is not the JSON that is wanted here", "{err}."},
	{errBadEmail, 400, "bad-email", "Not an e-mail address", "The e-mail address was not changed: {err}."},
	{account.ErrWeakPassword, 400, "weak-password", "Password cannot be used", "{err}. Nothing was changed."},
	{errForm, 400, "bad-form", "Body is not the form that is wanted here", "Send one token=… as application/x-www-form-urlencoded, in at most 16384 bytes."},
	{errBadItem, 400, "bad-item", "Not an item for the cart", "An item has 1 to 64 bytes and no control characters. The cart was not changed."},
	{account.ErrCartFull, 400, "cart-full", "Cart is full", "Nothing was added: a cart holds 50 items, and less where it has to fit in a cookie of 4096 bytes."},
	{errNotYours, 404, "session-not-found", "No such session of yours", "You have no live session with this ID, and you cannot end another user's."},
	{errNoRoute, 404, "not-found", "Nothing here", "There is nothing at this address."},
	{errNoMethod, 405, "method", "Wrong method", "There is something at this address, but not for this method; the Allow header says for which."},

	// The user has too many roles for a credential that carries them. No login is better than one that fails at the next page.
	{session.ErrTooLarge, 500, "session-too-large", "Session does not fit in a cookie", "A browser keeps 4096 bytes in a cookie, and this session is larger."},
	{token.ErrTooLong, 500, "token-too-long", "Token would be too long", "A server refuses a token of more than 8192 bytes, and this one is longer."},
	{errTokenCookie, 500, "token-too-long", "Token does not fit in a cookie", "A browser keeps 4096 bytes in a cookie, and this token is longer."},
}

// verdictOf finds the row of an error. An error that has none is a mistake in the program.
func verdictOf(err error) verdict {
	for _, v := range verdicts {
		if errors.Is(err, v.is) {
			return v
		}
	}
	return verdict{status: http.StatusInternalServerError, name: "internal", title: "Mistake of ours", detail: "{replica} made a mistake; its log says more."}
}

// problem fills in the row's detail. in names the scheme of the request, and is empty where it belongs to none.
func (v verdict) problem(err error, in, replica string) Problem {
	store := "Redis has no session with this ID."
	switch in {
	case scheme.SessionMemory:
		store = replica + " has no session with this ID in its memory."
	case scheme.SessionPostgres:
		store = "PostgreSQL has no session with this ID."
	}
	detail := v.detail
	for _, part := range [...][2]string{ // what an error says comes last: no part of it is taken for one of these
		{"{replica}", replica}, {"{scheme}", cmp.Or(in, "any scheme")}, {"{store}", store}, {"{answer}", gives(err)}, {"{err}", sentence(err)},
	} {
		detail = strings.ReplaceAll(detail, part[0], part[1])
	}
	return Problem{
		Type: "urn:authlab:problem:" + v.name, Title: v.title, Status: v.status, Detail: detail,
		Scheme: in, Replica: replica,
	}
}

// refuse answers an error and ends the request.
func (s *Server) refuse(c *gin.Context, err error) {
	v, in := verdictOf(err), callOf(c).scheme
	if v.status == http.StatusInternalServerError {
		s.config.Logger.Error("refused", "replica", s.config.Name, "route", c.FullPath(), "error", err)
	}
	s.challenge(c, in, v, err)
	var tooMany *account.TooManyError
	switch {
	case errors.As(err, &tooMany):
		c.Header("Retry-After", strconv.Itoa(max(1, int(tooMany.RetryAfter.Round(time.Second)/time.Second))))
	case v.status == http.StatusServiceUnavailable, v.status == http.StatusTooManyRequests:
		c.Header("Retry-After", "1")
	}
	c.Header("Content-Type", ProblemType)
	c.AbortWithStatusJSON(v.status, v.problem(err, in, s.config.Name))
}

// challenge tells the client which credential is wanted (RFC 9110, section 11.6.1; RFC 6750, section 3). A 401 always has a
// challenge (RFC 9110, section 15.5.2). For cookies there is no registered scheme, and a browser ignores one that it does
// not know.
func (s *Server) challenge(c *gin.Context, in string, v verdict, err error) {
	row, _ := scheme.Named(in)
	unauthorized := v.status == http.StatusUnauthorized
	switch {
	case row.Credential == scheme.Bearer && errors.Is(err, errNotAdmin):
		c.Header("WWW-Authenticate", `Bearer realm="authlab", error="insufficient_scope"`)
	case !unauthorized:
	case row.Credential == scheme.Password, errors.Is(err, errService):
		c.Header("WWW-Authenticate", `Basic realm="authlab", charset="UTF-8"`)
	case row.Credential == scheme.DPoP:
		s.challengeProof(c, v, err)
	case row.Credential == scheme.Cookie:
		c.Header("WWW-Authenticate", fmt.Sprintf(`Cookie realm="authlab", cookie-name=%q`, s.cookieName(row.CookieName)))
	case errors.Is(err, token.ErrInvalid):
		c.Header("WWW-Authenticate", fmt.Sprintf(`Bearer realm="authlab", error="invalid_token", error_description=%q`, v.title))
	default:
		c.Header("WWW-Authenticate", `Bearer realm="authlab"`)
	}
}

// sentence returns the text of an error with a capital.
func sentence(err error) string {
	text := []rune(err.Error())
	if len(text) == 0 {
		return ""
	}
	return strings.ToUpper(string(text[:1])) + string(text[1:])
}
