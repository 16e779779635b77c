// Package naive IS WRONG ON PURPOSE. COPY NOTHING FROM HERE.
//
// It is the twin of package web: a login as a hurried tutorial writes it, on the same libraries with their defaults, so
// that experiments can show what an attack does to an unprotected server. EVERY FILE BUT THIS ONE IS A MISTAKE, and
// begins by naming it:
//
//	password.go    passwords are stored in plain text; the login tells which names have an account   CWE-256, CWE-204
//	fixation.go    a session ID that the client chose is taken, and kept at login                    CWE-384
//	cookie.go      the cookie has no HttpOnly and no SameSite                                        CWE-1004, CWE-1275
//	csrf.go        a state change takes a form from any site                                         CWE-352
//	lostupdate.go  a session is written back whole: of two requests at once, one loses its change     CWE-362
//	outage.go      errors of the store are dropped: an outage reads as "not logged in"               CWE-391
//	none.go        a token without a signature is valid                                              RFC 8725, 3.2
//	confusion.go   the token chooses the algorithm, so a public key becomes a secret                 RFC 8725, 3.1
//	kid.go         the token chooses the file that holds its key                                     RFC 8725, 3.10
//	kidstorm.go    home is asked for each key ID that a client invents                                CWE-400
//	address.go     a token is also taken from the address, which is written into logs                 CWE-598
//	secret.go      the secret is "secret"                                                            RFC 8725, 3.5
//	forever.go     tokens have no exp, and need none                                                 RFC 9068, 2.2
//	oauth.go       the token is handed over in an address, to any address, or for a code without a verifier   RFC 9700, 2.1
//	denylist.go    tokens are revoked by their text, and one token can be encoded in several ways    RFC 4648, 3.5
//
// Packages account, session, token and web do each of these THE RIGHT WAY.
//
// This file keeps the twin harmless: it answers requests from this machine only, has only the two demo accounts, reads
// no file of the machine, and sets X-Naive: true in every response.
package naive

import (
	"crypto/rsa"
	"net/http"
	"sync"

	"github.com/gin-contrib/sessions"
	"github.com/gin-gonic/gin"

	"authlab/account"
	"authlab/lab/contract"
)

// maxBody is the largest request body that the twin reads, in bytes.
const maxBody = 64 << 10

// A Twin is a naive server. It does not listen by itself: serve its Handler, on loopback.
type Twin struct {
	engine *gin.Engine
	store  *mapStore
	rsa    *rsa.PrivateKey
	files  map[string][]byte // by path: the only files that the twin can read

	mu     sync.Mutex
	users  map[string]account.Demo
	denied map[string]bool
	codes  map[string]account.Demo // of oauth.go
}

// New returns a twin with the demo accounts. The first of a process makes an RSA key, which takes some 30 ms.
func New() (*Twin, error) {
	t := &Twin{store: &mapStore{}}
	if err := t.makeKeys(); err != nil {
		return nil, err
	}
	t.Reset()
	t.engine = t.routes()
	return t, nil
}

// Handler answers requests from this machine, and refuses all others with 403. Host has to be this machine too, or a
// page could reach the twin by DNS rebinding.
func (t *Twin) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Naive", "true")
		w.Header().Set("Cache-Control", "no-store")
		if !contract.IsLoopback(r.RemoteAddr) || !contract.IsLoopback(r.Host) {
			http.Error(w, "The naive twin is wrong on purpose, and answers on this machine only.", http.StatusForbidden)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		t.engine.ServeHTTP(w, r)
	})
}

// Reset removes all sessions, revocations and changes to accounts. The keys stay.
func (t *Twin) Reset() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.users, t.denied, t.codes = map[string]account.Demo{}, map[string]bool{}, map[string]account.Demo{}
	for _, demo := range account.Demos() {
		t.users[demo.Name] = demo
	}
	t.store.reset()
}

func (t *Twin) routes() *gin.Engine {
	gin.SetMode(gin.ReleaseMode) // for the whole process: in debug mode gin prints every route
	r := gin.New()
	r.GET("/", handleLabel)
	r.GET("/naive/public-key.pem", t.handlePublicKey)

	bySession := r.Group("/naive/session", sessions.Sessions("naive-session", t.store))
	bySession.POST("/login", t.handleSessionLogin)
	bySession.GET("/me", t.handleSessionMe)
	bySession.POST("/email", t.handleEmail)
	bySession.GET("/cart", t.handleCart)
	bySession.POST("/cart", t.handleAddToCart)

	r.POST("/naive/authenticate", t.handleAuthenticate)
	r.POST("/naive/authorize", t.handleAuthorize)
	r.POST("/naive/token", t.handleCode)
	byToken := r.Group("/naive/token")
	byToken.GET("/me", t.handleTokenMe)
	byToken.GET("/admin", t.handleTokenAdmin)
	byToken.POST("/logout", t.handleTokenLogout)
	r.GET("/naive/resource/me", t.handleResourceMe)
	return r
}

// handleLabel handles the "GET /" route.
func handleLabel(c *gin.Context) {
	c.String(http.StatusOK, "This is the naive twin: a login that is wrong on purpose, to be attacked in the lab.\n"+
		"Each mistake is a file in lab/naive. Copy nothing from there.\n")
}
