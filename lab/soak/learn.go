package soak

import (
	"net/http"
	"time"

	"authlab/web/scheme"
)

// learn notes what an answer, or its loss, means for the credentials of this person.
func (p *person) learn(e *exchange) {
	lost := e.status == 0 || e.status >= 500
	isHeld := e.ticket != nil && p.held[e.scheme.Name] == e.ticket
	if isHeld && !lost && e.status != http.StatusUnauthorized {
		p.used(e)
	}
	for _, item := range e.body.Items {
		e.ticket.cart.saved[item] = true
	}
	switch e.action {
	case add:
		// A cookie that never arrived has changed nothing, and neither has a request that was refused.
		if !e.ticket.cart.saved[e.item] && (!lost || e.scheme.Name == scheme.SessionCookie) {
			delete(e.ticket.cart.saved, e.item)
		}
	case logIn:
		p.loggedIn(e, lost)
		return
	case logout:
		p.loggedOut(e, lost)
		return
	case refresh:
		p.refreshed(e)
		return
	}
	if e.status == http.StatusUnauthorized && isHeld {
		if e.scheme.RememberedAt != scheme.Nowhere {
			e.ticket.end(e.at, false) // a replica deletes a session that is over by its own clock
		}
		p.retire(e.ticket)
		delete(p.held, e.scheme.Name)
	}
}

// used notes when a session was used, unless the time of that is not sure: the store may have failed to write it, or the
// clock may have been moved.
func (p *person) used(e *exchange) {
	w, t := p.soak.world, e.ticket
	now, sure := time.Time{}, false
	w.note(func(time.Time) {
		low, high := w.ahead.values(e.at)
		now, sure = e.at.from.Add(low), low == high && !w.outage(e.at)
	})
	if sure {
		t.used = now
	}
	if e.newCookie != "" && e.scheme.Name == scheme.SessionCookie && e.action != logIn {
		t.text, t.signed = e.newCookie, e.at
	}
}

// loggedIn notes a login: its credential, and what became of the session that was there before.
func (p *person) loggedIn(e *exchange, lost bool) {
	old := e.ticket
	if old != nil && old.scheme.RememberedAt != scheme.Nowhere {
		if here := old.scheme.RememberedAt == scheme.InRedis || e.replica == old.home; here || lost {
			old.end(e.at, !lost)
		}
	}
	if e.status != http.StatusOK {
		return
	}
	if old != nil {
		p.retire(old)
	}
	t := &ticket{scheme: e.scheme, user: e.user, login: &login{began: e.at, refresh: e.body.RefreshToken}, cart: newCart()}
	if e.scheme.Credential == scheme.Bearer || e.scheme.Name == scheme.TokenCookie {
		t.cart = p.cart
	}
	p.hold(t, e)
	p.soak.world.note(func(time.Time) { t.begun, _ = p.soak.world.labTime(e.at) })
	t.used = t.begun
}

// hold takes the credential of an answer.
func (p *person) hold(t *ticket, e *exchange) {
	t.text, t.signed, t.home, t.admin = e.newCookie, e.at, e.replica, p.admin
	if e.body.AccessToken != "" {
		t.text = e.body.AccessToken
	}
	t.readTimes()
	p.held[t.scheme.Name] = t
}

func (p *person) loggedOut(e *exchange, lost bool) {
	t := e.ticket
	// The memory of another replica is not reached: the session lives on, without its cookie.
	if t.scheme.RememberedAt != scheme.InReplica || e.replica == t.home || lost {
		t.end(e.at, !lost && e.status == http.StatusNoContent)
	}
	if !lost {
		p.retire(t)
		delete(p.held, t.scheme.Name)
	}
}

// refreshed takes the new pair. If the answer was lost, the refresh token may be spent, and is not used again.
func (p *person) refreshed(e *exchange) {
	old := e.ticket
	old.login.refresh = ""
	if e.status != http.StatusOK {
		return
	}
	old.login.refresh = e.body.RefreshToken
	p.retire(old)
	p.hold(&ticket{scheme: old.scheme, user: old.user, login: old.login, cart: old.cart, begun: old.begun, used: old.used}, e)
}

// retire keeps a credential to try it again later.
func (p *person) retire(t *ticket) {
	if t.text != "" {
		p.retired = append(p.retired, t)
		p.retired = p.retired[max(0, len(p.retired)-keptRetired):]
	}
}
