package experiment

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
)

// crossSiteForms lets another site post forms to /email, in the browser of a user who is logged in.
func crossSiteForms() Experiment {
	return Experiment{
		Name: "csrf",
		Predicted: Predictions{
			Basic:          formsRefused(),
			SessionMemory:  formsRefused(),
			SessionRedis:   formsRefused(),
			SessionCookie:  formsRefused(),
			TokenStateless: credentialNotSent(),
			TokenRevocable: credentialNotSent(),
			TokenCookie:    formsRefused(),
		},
		Run: func(ctx context.Context, trial *Trial) error {
			twin, err := postFormsToTwin(ctx, trial)
			if err != nil {
				return err
			}
			victims, err := trial.LoggedInAsAlice(ctx)
			if err != nil {
				return err
			}
			flags := map[string]map[string]float64{} // of the cookies that the login has set
			for scheme, victim := range victims {
				flags[scheme] = victim.flags()
			}
			for _, scheme := range Schemes() { // one after the other: it is the same address that all would change
				outcome, measures, err := postForeignForms(ctx, trial, victims[scheme])
				if err != nil {
					return err
				}
				maps.Copy(measures, flags[scheme])
				trial.Observe(scheme, twin.remark(outcome), twin.measures(measures))
			}
			return twin.err()
		},
		Lesson: func(r Result) []string { return []string{twinSentence(r)} },
	}
}

// postForeignForms makes a victim's browser post everything that another site can make it post. The cookie goes along, although
// SameSite=Lax keeps it at home already: browsers send a cookie with a form of another site only if it says
// SameSite=None, or says nothing (then all of them or, in Chrome, for two minutes). A browser may be too old to know
// that, so the other two defences, Origin and Content-Type, have to be enough without it.
func postForeignForms(ctx context.Context, trial *Trial, victim *User) (Outcome, map[string]float64, error) {
	const mine = "alice@example.com"
	if err := victim.changesEmail(ctx, mine); err != nil {
		return Outcome{}, nil, err // a server that refuses its own page as well proves nothing
	}
	sent := victim.ambient()
	forms := crossForms("email", "mallory@evil.example")
	seen, refusals := map[int]int{}, 0
	for _, form := range forms {
		answer, err := victim.postForeignForm(ctx, base(victim.Scheme)+"/email", form)
		if err != nil {
			return Outcome{}, nil, fmt.Errorf("%s: %w", form.name, err)
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
	outcome := formsAnswered(seen)
	switch {
	case refusals < len(forms):
	case sent:
		outcome = formsRefused()
	default:
		outcome = credentialNotSent()
	}
	email, err := trial.Email(ctx, victim.Name)
	switch {
	case errors.Is(err, ErrNotOnTarget): // the address can't be seen here, so the statuses have to be enough
	case err != nil:
		return Outcome{}, nil, err
	default:
		measures["address_unchanged"] = oneIf(email == mine)
		if email != mine {
			outcome = Dangerous.composed("and-changed", outcome)
		}
	}
	return outcome, measures, nil
}

func credentialNotSent() Outcome { return Kept.says("not-sent") }

// postFormsToTwin posts the same forms to the naive twin.
func postFormsToTwin(ctx context.Context, trial *Trial) (twinResult, error) {
	return trial.attackTwin(ctx, func(t *twin, o *twinResult) error {
		cookie, err := t.login(ctx, "alice", "")
		if err != nil {
			return err
		}
		o.note("a script reads the cookie", !cookie.HttpOnly, true)
		for i := range crossForms() {
			email := fmt.Sprintf("mallory-%d@evil.example", i)
			form := crossForms("email", email)[i]
			headers := append([]string{"Content-Type", form.contentType, "Cookie", cookie.Name + "=" + cookie.Value}, form.headers...)
			if _, err := t.do(ctx, http.MethodPost, "/naive/session/email", form.body, headers...); err != nil {
				return err
			}
			user, _, err := t.whoIs(ctx, cookie.Name+"="+cookie.Value)
			if err != nil {
				return err
			}
			o.note(form.name, user.Email == email, true)
		}
		return nil
	})
}
