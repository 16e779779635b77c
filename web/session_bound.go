package web

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	ginsessions "github.com/gin-contrib/sessions"
	"github.com/gin-gonic/gin"
	"github.com/go-jose/go-jose/v4"

	"authlab/account"
	"authlab/session"
	"authlab/web/scheme"
)

// Device Bound Session Credentials (W3C, https://w3c.github.io/webappsec-dbsc/): a session in Redis, and a second cookie that lives for
// minutes. The browser makes a pair of keys, keeps the private one, and gets the next short cookie for a signature.
//
//	login    ──▶ both cookies, and Secure-Session-Registration: challenge
//	register ──▶ the browser's public key, and the challenge signed by it
//	refresh  ──▶ 403 and a challenge; the challenge signed; the next short cookie
//
// A thief has the cookies and not the key, and is out when the short cookie has ended. So is a browser that does not know
// this protocol.
const (
	proofLife = 10 * time.Minute // of the short cookie

	headerRegistration = "Secure-Session-Registration"
	headerChallenge    = "Secure-Session-Challenge"
	headerResponse     = "Secure-Session-Response"
	headerSessionID    = "Sec-Secure-Session-Id"

	bindingType = "dbsc+jwt"
	bindingName = "binding" // of the session's value
	registering = "/register"
	refreshing  = "/refresh"
)

var (
	errNotProved = errors.New("no proof of the key lately")
	errBinding   = errors.New("challenge is not signed as it should be")
)

// A binding is what a session keeps of its key: an ID for the browser, the next challenge, and the public key, which is empty
// until the browser registers it.
type binding map[string]string

const (
	bindingID        = "id"
	bindingChallenge = "challenge"
	bindingKey       = "key"
)

func bindingOf(c *gin.Context) binding {
	b, _ := ginsessions.Default(c).Get(bindingName).(map[string]string)
	return b
}

// readProved is readSession for a session that needs the short cookie too.
func (s *Server) readProved(manager *session.Manager) func(*gin.Context) (caller, error) {
	read := s.readSession(scheme.SessionBound, manager)
	return func(c *gin.Context) (caller, error) {
		again := callOf(c).known // a stream asks again, and its short cookie was good when it began
		who, err := read(c)
		if err == nil && !again && !s.isProved(c, who.user) {
			return caller{}, errNotProved
		}
		return who, err
	}
}

// isProved tells whether the request has a short cookie of its session that has not ended by the clock of this replica.
func (s *Server) isProved(c *gin.Context, user account.User) bool {
	id := bindingOf(c)[bindingID]
	for _, cookie := range c.Request.CookiesNamed(s.cookieName(scheme.SessionProof)) {
		record, err := s.proofs.Load(c.Request.Context(), cookie.Value)
		var of string
		if err == nil && record.User == user.Name && json.Unmarshal(record.Values[bindingID], &of) == nil && of == id && id != "" &&
			s.config.Now().Before(record.CreatedAt.Add(proofLife)) {
			return true
		}
	}
	return false
}

// offerBinding asks the browser of a user who has just logged in for a key. Only the client that gets the answer to the login
// has the challenge, so a thief of the cookies cannot register a key.
func (s *Server) offerBinding(c *gin.Context, user account.User) error {
	b, err := s.prove(c, user, binding{bindingID: rand.Text()})
	if err == nil {
		c.Header(headerRegistration, fmt.Sprintf(`(ES256);path=%q;challenge=%q`, bound().Base+registering, b[bindingChallenge]))
	}
	return err
}

// prove gives the browser the next short cookie, and keeps the next challenge.
func (s *Server) prove(c *gin.Context, user account.User, b binding) (binding, error) {
	b[bindingChallenge] = rand.Text()
	if err := session.Change(c, func(kept ginsessions.Session) error {
		kept.Set(bindingName, map[string]string(b))
		return nil
	}); err != nil {
		return nil, err
	}
	values, err := session.EncodeValues(map[any]any{bindingID: b[bindingID]})
	if err != nil {
		return nil, err
	}
	value, err := s.proofs.Create(c.Request.Context(), session.Record{User: user.Name, CreatedAt: s.config.Now(), Values: values})
	if err != nil {
		return nil, err
	}
	http.SetCookie(c.Writer, &http.Cookie{ //nolint:gosec // G124: Secure where there is TLS
		Name: s.cookieName(scheme.SessionProof), Value: value, Path: "/", MaxAge: int(proofLife / time.Second),
		HttpOnly: true, Secure: s.config.Secure, SameSite: http.SameSiteLaxMode,
	})
	return b, nil
}

// handleRegisterKey handles the "POST /session/bound/register" route: the browser's key is registered once.
func (s *Server) handleRegisterKey(m *session.Manager) gin.HandlerFunc {
	return func(c *gin.Context) {
		login, err := m.Identify(c)
		b := bindingOf(c)
		var key *jose.JSONWebKey
		if err == nil && b[bindingKey] != "" {
			err = fmt.Errorf("%w: this session has a key", errBinding)
		}
		if err == nil {
			key, err = signedChallenge(c.GetHeader(headerResponse), b[bindingChallenge], nil)
		}
		if err != nil {
			s.refuse(c, err)
			return
		}
		text, err := json.Marshal(key)
		if err == nil {
			b[bindingKey] = string(text)
		}
		s.answerBound(c, login.User, b, err)
	}
}

// handleRefreshProof handles the "POST /session/bound/refresh" route. Without a signature, the browser gets the challenge.
func (s *Server) handleRefreshProof(m *session.Manager) gin.HandlerFunc {
	return func(c *gin.Context) {
		login, err := m.Identify(c)
		b := bindingOf(c)
		var key jose.JSONWebKey
		if err == nil && (b[bindingKey] == "" || strings.Trim(c.GetHeader(headerSessionID), `"`) != b[bindingID]) {
			err = fmt.Errorf("%w: not the session that has a key", errBinding)
		}
		if err == nil {
			err = key.UnmarshalJSON([]byte(b[bindingKey]))
		}
		if err == nil {
			if _, err = signedChallenge(c.GetHeader(headerResponse), b[bindingChallenge], &key); err != nil {
				challenge(c, b)
			}
		}
		if err != nil {
			s.refuse(c, err)
			return
		}
		s.answerBound(c, login.User, b, nil)
	}
}

func challenge(c *gin.Context, b binding) {
	c.Header(headerChallenge, fmt.Sprintf(`%q;id=%q`, b[bindingChallenge], b[bindingID]))
}

// answerBound answers with the next short cookie, the next challenge, and what the browser has to know.
func (s *Server) answerBound(c *gin.Context, user account.User, b binding, err error) {
	if err == nil {
		b, err = s.prove(c, user, b)
	}
	if err != nil {
		s.refuse(c, err)
		return
	}
	challenge(c, b)
	attributes := "Path=/; HttpOnly; SameSite=Lax"
	if s.config.Secure {
		attributes += "; Secure"
	}
	c.JSON(http.StatusOK, gin.H{
		"session_identifier": b[bindingID], "refresh_url": bound().Base + refreshing, "scope": gin.H{"include_site": false},
		"credentials": []gin.H{{"type": "cookie", "name": s.cookieName(scheme.SessionProof), "attributes": attributes}},
	})
}

func bound() scheme.Scheme {
	row, _ := scheme.Named(scheme.SessionBound)
	return row
}

// signedChallenge verifies a challenge that is signed by a key, and returns the key. nil: the one in the header, which the
// browser registers with it. One algorithm is taken: ES256.
func signedChallenge(text, challenge string, key *jose.JSONWebKey) (*jose.JSONWebKey, error) {
	signed, err := jose.ParseSignedCompact(text, []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errBinding, err)
	}
	header := signed.Signatures[0].Protected
	if key == nil {
		key = header.JSONWebKey
	}
	if key == nil || !key.Valid() || !key.IsPublic() || header.ExtraHeaders[jose.HeaderType] != bindingType {
		return nil, fmt.Errorf("%w: no public key, or not of type %s", errBinding, bindingType)
	}
	payload, err := signed.Verify(key)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errBinding, err)
	}
	var claims struct {
		ID string `json:"jti"`
	}
	if err := json.Unmarshal(payload, &claims); err != nil || claims.ID != challenge || challenge == "" {
		return nil, fmt.Errorf("%w: another challenge", errBinding)
	}
	return key, nil
}
