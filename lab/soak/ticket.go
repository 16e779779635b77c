package soak

import (
	"encoding/base64"
	"encoding/json"
	"slices"
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

// over tells whether the login is over that a request is sent with, for the replica that answered it.
func (w *world) over(e exchange) truth {
	t, at := e.ticket, e.at
	isToken := t != nil && !t.exp.IsZero()
	switch {
	case t == nil || t.scheme.Credential == scheme.Password:
		return no
	case e.action == refresh:
		return w.familyOver(e)
	}
	over := no
	if isToken || t.scheme.Name == scheme.SessionCookie {
		over = max(over, w.keyLosses.between(t.signed, at))
	}
	if isToken {
		if r := w.named(e.replica); r != nil {
			early, late := w.clock(r, at)
			over = max(over, truthOf(!late.Before(t.exp) || early.Before(t.issued), !early.Before(t.exp) || late.Before(t.issued)))
		}
	} else {
		// Any replica may have looked at the session last, by its own clock.
		_, now := w.labTime(at)
		over = max(over, truthOf(now.Sub(t.used) >= idle-touchLate-2*maxSkew || now.Sub(t.begun) >= absolute-2*maxSkew, false))
	}
	switch t.scheme.RememberedAt {
	case scheme.InRedis:
		over = max(over, w.flushes.between(t.signed, at))
	case scheme.InReplica:
		elsewhere := e.replica != t.home
		over = max(over, w.named(t.home).kills.between(t.signed, at), truthOf(elsewhere, elsewhere))
	}
	// Only what is remembered can be ended: the session, or on the denylist that a token was taken back. A logout by a token
	// does not ask the denylist.
	if t.scheme.RememberedAt != scheme.Nowhere || t.scheme.AsksRedis && e.action != logout {
		over = max(over, w.ended(t, at))
	}
	return over
}

// ended tells whether a ticket's login has ended before. A denylist that was lost ends nothing.
func (w *world) ended(t *ticket, at span) truth {
	ended := no
	for _, ending := range t.login.ended {
		one := truthOf(true, ending.surely)
		if ending.surely && t.scheme.RememberedAt == scheme.Nowhere {
			one = yes - w.flushes.between(ending.at, at)
		}
		ended = max(ended, one)
	}
	return ended
}

// familyOver is over for the refresh token of a login.
func (w *world) familyOver(e exchange) truth {
	l := e.ticket.login
	_, now := w.labTime(e.at)
	surely := slices.ContainsFunc(l.ended, func(e ending) bool { return e.surely })
	maybe := len(l.ended) > 0 || now.Sub(e.ticket.begun) >= absolute-2*maxSkew
	return max(w.flushes.between(l.began, e.at), truthOf(maybe, surely))
}
