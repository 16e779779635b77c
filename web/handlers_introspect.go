package web

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"time"

	"github.com/gin-gonic/gin"

	"authlab/token"
)

// maxForm is the largest form that is read, in bytes: a token, percent-encoded, and its hint.
const maxForm = 16 << 10

// readTokenForm reads the member "token" of a form (RFC 7009 and RFC 7662, both section 2.1).
func readTokenForm(c *gin.Context) (string, error) {
	media, _, err := mime.ParseMediaType(c.GetHeader("Content-Type"))
	if err != nil || media != "application/x-www-form-urlencoded" {
		return "", errForm
	}
	c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, maxForm)
	if err := c.Request.ParseForm(); err != nil || len(c.Request.PostForm["token"]) != 1 {
		return "", errForm
	}
	return c.Request.PostForm.Get("token"), nil
}

// An introspection is the answer to a service that asks about a token (RFC 7662, section 2.2).
type introspection struct {
	Active    bool     `json:"active"`
	TokenType string   `json:"token_type,omitempty"`
	Issuer    string   `json:"iss,omitempty"`
	Subject   string   `json:"sub,omitempty"`
	Username  string   `json:"username,omitempty"`
	Audience  []string `json:"aud,omitempty"`
	ClientID  string   `json:"client_id,omitempty"`
	ID        string   `json:"jti,omitempty"`
	IssuedAt  int64    `json:"iat,omitempty"`
	Expires   int64    `json:"exp,omitempty"`
	Roles     []string `json:"roles,omitempty"`
	// Confirmation: only the holder of this key may use the token (RFC 9449, section 6.2).
	Confirmation *token.Confirmation `json:"cnf,omitempty"`
}

// handleIntrospect handles the "POST /token/introspect" route: a registered service asks whether an access token is good now,
// and whose it is. For every token that is not good the service gets one answer, and not what is wrong with it (RFC 7662, section 2.2).
func (s *Server) handleIntrospect(c *gin.Context) {
	if !s.isService(c.Request) {
		s.refuse(c, errService)
		return
	}
	text, err := readTokenForm(c)
	if err != nil {
		s.refuse(c, err)
		return
	}
	verified, err := s.tokens.Inspect(text)
	if err == nil {
		err = s.tokens.CheckRevoked(c.Request.Context(), verified.Claims)
	}
	if errors.Is(err, token.ErrInvalid) {
		c.JSON(http.StatusOK, introspection{})
		return
	}
	claims := verified.Claims
	s.answer(c, introspection{
		Active: true, TokenType: claims.TokenType(), Confirmation: claims.Confirmation, Issuer: claims.Issuer, Subject: claims.Subject, Username: claims.Subject,
		Audience: claims.Audience, ClientID: claims.ClientID, ID: claims.ID,
		IssuedAt: time.Time(claims.IssuedAt).Unix(), Expires: time.Time(claims.ExpiresAt).Unix(), Roles: claims.Roles,
	}, err)
}

// isService tells whether a request is of a registered service, by Authorization: Basic (RFC 6749, section 2.3.1). A service
// has to prove itself, because otherwise an attacker could try out tokens here (RFC 7662, section 4).
//
// That section has a client percent-encode both before it joins them, and many clients do not. So both forms are good.
func (s *Server) isService(r *http.Request) bool {
	name, secret, ok := basicAuth(r.Header.Get("Authorization"))
	decodedName, err := url.QueryUnescape(name)
	decodedSecret, err2 := url.QueryUnescape(secret)
	encoded := err == nil && err2 == nil && s.isSecretOf(decodedName, decodedSecret)
	return ok && (s.isSecretOf(name, secret) || encoded)
}

func (s *Server) isSecretOf(name, secret string) bool {
	want, known := s.config.Services[name]
	given, wanted := sha256.Sum256([]byte(secret)), sha256.Sum256([]byte(want))
	return subtle.ConstantTimeCompare(given[:], wanted[:]) == 1 && known && want != ""
}

// handleRevoke handles the "POST /token/revoke" route: it ends the login of an access token or of a refresh token, as a logout
// does. Every client that has the token may end it. A token that is none, or has ended, is no error: there is nothing left to revoke
// (RFC 7009, section 2.2).
func (s *Server) handleRevoke(c *gin.Context) {
	text, err := readTokenForm(c)
	if err != nil {
		s.refuse(c, err)
		return
	}
	verified, err := s.tokens.Verify(text)
	switch {
	case err == nil:
		err = s.tokens.Logout(c.Request.Context(), verified.Claims)
	case !errors.Is(err, token.ErrBound): // a bound one is ended with a proof, by POST /token/bound/logout
		err = s.tokens.LogoutRefresh(c.Request.Context(), text)
	}
	if errors.Is(err, token.ErrRefresh) {
		err = nil
	}
	if err != nil {
		s.refuse(c, fmt.Errorf("revoke: %w", err))
		return
	}
	c.Status(http.StatusOK)
	c.Writer.WriteHeaderNow()
}
