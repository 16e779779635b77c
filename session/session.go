// Package session is the login that the server remembers.
//
// At login the server keeps a record of who logged in, and gives the client a cookie that leads to it. At each request
// the client sends the cookie, and the server looks the record up. So the server can end a session at any time: it
// deletes the record. The price is the lookup, and a place for the records that all replicas can reach.
//
//	         Cookie: session-redis=x7Gk…
//	client ─────────────────────────────▶ Manager ──▶ Store
//	                                                    Memory   the record is in this process
//	                                                    Redis    the record is in Redis, for all replicas
//	                                                    Postgres the record is in PostgreSQL, for all replicas
//	                                                    Signed   the record is the cookie, with a signature
//
// With Memory, Redis and Postgres the cookie is a random ID, which means nothing without the store. With Signed the cookie
// carries the record itself: the server needs no store, and cannot end a session, because it cannot delete a client's copy.
//
// To begin, make a store with NewRedis, a Manager of it with NewManager, and use Manager.Middleware in a gin engine.
// Then Manager.Login, Manager.Identify and Manager.Logout are the three that every server needs. The examples of Manager
// show them. To use a store without a Manager, give GinStore to github.com/gin-contrib/sessions.
//
// The package works on gin-contrib/sessions: handlers keep values with sessions.Default(c), and Set and Save work as with
// every store. Three flaws of that package are closed here. It reads a store that does not answer as a visitor without a
// session; Manager.Identify tells the two apart. It keeps the session ID at login, which allows session fixation
// (CWE-384); Manager.Login always makes a new one. And its stores write a session back whole, so that of two requests at
// once one loses what it saved (CWE-362); here Save writes what the handler changed, and refuses (ErrConflict) what another
// request has changed since. Change tries again by itself.
//
// The files, in the order in which to read them: errors.go; store.go, values.go, id.go (what is kept); manager.go,
// user_sessions.go (logging in and out); gin.go, change.go (handlers' values); store_memory.go, store_redis.go,
// store_postgres.go, store_update.go, store_signed.go, cookie_keys.go (where it is kept); store_stale.go (asked less often).
package session
