package session

import "errors"

var (
	// ErrNoCookie means that the request carries no session cookie.
	ErrNoCookie = errors.New("no session cookie")
	// ErrNoSession means that the store has no session for this credential: there never was one, it ended, or it timed out.
	ErrNoSession = errors.New("no such session")
	// ErrMalformed is an ErrNoSession: the text in the cookie is not of the form of a session ID, so no store was asked.
	ErrMalformed = errors.New("not a session ID")
	// ErrElsewhere is an ErrNoSession of Logout: the store is this process's own and has no such session, so none was ended.
	// Another process may have it.
	ErrElsewhere = errors.New("no session was ended: this process has none with this ID")
	// ErrTampered is an ErrNoSession: the cookie's signature is not by one of the CookieKeys.
	ErrTampered = errors.New("signature of the session cookie does not match")
	// ErrExpired is an ErrNoSession: the record was found, and its session had timed out.
	ErrExpired = errors.New("session timed out")
	// ErrUnavailable means that the store did not answer. The session may be alive: answer 503, not 401.
	ErrUnavailable = errors.New("session store does not answer")
	// ErrPostgres is an ErrUnavailable: what did not answer is PostgreSQL.
	ErrPostgres = errors.New("PostgreSQL does not answer")
	// ErrTooLarge means that the record does not fit in a cookie.
	ErrTooLarge = errors.New("session does not fit in a cookie")
	// ErrValueType means that a session cannot keep a value of this type. See Values.
	ErrValueType = errors.New("a session cannot keep this value")
	// ErrConflict means that nothing was saved, because another request has changed one of the same values since this one
	// loaded them. The session has the newest values now: change them again, and save again. Change does that.
	ErrConflict = errors.New("another request has changed the session")
	// ErrWeakKey means that a signing key is too short to be safe.
	ErrWeakKey = errors.New("session cookie key is shorter than 32 bytes")
)
