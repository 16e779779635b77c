package experiment

import (
	"context"
	"net/http"
)

// passwordChange has two thieves in a user's account when the user changes the password: one has a copy of the user's login,
// and one has logged in at another replica with the old password. It measures who is out.
func passwordChange() Experiment {
	return Experiment{
		Name: "password-change",
		PredictedFor: func(replicas int) Predictions {
			predicted := same(thievesAre(http.StatusOK, http.StatusOK), SessionCookie, TokenStateless, TokenCookie)
			for _, scheme := range []string{Basic, SessionMemory, SessionRedis, TokenRevocable} {
				predicted[scheme] = thievesAre(http.StatusUnauthorized, http.StatusUnauthorized)
			}
			if replicas > 1 { // the replica that changes the password cannot reach another's memory
				predicted[SessionMemory] = thievesAre(http.StatusUnauthorized, http.StatusOK)
			}
			return predicted
		},
		Choices: func(int) []Outcome {
			return []Outcome{thievesAre(http.StatusUnauthorized, http.StatusUnauthorized),
				thievesAre(http.StatusUnauthorized, http.StatusOK), thievesAre(http.StatusOK, http.StatusOK)}
		},
		Run: func(ctx context.Context, trial *Trial) error {
			replicas, err := trial.ReplicaNames(ctx)
			if err != nil {
				return err
			}
			for i, scheme := range Schemes() { // each with a user of its own: a change ends the logins by every scheme
				if err := trial.changePassword(ctx, scheme, i+1, replicas); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

// changePassword has one user change the password, and observes what the two thieves get after it.
func (trial *Trial) changePassword(ctx context.Context, scheme string, number int, replicas []string) error {
	owner, thief := trial.simulated(scheme, number), trial.simulated(scheme, number)
	thief.address = trial.User(scheme).address
	if err := owner.logInAt(ctx, replicas[0]); err != nil {
		return err
	}
	if err := thief.logInAt(ctx, replicas[len(replicas)-1]); err != nil {
		return err
	}
	copied := owner.Copy()
	if err := owner.ChangePassword(ctx, "a new one of "+owner.Name); err != nil {
		return err
	}
	withCopy, err := copied.Status(ctx, "/me")
	if err != nil {
		return err
	}
	elsewhere, err := thief.Status(ctx, "/me")
	if err != nil {
		return err
	}
	measures := map[string]float64{"copied_status": float64(withCopy), "elsewhere_status": float64(elsewhere)}
	if thief.Refresh != "" {
		answer, err := thief.RefreshTokens(ctx)
		if err != nil {
			return err
		}
		measures["refresh_status"] = float64(answer.Status)
	}
	trial.Observe(scheme, thievesAre(withCopy, elsewhere), measures)
	return nil
}

// logInAt logs in at a replica.
func (u *User) logInAt(ctx context.Context, replica string) error {
	if err := u.PinTo(ctx, replica); err != nil {
		return err
	}
	return u.Login(ctx)
}

// ChangePassword changes the password. The login that asks for it ends, too.
func (u *User) ChangePassword(ctx context.Context, password string) error {
	body := map[string]string{"old": u.password, "new": password}
	if _, err := u.expect(ctx, http.StatusOK, http.MethodPost, base(u.Scheme)+"/password", body); err != nil {
		return err
	}
	u.password = password
	return nil
}

// thievesAre says what a thief with a copy of the login gets, and one who has logged in elsewhere with the old password.
func thievesAre(copied, elsewhere int) Outcome {
	if copied == elsewhere {
		return thiefIs(copied)
	}
	return Meaning("").composed("elsewhere", thiefIs(copied), thiefIs(elsewhere))
}

func thiefIs(code int) Outcome {
	switch code {
	case http.StatusUnauthorized:
		return Kept.says("out")
	case http.StatusOK:
		return Dangerous.says("stays-in")
	}
	return status(code)
}
