package experiment

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// inTheLog sends credentials past a proxy that writes an access log: first where the scheme has them, in a header or a cookie,
// and then in the address. It looks for them in the log, and tries what it finds.
func inTheLog() Experiment {
	schemes := append(except(Basic), TokenBound) // no name and password belongs in an address, and no client of today sends one
	predicted := same(logged(false, true, http.StatusOK), schemes...)
	predicted[TokenBound] = logged(false, true, http.StatusUnauthorized)
	return Experiment{
		Name:      "in-the-log",
		Predicted: predicted,
		Choices:   these(logged(false, false, 0), logged(false, true, http.StatusUnauthorized), logged(false, true, http.StatusOK), logged(true, true, http.StatusOK)),
		Run: func(ctx context.Context, trial *Trial) error {
			if strings.HasPrefix(trial.Target.URL(), "https:") { // a proxy does not see what is in TLS
				return fmt.Errorf("a proxy's log: %w", ErrNotOnTarget)
			}
			log, err := newAccessLog(ctx)
			if err != nil {
				return err
			}
			defer log.Close()
			twin, err := logTwin(ctx, trial, log)
			if err != nil {
				return err
			}
			users, err := trial.LoggedIn(ctx, schemes...)
			if err != nil {
				return err
			}
			for scheme, user := range users.inOrder() {
				user.client = log.client
				if _, err := user.Page(ctx, "/me"); err != nil {
					return err
				}
				inPlace := log.has(user.Credential())
				refused, err := user.inAddress(ctx)
				if err != nil {
					return err
				}
				inAddress, replayed := log.has(user.Credential()), 0
				if inAddress {
					if replayed, err = user.Copy().Status(ctx, "/me"); err != nil { // a thief who has read the log
						return err
					}
				}
				trial.Observe(scheme, twin.remark(logged(inPlace, inAddress, replayed)), twin.measures(map[string]float64{
					"logged_in_place": oneIf(inPlace), "logged_in_address": oneIf(inAddress),
					"status_in_address": float64(refused), "replayed_status": float64(replayed),
				}))
			}
			return twin.err()
		},
		Lesson: func(r Result) []string { return []string{twinSentence(r)} },
	}
}

// inAddress sends the credential in the address, and nowhere else, and returns the status.
func (u *User) inAddress(ctx context.Context) (int, error) {
	bare := u.alike()
	bare.Access, bare.trick = "", "address"
	delete(bare.cookies, bare.cookieName())
	answer, err := bare.Get(ctx, "/me?access_token="+url.QueryEscape(u.Credential()))
	return answer.Status, err
}

// logTwin sends the naive twin a token in the address. It falls for it if it takes the token, and a thief who reads the log
// gets in with it.
func logTwin(ctx context.Context, trial *Trial, log *accessLog) (twinResult, error) {
	return trial.attackTwin(ctx, func(t *twin, o *twinResult) error {
		t.trick = "address"
		tokens, err := t.tokens(ctx, "bob")
		if err != nil {
			return err
		}
		past := *t
		past.client = log.client
		got, err := past.do(ctx, http.MethodGet, "/naive/token/me?access_token="+url.QueryEscape(tokens.Access), "")
		if err != nil {
			return err
		}
		thief, err := t.do(ctx, http.MethodGet, "/naive/token/me", "", "Authorization", "Bearer "+tokens.Access)
		if err != nil {
			return err
		}
		o.note("address", got.status == http.StatusOK && log.has(tokens.Access) && thief.status == http.StatusOK, true)
		return nil
	})
}

// logged says whether a credential is in the log when it is sent where its scheme has it, and when it is in the address, and
// what it is then good for.
func logged(inPlace, inAddress bool, replayed int) Outcome {
	return Meaning("").composed("places", inLog(inPlace, replayed), inLog(inAddress, replayed))
}

func inLog(found bool, replayed int) Outcome {
	switch {
	case !found:
		return Kept.says("not-logged")
	case replayed == http.StatusOK:
		return Dangerous.says("logged-and-good", "status", replayed)
	}
	return Meaning("").says("logged", "status", replayed)
}
