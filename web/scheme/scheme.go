// Package scheme is the table of the schemes: the ways of remembering who is calling, and how each speaks HTTP.
//
// It is said once, here. The server mounts its routes by it, the lab's clients log in by it, and the pages fetch it as
// JSON from /assets/schemes.json. A new scheme is its own code and one row.
package scheme

import (
	"slices"
	"strings"
)

// The names of the schemes.
const (
	Basic          = "basic"
	SessionMemory  = "session-memory"
	SessionRedis   = "session-redis"
	SessionCookie  = "session-cookie"
	TokenStateless = "token-stateless"
	TokenRevocable = "token-revocable"
	TokenCookie    = "token-cookie"

	SessionBound    = "session-bound"
	SessionProof    = "session-bound-proof" // the name of its second cookie
	TokenBound      = "token-bound"
	TokenBoundLocal = "token-bound-local"

	SessionPostgres    = "session-postgres"
	SessionCached      = "session-cached"
	BackendForFrontend = "backend-for-frontend"
)

// A Credential is how the client says who it is.
type Credential string

// The kinds of Credential.
const (
	Password Credential = "basic"  // Authorization: Basic (RFC 7617): name and password at every request
	Cookie   Credential = "cookie" // a cookie (RFC 6265)
	Bearer   Credential = "bearer" // Authorization: Bearer (RFC 6750)
	DPoP     Credential = "dpop"   // Authorization: DPoP, with a proof at every request that the client holds a key (RFC 9449)
)

// A Place is where a server keeps what a credential refers to.
type Place string

// The places.
const (
	Nowhere   Place = ""        // the credential carries its own meaning
	InReplica Place = "replica" // in the memory of the replica that answered the login
	InRedis   Place = "redis"   // in Redis, for all replicas

	InPostgres Place = "postgres" // in PostgreSQL, for all replicas
)

// A Scheme is one row of the table. Paths that a scheme does not have are empty.
type Scheme struct {
	Name       string     `json:"name"`
	Base       string     `json:"base"`    // me, admin, email and cart are below it
	Login      string     `json:"login"`   // POST {"username","password"}
	Logout     string     `json:"logout"`  // POST
	Refresh    string     `json:"refresh"` // POST {"refresh_token"}
	Credential Credential `json:"credential"`
	// SentByBrowser: the browser adds the credential by itself, also to a request that another site made it send. Such
	// a scheme needs protection from cross-site request forgery.
	SentByBrowser bool  `json:"sent_by_browser"`
	RememberedAt  Place `json:"remembered_at"` // where the login is kept
	// AsksRedis: each request needs an answer from Redis, so that without Redis none is answered.
	AsksRedis  bool   `json:"asks_redis"`
	CookieName string `json:"cookie_name"` // over plain HTTP; over TLS it has SecurePrefix
}

// SecurePrefix begins the name of a cookie over TLS. It makes the browser bind the cookie to this host, to Path=/ and to
// TLS (RFC 6265bis, section 4.1.3.2).
const SecurePrefix = "__Host-"

var table = []Scheme{
	{Name: Basic, Base: "/basic", Credential: Password, SentByBrowser: true},
	{
		Name: SessionMemory, Base: "/session/memory", Login: "/session/memory/login", Logout: "/session/memory/logout",
		Credential: Cookie, CookieName: SessionMemory, SentByBrowser: true, RememberedAt: InReplica,
	},
	{
		Name: SessionRedis, Base: "/session/redis", Login: "/session/redis/login", Logout: "/session/redis/logout",
		Credential: Cookie, CookieName: SessionRedis, SentByBrowser: true, RememberedAt: InRedis, AsksRedis: true,
	},
	{
		Name: SessionCookie, Base: "/session/cookie", Login: "/session/cookie/login", Logout: "/session/cookie/logout",
		Credential: Cookie, CookieName: SessionCookie, SentByBrowser: true,
	},
	{
		Name: TokenStateless, Base: "/token/stateless", Login: "/authenticate", Logout: "/token/logout", Refresh: "/token/refresh",
		Credential: Bearer,
	},
	{
		Name: TokenRevocable, Base: "/token/revocable", Login: "/authenticate", Logout: "/token/logout", Refresh: "/token/refresh",
		Credential: Bearer, AsksRedis: true,
	},
	{
		Name: TokenCookie, Base: "/token/cookie", Login: "/token/cookie/login", Logout: "/token/cookie/logout",
		Credential: Cookie, CookieName: TokenCookie, SentByBrowser: true,
	},
}

// beside are the other schemes. First those whose session or token is bound to a key of the client; the two of tokens take the
// same token, and differ in where the used proofs are remembered. Last the session in PostgreSQL, which a server without one does
// not have.
var beside = []Scheme{
	{
		Name: SessionBound, Base: "/session/bound", Login: "/session/bound/login", Logout: "/session/bound/logout",
		Credential: Cookie, CookieName: SessionBound, SentByBrowser: true, RememberedAt: InRedis, AsksRedis: true,
	},
	{
		Name: TokenBound, Base: "/token/bound", Login: "/token/bound/login", Logout: "/token/bound/logout", Refresh: "/token/bound/refresh",
		Credential: DPoP, AsksRedis: true,
	},
	{
		Name: TokenBoundLocal, Base: "/token/bound-local", Login: "/token/bound/login", Logout: "/token/bound/logout",
		Refresh: "/token/bound/refresh", Credential: DPoP,
	},
	{
		Name: SessionPostgres, Base: "/session/postgres", Login: "/session/postgres/login", Logout: "/session/postgres/logout",
		Credential: Cookie, CookieName: SessionPostgres, SentByBrowser: true, RememberedAt: InPostgres,
	},
}

// mixed are the schemes that want the best of both. The first is session-redis while a replica believes what it has looked up
// for a while. The second is a server of its own, with a session that has the tokens in it.
var mixed = []Scheme{
	{
		Name: SessionCached, Base: "/session/redis", Login: "/session/redis/login", Logout: "/session/redis/logout",
		Credential: Cookie, CookieName: SessionRedis, SentByBrowser: true, RememberedAt: InRedis,
	},
	{
		Name: BackendForFrontend, Base: "/bff", Login: "/bff/login", Logout: "/bff/logout",
		Credential: Cookie, CookieName: BackendForFrontend, SentByBrowser: true, RememberedAt: InRedis, AsksRedis: true,
	},
}

// All returns the seven schemes, in the order of every table.
func All() []Scheme { return slices.Clone(table) }

// Beside returns the schemes beside them, which take part in a few experiments alone: those that a client needs a key for, and the
// session in PostgreSQL.
func Beside() []Scheme { return slices.Clone(beside) }

// Mixed returns the compromises, session-cached and backend-for-frontend. session-cached is mounted as session-redis, and the other
// is a server of its own.
func Mixed() []Scheme { return slices.Clone(mixed) }

// Named returns the scheme of that name. False: there is none.
func Named(name string) (Scheme, bool) {
	return find(func(s Scheme) bool { return s.Name == name })
}

// OfPath returns the scheme that a request's path is below. False: it belongs to none, like /token/refresh, which is for
// two of them.
func OfPath(path string) (Scheme, bool) {
	return find(func(s Scheme) bool { return strings.HasPrefix(path, s.Base+"/") })
}

func find(is func(Scheme) bool) (Scheme, bool) {
	for _, rows := range [...][]Scheme{table, beside, mixed} {
		if i := slices.IndexFunc(rows, is); i >= 0 {
			return rows[i], true
		}
	}
	return Scheme{}, false
}
