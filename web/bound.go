package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"authlab/account"
	"authlab/token"
)

const headerNonce = "DPoP-Nonce"

// readBound verifies a token that is bound to a key, and the proof that the client holds the key. use notes that the proof was
// used, last of all, so that only a client that has both can fill the memory.
func (s *Server) readBound(use func(context.Context, token.Proof) error) func(*gin.Context) (caller, error) {
	return func(c *gin.Context) (caller, error) {
		text, err := token.FromBoundHeader(c.Request)
		if err != nil {
			return caller{}, err
		}
		verify := func(proof token.Proof) (caller, error) {
			who, err := s.readVerified(c, func() (token.Verified, error) { return s.tokens.VerifyBound(text, proof) })
			who.proof = proof
			return who, err
		}
		if call := callOf(c); call.known { // a stream asks again, and its proof was good when it began
			return verify(call.caller.proof)
		}
		proof, err := s.checkProof(c, text)
		if err != nil {
			return caller{}, err
		}
		who, err := verify(proof)
		if err != nil {
			return caller{}, err
		}
		return who, use(c.Request.Context(), proof)
	}
}

// checkProof checks the proof of a request. access is the access token that came with it, if one did.
func (s *Server) checkProof(c *gin.Context, access string) (token.Proof, error) {
	defer timingOf(c.Request.Context()).Add(costSignature, "signature of the proof", time.Now())
	return s.tokens.CheckProof(c.Request, s.urlOf(c.Request), access)
}

// urlOf is the address that a client sent a request to. A balancer in front keeps Host.
func (s *Server) urlOf(r *http.Request) string {
	scheme := "http"
	if s.config.Secure {
		scheme = "https"
	}
	return scheme + "://" + r.Host + r.URL.EscapedPath()
}

// proofOnce checks the proof of a login or a refresh, and notes that it was used.
func (s *Server) proofOnce(c *gin.Context) (token.Proof, error) {
	proof, err := s.checkProof(c, "")
	if err != nil {
		return token.Proof{}, err
	}
	return proof, s.tokens.UseProof(c.Request.Context(), proof)
}

// handleBoundLogin handles the "POST /token/bound/login" route. The proof is checked first: it costs less than a password.
func (s *Server) handleBoundLogin(c *gin.Context) {
	var user account.User
	proof, err := s.proofOnce(c)
	if err == nil {
		user, _, err = s.login(c)
	}
	if err != nil {
		s.refuse(c, err)
		return
	}
	pair, err := s.tokens.LoginBound(c.Request.Context(), user, proof)
	s.answerLogin(c, user, pair, err)
}

// handleBoundRefresh handles the "POST /token/bound/refresh" route.
func (s *Server) handleBoundRefresh(c *gin.Context) {
	var body refreshBody
	proof, err := s.proofOnce(c)
	if err == nil {
		err = readJSON(c, &body)
	}
	if err != nil {
		s.refuse(c, err)
		return
	}
	pair, err := s.tokens.RefreshBound(c.Request.Context(), body.RefreshToken, proof)
	s.answer(c, pair, err)
}

// challengeProof is the challenge of the schemes whose token is bound to a key (RFC 9449, sections 7.1 and 9).
func (s *Server) challengeProof(c *gin.Context, v verdict, err error) {
	kind := ""
	switch {
	case errors.Is(err, token.ErrNonce):
		kind = "use_dpop_nonce"
		if nonce, err := s.tokens.Nonce(); err == nil {
			c.Header(headerNonce, nonce)
		}
	case errors.Is(err, token.ErrProof):
		kind = "invalid_dpop_proof"
	case errors.Is(err, token.ErrInvalid):
		kind = "invalid_token"
	}
	challenge := `DPoP realm="authlab", algs="ES256 EdDSA"`
	if kind != "" {
		challenge += fmt.Sprintf(`, error=%q, error_description=%q`, kind, v.title)
	}
	c.Header("WWW-Authenticate", challenge)
}
