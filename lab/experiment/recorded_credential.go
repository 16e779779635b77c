package experiment

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"authlab/lab/contract"
	"authlab/web/scheme"
)

// The kinds of credentials in a recording.
const (
	kindPassword     = "password"
	kindSessionID    = "session-id"
	kindSignedCookie = "signed-cookie"
	kindToken        = "token"
	kindRefreshToken = "refresh-token"
)

// carried is the credential that a request carries: of a login the password, and of a refresh the refresh token.
func carried(u *User, request *http.Request, action string, now time.Time) *contract.Credential {
	switch _, password, basic := request.BasicAuth(); {
	case action == actionLogin:
		return shownCredential(kindPassword, u.password, now)
	case action == actionRefresh:
		return shownCredential(kindRefreshToken, u.Refresh, now)
	case basic:
		return shownCredential(kindPassword, password, now)
	}
	if kind, token, _ := strings.Cut(request.Header.Get("Authorization"), " "); kind == "Bearer" || kind == "DPoP" {
		return shownCredential(kindToken, token, now)
	}
	if cookie, err := request.Cookie(u.cookieName()); err == nil {
		return shownCredential(kindOf(u.Scheme), cookie.Value, now)
	}
	return nil
}

// held is the credential that a user has.
func held(u *User, now time.Time) *contract.Credential {
	return shownCredential(kindOf(u.Scheme), u.Credential(), now)
}

func kindOf(name string) string {
	s := named(name)
	switch {
	case s.Credential == scheme.Password:
		return kindPassword
	case s.RememberedAt != scheme.Nowhere:
		return kindSessionID
	case name == SessionCookie:
		return kindSignedCookie
	}
	return kindToken
}

// given is what an answer gave: a credential, and all names by which a View may list it.
func given(u *User, answer Answer, action string, now time.Time) (credential *contract.Credential, ids []string) {
	text, kind := "", kindOf(u.Scheme)
	if kind == kindToken && (action == actionLogin || action == actionRefresh) {
		var pair struct {
			Access  string `json:"access_token"`
			Refresh string `json:"refresh_token"`
		}
		if json.Unmarshal(answer.Body, &pair) == nil && pair.Refresh != "" {
			text, ids = pair.Access, append(ids, shownCredential(kindRefreshToken, pair.Refresh, now).ID)
		}
	}
	for _, cookie := range u.setCookies {
		if u.isLogin(cookie) && cookie.MaxAge >= 0 {
			text = cookie.Value
		}
	}
	credential = shownCredential(kind, text, now)
	if credential == nil {
		return nil, nil
	}
	ids = append(ids, credential.ID)
	if kind == kindToken {
		ids = append(ids, contract.Shortened(readClaims(text).Family))
	}
	return credential, ids
}

// took tells whether the last answer took the cookie of a user's login away.
func (u *User) took() bool {
	return slices.ContainsFunc(u.setCookies, func(c *http.Cookie) bool { return u.isLogin(c) && c.MaxAge < 0 })
}

// shownCredential is a credential as a recording has it. nil: there is none.
func shownCredential(kind, text string, now time.Time) *contract.Credential {
	if text == "" {
		return nil
	}
	c := &contract.Credential{Kind: kind, Bytes: len(text)}
	switch kind {
	case kindSessionID: // a store's key is a hash of the ID
		if id, err := base64.RawURLEncoding.DecodeString(text); err == nil {
			text = string(id)
		}
		c.ID = hashed(text)
	case kindSignedCookie, kindRefreshToken:
		c.ID = hashed(text)
	case kindToken:
		claims := readClaims(text)
		c.ID, c.KeyID = contract.Shortened(claims.ID), claims.KeyID
		if claims.ExpiresAt > 0 {
			c.ExpiresIn = claims.ExpiresAt - float64(now.UnixMilli())/1000
		}
	}
	return c
}

func hashed(text string) string {
	sum := sha256.Sum256([]byte(text))
	return contract.Shortened(hex.EncodeToString(sum[:]))
}

type shownClaims struct {
	KeyID     string  `json:"kid"` // in the header
	ID        string  `json:"jti"`
	Family    string  `json:"sid"`
	ExpiresAt float64 `json:"exp"`
}

// readClaims reads a token without verifying it. What cannot be read is empty.
func readClaims(token string) (claims shownClaims) {
	header, rest, _ := strings.Cut(token, ".")
	payload, _, _ := strings.Cut(rest, ".")
	_ = json.Unmarshal([]byte(decoded(header)), &claims)
	_ = json.Unmarshal([]byte(decoded(payload)), &claims)
	return claims
}
