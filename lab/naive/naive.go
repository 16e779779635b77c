// Package naive IS WRONG ON PURPOSE. COPY NOTHING FROM HERE.
//
// It is the twin of package web: a login as a hurried tutorial writes it, on the same libraries with their defaults, so
// that experiments can show what an attack does where nobody has thought of it. EVERY FILE BUT THIS ONE IS A MISTAKE,
// and begins by naming it:
//
//	password.go    passwords kept and compared as they are; a login that tells who has an account   CWE-256, CWE-204
//	fixation.go    a session ID that the client chose is adopted, and kept at login                 CWE-384
//	cookie.go      a cookie without HttpOnly and SameSite                                           CWE-1004, CWE-1275
//	csrf.go        a state change that does not ask where it comes from, and takes a form           CWE-352
//	lostupdate.go  a session is written back whole, so of two requests at once one is lost          CWE-362
//	outage.go      errors of the store are dropped: an outage reads as "not logged in"              CWE-391
//	none.go        a token without a signature is believed                                          RFC 8725, 3.2
//	confusion.go   the token says how it is checked, so a public key becomes a secret               RFC 8725, 3.1
//	kid.go         the token says which file its key is in                                          RFC 8725, 3.10
//	secret.go      the secret is "secret"                                                           RFC 8725, 3.5
//	forever.go     tokens without exp are issued and believed                                       RFC 9068, 2.2
//	denylist.go    tokens are taken back by their text, which can be spelled in more than one way   RFC 4648, 3.5
//
// THE RIGHT WAY to do each stands in packages account, session, token and web.
//
// What keeps the twin harmless is in this file: it answers to this machine only, has the two demo accounts and nothing
// else, reads no file of the machine, and says X-Naive: true in every answer.
package naive

import (
	"crypto/rsa"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"

	"github.com/gin-contrib/sessions"
	"github.com/gin-gonic/gin"

	"authlab/account"
)

// Header is in every answer of the twin, and says "true".
const Header = "X-Naive"

// maxBody is the largest body that the twin reads, in bytes.
const maxBody = 64 << 10

// A Twin is a naive server. It opens nothing and listens nowhere: serve its Handler, on loopback.
type Twin struct {
	engine *gin.Engine
	store  *mapStore
	rsa    *rsa.PrivateKey
	files  map[string][]byte // the only file system that the twin can see

	mu     sync.Mutex
	users  map[string]account.Demo
	denied map[string]bool
}

// New returns a twin with the demo accounts. It makes an RSA key, which takes some 30 ms.
func New() (*Twin, error) {
	t := &Twin{store: &mapStore{}}
	if err := t.makeKeys(); err != nil {
		return nil, err
	}
	t.Reset()
	t.engine = t.routes()
	return t, nil
}

// Handler serves the twin to callers on this machine, and refuses everybody else.
func (t *Twin) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set(Header, "true")
		w.Header().Set("Cache-Control", "no-store")
		if !isLoopback(r.RemoteAddr) || !isLoopback(r.Host) {
			http.Error(w, "The naive twin is wrong on purpose, and answers on this machine only.", http.StatusForbidden)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		t.engine.ServeHTTP(w, r)
	})
}

// Reset makes the twin as it was when it was new, with the same keys.
func (t *Twin) Reset() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.users, t.denied = map[string]account.Demo{}, map[string]bool{}
	for _, demo := range account.Demos() {
		t.users[demo.Name] = demo
	}
	t.store.reset()
}

func (t *Twin) routes() *gin.Engine {
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
	byToken := r.Group("/naive/token")
	byToken.GET("/me", t.handleTokenMe)
	byToken.GET("/admin", t.handleTokenAdmin)
	byToken.POST("/logout", t.handleTokenLogout)
	return r
}

func handleLabel(c *gin.Context) {
	c.String(http.StatusOK, "This is the naive twin: a login that is wrong on purpose, to be attacked in the lab.\n"+
		"Each mistake is a file in lab/naive. Copy nothing from there.\n")
}

func isLoopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		host = address
	}
	ip, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return strings.EqualFold(host, "localhost") || (err == nil && ip.Unmap().IsLoopback())
}
