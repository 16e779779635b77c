package experiment

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
)

// crossSiteForms lets another site post forms to /email, in the browser of somebody who is logged in.
func crossSiteForms() Experiment {
	bearer := []string{TokenStateless, TokenRevocable}
	return Experiment{
		Name:     "csrf",
		Question: "I am logged in and visit another site, whose page posts a form to /email: is my address changed?",
		Claim:    "Cookies are open to CSRF, so use tokens.",
		Predict:  whatever(with(always("refused", except(bearer...)...), "not sent", bearer...)),
		Run: func(ctx context.Context, b *Bench) error {
			twin, err := lureAtTwin(ctx, b)
			if err != nil {
				return err
			}
			victims := map[string]*User{}
			for _, scheme := range Schemes() {
				victims[scheme] = b.User(scheme)
			}
			cookies, err := together(Schemes(), func(scheme string) (*http.Cookie, error) { return victims[scheme].flagged(ctx) })
			if err != nil {
				return err
			}
			for _, scheme := range Schemes() { // one after the other: it is the same address that all would change
				observed, measures, err := lure(ctx, b.Target, victims[scheme])
				if err != nil {
					return err
				}
				maps.Copy(measures, flags(cookies[scheme]))
				b.Observe(scheme, observed+twin.remark(), twin.measures(measures))
			}
			return twin.err()
		},
		Lesson: func(r Result) string {
			return fmt.Sprintf("%.0f of %.0f forged posts were refused although the cookie came along, which SameSite=Lax keeps at "+
				"home: %.0f by where the request came from, and %.0f, of browsers that do not say, because no form can send JSON by "+
				"its name. A token in a header needs no such walls, because no browser sends it on its own; the same token in a "+
				"cookie needs them all. %s",
				r.Measure(SessionRedis, "refused"), r.Measure(SessionRedis, "forms"), r.Measure(SessionRedis, "refused_by_origin"),
				r.Measure(SessionRedis, "refused_by_type"), fellFor(r, SessionRedis))
		},
	}
}

// lure makes a victim's browser post everything that another site can make it post. The cookie goes along, although
// SameSite=Lax keeps it at home already: browsers send a cookie with a form of another site only if it says
// SameSite=None, or says nothing (then all of them or, in Chrome, for two minutes). A browser may be too old to know
// that, so the second wall and the third have to stand by themselves.
func lure(ctx context.Context, target Target, victim *User) (string, map[string]float64, error) {
	const mine = "alice@example.com"
	if err := victim.changesEmail(ctx, mine); err != nil {
		return "", nil, err // whoever refuses everybody proves nothing
	}
	sent := victim.ambient()
	forms := crossForms("mallory@evil.example")
	seen, refusals := map[int]int{}, 0
	for _, form := range forms {
		answer, err := victim.lured(ctx, form)
		if err != nil {
			return "", nil, fmt.Errorf("%s: %w", form.name, err)
		}
		seen[answer.Status]++
		want := form.refusal
		if !sent {
			want = http.StatusUnauthorized
		}
		if answer.Status == want {
			refusals++
		}
	}
	measures := map[string]float64{
		"forms": float64(len(forms)), "refused": float64(refusals), "refused_by_origin": float64(seen[http.StatusForbidden]),
		"refused_by_type": float64(seen[http.StatusUnsupportedMediaType]), "sent": oneIf(sent),
	}
	observed := "answered " + tally(seen)
	switch {
	case refusals < len(forms):
	case sent:
		observed = "refused"
	default:
		observed = "not sent"
	}
	if shown, ok := target.(directory); ok {
		email, err := shown.Email(ctx, victim.Name)
		switch {
		case errors.Is(err, ErrNotOnTarget): // then the statuses have to do
		case err != nil:
			return "", nil, err
		default:
			measures["address_unchanged"] = oneIf(email == mine)
			if email != mine {
				observed += ", and changed"
			}
		}
	}
	return observed, measures, nil
}

// lureAtTwin posts the same forms to the naive twin.
func lureAtTwin(ctx context.Context, b *Bench) (onTwin, error) {
	t, err := b.twin(ctx)
	if err != nil {
		return onTwin{}.orAbsent(err)
	}
	var o onTwin
	cookie, err := t.login(ctx, "alice", "")
	if err != nil {
		return o, err
	}
	o.note("a script reads the cookie", !cookie.HttpOnly, true)
	for i := range crossForms("") {
		email := fmt.Sprintf("mallory-%d@evil.example", i)
		form := crossForms(email)[i]
		headers := append([]string{"Content-Type", form.contentType, "Cookie", cookie.Name + "=" + cookie.Value}, form.headers...)
		if _, err := t.do(ctx, http.MethodPost, "/naive/session/email", form.body, headers...); err != nil {
			return o, err
		}
		user, _, err := t.whoIs(ctx, cookie.Name+"="+cookie.Value)
		if err != nil {
			return o, err
		}
		o.note(form.name, user.Email == email, true)
	}
	return o, nil
}

type twinUser struct{ Name, Email string }

// whoIs asks the twin whom it takes the sender of a cookie for. Nobody: 401.
func (t *twin) whoIs(ctx context.Context, cookie string) (twinUser, []*http.Cookie, error) {
	got, err := t.do(ctx, http.MethodGet, "/naive/session/me", "", "Cookie", cookie)
	if err != nil || got.status == http.StatusUnauthorized {
		return twinUser{}, got.cookies, err
	}
	var me struct{ User twinUser }
	if err := json.Unmarshal([]byte(got.body), &me); err != nil {
		return twinUser{}, nil, fmt.Errorf("naive twin: %d %w", got.status, err)
	}
	return me.User, got.cookies, nil
}
