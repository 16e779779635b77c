package experiment

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"authlab/lab/contract"
)

// loginCSRF lets another site log a user's browser in as the attacker, while the user is logged in.
func loginCSRF() Experiment {
	schemes := except(Basic)
	predicted := same(formsRefused(), schemes...)
	predicted[TokenStateless], predicted[TokenRevocable] = answerNotKept(), answerNotKept()
	return Experiment{
		Name:      "login-csrf",
		Predicted: predicted,
		Run: func(ctx context.Context, trial *Trial) error {
			twin, err := logInAtTwin(ctx, trial)
			if err != nil {
				return err
			}
			for _, scheme := range schemes {
				victim := trial.simulated(scheme, 2)
				if err := victim.Login(ctx); err != nil {
					return err
				}
				outcome, measures, err := victim.loggedInByOthers(ctx, contract.SimulatedName(1))
				if err != nil {
					return err
				}
				trial.Observe(scheme, twin.remark(outcome), twin.measures(measures))
			}
			return twin.err()
		},
		Lesson: func(r Result) []string { return []string{twinSentence(r)} },
	}
}

// answerNotKept: the answer to a login holds the token, and another site's page can neither read it nor have it kept.
func answerNotKept() Outcome { return Kept.says("answer-not-kept") }

// loggedInByOthers posts the attacker's name and password to the login, in every way that another site has, and asks after
// each who is logged in.
func (u *User) loggedInByOthers(ctx context.Context, attacker string) (Outcome, map[string]float64, error) {
	forms, cookies := crossForms("username", attacker, "password", simulatedPassword), 0
	seen, as := map[int]int{}, map[string]int{}
	refused := 0
	for _, form := range forms {
		answer, err := u.postForeignForm(ctx, named(u.Scheme).Login, form)
		if err != nil {
			return Outcome{}, nil, fmt.Errorf("%s: %w", form.name, err)
		}
		seen[answer.Status]++
		if answer.SetCookie {
			cookies++
		}
		if answer.Status == form.refusal {
			refused++
		}
		name, err := u.whoAmI(ctx)
		if err != nil {
			return Outcome{}, nil, err
		}
		as[name]++
	}
	measures := map[string]float64{
		"forms": float64(len(forms)), "refused": float64(refused), "answered": float64(seen[http.StatusOK]), "cookies_set": float64(cookies),
		"as_attacker": float64(as[attacker]), "as_before": float64(as[u.Name]),
	}
	switch {
	case as[attacker] > 0:
		return Dangerous.says("is-attacker"), measures, nil
	case as[u.Name] < len(forms):
		return loggedOut(), measures, nil
	case refused == len(forms):
		return formsRefused(), measures, nil
	case cookies == 0 && u.Access != "":
		return answerNotKept(), measures, nil
	}
	return formsAnswered(seen), measures, nil
}

// whoAmI is the name that the server knows this user by. Empty: it does not.
func (u *User) whoAmI(ctx context.Context) (string, error) {
	answer, err := u.Get(ctx, "/me")
	if err != nil || answer.Status != http.StatusOK {
		return "", err
	}
	var me struct{ User struct{ Name string } }
	err = json.Unmarshal(answer.Body, &me)
	return me.User.Name, err
}

// logInAtTwin posts bob's name and password to the naive twin, in the browser of alice.
func logInAtTwin(ctx context.Context, trial *Trial) (twinResult, error) {
	return trial.attackTwin(ctx, func(t *twin, o *twinResult) error {
		for _, form := range crossForms("username", "bob", "password", passwords["bob"]) {
			cookie, err := t.login(ctx, "alice", "")
			if err != nil {
				return err
			}
			held := cookie.Name + "=" + cookie.Value
			headers := append([]string{"Content-Type", form.contentType, "Cookie", held}, form.headers...)
			got, err := t.do(ctx, http.MethodPost, "/naive/session/login", form.body, headers...)
			if err != nil {
				return err
			}
			for _, set := range got.cookies {
				held = set.Name + "=" + set.Value
			}
			user, _, err := t.whoIs(ctx, held)
			if err != nil {
				return err
			}
			isText := strings.HasPrefix(form.contentType, "text/") // which gin binds as a form
			o.note(form.name, user.Name == "bob", !isText)
		}
		return nil
	})
}
