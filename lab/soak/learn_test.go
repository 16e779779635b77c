package soak

import (
	"net/http"
	"testing"

	"authlab/web/scheme"
)

// knows is a person who holds a ticket of a scheme.
func knows(name string) (*person, *ticket) {
	p := newPerson(&soak{config: Config{People: 1}, world: newWorld(3)}, 1)
	t := testTicket(name)
	t.text, t.cart.saved = "old", map[string]bool{}
	p.held[name] = t
	return p, t
}

func TestAnItemIsSavedOrPerhapsOrNot(t *testing.T) {
	const item = "1-1"
	for name, tt := range map[string]struct {
		scheme         string
		status         int
		kept, surelyIn bool
	}{
		"answered":                       {scheme.SessionRedis, 200, true, true},
		"the answer was lost":            {scheme.SessionRedis, 0, true, false},
		"503":                            {scheme.SessionRedis, 503, true, false},
		"504, so it may come later":      {scheme.TokenStateless, 504, true, false},
		"refused":                        {scheme.SessionRedis, 401, false, false},
		"the cookie with it was lost":    {scheme.SessionCookie, 504, false, false},
		"the cookie with it has arrived": {scheme.SessionCookie, 200, true, true},
	} {
		p, ticket := knows(tt.scheme)
		ticket.cart.saved[item] = false
		e := get(tt.scheme, add)
		e.ticket, e.item, e.status, e.body.Items = ticket, item, tt.status, nil
		if tt.status == http.StatusOK {
			e.body.Items = []string{item}
		}
		p.learn(&e)
		surely, kept := ticket.cart.saved[item]
		if kept != tt.kept || surely != tt.surelyIn {
			t.Errorf("%s: kept %t, surely %t; want %t, %t", name, kept, surely, tt.kept, tt.surelyIn)
		}
	}
}

func TestALogoutEndsALoginSurelyOrPerhapsOrNot(t *testing.T) {
	for name, tt := range map[string]struct {
		scheme  string
		status  int
		replica string
		endings int
		surely  bool
		held    bool // the person goes on with it
	}{
		"answered":                          {scheme.SessionRedis, 204, "app-2", 1, true, false},
		"503":                               {scheme.SessionRedis, 503, "app-2", 1, false, true},
		"the answer was lost":               {scheme.TokenRevocable, 0, "", 1, false, true},
		"a token":                           {scheme.TokenRevocable, 204, "app-2", 1, true, false},
		"a token that is over":              {scheme.TokenRevocable, 401, "app-2", 1, false, false},
		"a memory at its home":              {scheme.SessionMemory, 204, "app-1", 1, true, false},
		"a memory elsewhere":                {scheme.SessionMemory, 401, "app-2", 0, false, false},
		"a memory, and the answer was lost": {scheme.SessionMemory, 504, "", 1, false, true},
	} {
		p, ticket := knows(tt.scheme)
		e := get(tt.scheme, logout)
		e.ticket, e.status, e.replica, e.body.Items = ticket, tt.status, tt.replica, nil
		p.learn(&e)
		ended := ticket.login.ended
		if len(ended) != tt.endings || len(ended) > 0 && ended[0].surely != tt.surely {
			t.Errorf("%s: ended %v, want %d, surely %t", name, ended, tt.endings, tt.surely)
		}
		if held := p.held[tt.scheme] == ticket; held != tt.held || held == (len(p.retired) > 0) {
			t.Errorf("%s: held %t with %d retired, want %t", name, held, len(p.retired), tt.held)
		}
	}
}

func TestALoginEndsTheSessionBeforeIt(t *testing.T) {
	for name, tt := range map[string]struct {
		scheme  string
		status  int
		replica string
		endings int
		surely  bool
	}{
		"in Redis":                {scheme.SessionRedis, 200, "app-2", 1, true},
		"in Redis, perhaps":       {scheme.SessionRedis, 503, "app-2", 1, false},
		"in memory at home":       {scheme.SessionMemory, 200, "app-1", 1, true},
		"in memory elsewhere":     {scheme.SessionMemory, 200, "app-2", 0, false},
		"in a cookie it does not": {scheme.SessionCookie, 200, "app-1", 0, false},
	} {
		p, old := knows(tt.scheme)
		e := get(tt.scheme, logIn)
		e.ticket, e.status, e.replica, e.body.Items, e.newCookie = old, tt.status, tt.replica, nil, "new"
		p.learn(&e)
		ended := old.login.ended
		if len(ended) != tt.endings || len(ended) > 0 && ended[0].surely != tt.surely {
			t.Errorf("%s: ended %v, want %d, surely %t", name, ended, tt.endings, tt.surely)
		}
		if isNew := p.held[tt.scheme].text == "new"; isNew != (tt.status == http.StatusOK) {
			t.Errorf("%s: holds the new one: %t", name, isNew)
		}
	}
}

func TestARefreshTokenIsUsedOnce(t *testing.T) {
	for status, want := range map[int]string{200: "next", 401: "", 503: "", 504: "", 0: ""} {
		p, old := knows(scheme.TokenStateless)
		e := get(scheme.TokenStateless, refresh)
		e.ticket, e.status, e.body.Items = old, status, nil
		if status == http.StatusOK {
			e.body.AccessToken, e.body.RefreshToken = "a.b.c", "next"
		}
		p.learn(&e)
		if got := p.held[scheme.TokenStateless].login.refresh; got != want {
			t.Errorf("after %d it goes on with %q, want %q", status, got, want)
		}
	}
}
