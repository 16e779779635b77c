package soak

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"

	"authlab/web/scheme"
)

// How long a login lives, as the server has it by default.
const (
	idle      = 30 * time.Minute // a session that is not used
	absolute  = 8 * time.Hour    // a session that is used, and a family of refresh tokens
	touchLate = time.Minute      // the server may think that a session was used last so much earlier
)

// A ticket is one credential of a person, and what the model knows of it.
type ticket struct {
	scheme scheme.Scheme
	user   string
	text   string    // the cookie, or the access token; nothing for basic
	signed span      // when it was made
	home   string    // the replica that made it
	admin  bool      // whether the user was an admin then
	begun  time.Time // the lab's time when the login began, at the earliest
	used   time.Time // and when it was used last
	issued time.Time // a token's iat and exp, by the clock of the replica that made it
	exp    time.Time
	login  *login // what all tickets of one login have in common
	cart   *cart
}

// A login is what a logout ends.
type login struct {
	began   span
	ended   []ending
	refresh string // works once; empty: spent, or it may be
	renewed span   // when that one was made
}

// An ending may have ended a login, or surely has.
type ending struct {
	at     span
	surely bool
}

func (t *ticket) end(at span, surely bool) { t.login.ended = append(t.login.ended, ending{at, surely}) }

// readTimes reads iat and exp of a token. What is no token has none.
func (t *ticket) readTimes() {
	parts := strings.Split(t.text, ".")
	if len(parts) != 3 {
		return
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return
	}
	var claims struct {
		Issued float64 `json:"iat"`
		Exp    float64 `json:"exp"`
	}
	if json.Unmarshal(payload, &claims) == nil {
		t.issued, t.exp = time.Unix(int64(claims.Issued), 0), time.Unix(int64(claims.Exp), 0)
	}
}

// A cart is what a person has put into it. Each item is put there once.
type cart struct {
	saved map[string]bool // false: the answer was lost, so it may be there or not
}

func newCart() *cart { return &cart{map[string]bool{}} }

// sure lists what has to be there.
func (c *cart) sure() []string {
	var items []string
	for item, sure := range c.saved {
		if sure {
			items = append(items, item)
		}
	}
	return items
}

// validity tells whether the server may know a ticket, and whether it may not, in a request that a replica answered. Where
// both are false the model has a mistake.
func (w *world) validity(e exchange) (good, bad bool) {
	t, at := e.ticket, e.at
	good = true
	note := func(maybe, surely bool) {
		bad = bad || maybe
		good = good && !surely
	}
	sessionPlace := t.scheme.RememberedAt
	isToken := !t.exp.IsZero()
	if isToken || t.scheme.Name == scheme.SessionCookie {
		note(w.keyLosses.between(t.signed, at))
	}
	if isToken {
		if r := w.named(e.replica); r != nil {
			early, late := w.clock(r, at)
			note(!late.Before(t.exp) || early.Before(t.issued), !early.Before(t.exp) || late.Before(t.issued))
		}
	} else if t.scheme.Credential == scheme.Cookie {
		// Any replica may have looked at the session last, by its own clock.
		_, now := w.labTime(at)
		note(now.Sub(t.used) >= idle-touchLate-2*maxSkew || now.Sub(t.begun) >= absolute-2*maxSkew, false)
	}
	switch sessionPlace {
	case scheme.InRedis:
		note(w.flushes.between(t.signed, at))
	case scheme.InReplica:
		note(w.named(t.home).kills.between(t.signed, at))
		note(e.replica != t.home, e.replica != t.home)
	}
	// Only what is remembered can be ended: the session, or on the denylist that a token was taken back. A logout by a token
	// does not ask the denylist.
	if sessionPlace != scheme.Nowhere || t.scheme.AsksRedis && e.action != logout {
		note(w.ended(t, at))
	}
	return good, bad
}

// ended tells whether a ticket's login may have ended before, or surely has. A denylist that was lost ends nothing.
func (w *world) ended(t *ticket, at span) (maybe, surely bool) {
	for _, ending := range t.login.ended {
		mayBeLost, isLost := false, false
		if t.scheme.RememberedAt == scheme.Nowhere {
			mayBeLost, isLost = w.flushes.between(ending.at, at)
		}
		maybe = maybe || !ending.surely || !isLost
		surely = surely || ending.surely && !mayBeLost
	}
	return maybe, surely
}

// refreshable is validity for the refresh token of a login.
func (w *world) refreshable(e exchange) (good, bad bool) {
	l := e.ticket.login
	mayBeLost, isLost := w.flushes.between(l.renewed, e.at)
	old, older := w.flushes.between(l.began, e.at) // of the family
	_, now := w.labTime(e.at)
	bad = mayBeLost || old || len(l.ended) > 0 || now.Sub(e.ticket.begun) >= absolute-2*maxSkew
	good = !isLost && !older
	for _, ending := range l.ended {
		good = good && !ending.surely
	}
	return good, bad
}
