package experiment

import (
	"context"
	"fmt"
	"net/http"

	"authlab/lab/contract"
)

// failover lets the primary of a guarded Redis die before a login and a logout have been copied to its replica. That they
// have not is no chance here: the replica is cut off first, when it has a copy of all that came before.
func failover() Experiment {
	schemes := []string{SessionRedis, TokenRevocable}
	return Experiment{
		Name: "failover",
		Predicted: Predictions{
			SessionRedis:   loginAndLogout(loggedOut(), logoutUndone()),
			TokenRevocable: loginAndLogout(onlyAccessToken(), logoutUndone()),
		},
		Run: func(ctx context.Context, trial *Trial) error {
			return during(ctx, trial.Target, contract.Fault{Name: contract.RedisGuarded}, func() error {
				leaving, err := trial.LoggedIn(ctx, schemes...)
				if err != nil {
					return err
				}
				if err := trial.Target.Break(ctx, contract.Fault{Name: contract.ReplicationCut}); err != nil {
					return err
				}
				coming, kept := Logins{}, leaving.kept()
				for scheme, user := range leaving.inOrder() {
					coming[scheme] = trial.simulated(scheme, 2)
					if err := coming[scheme].Login(ctx); err != nil {
						return err
					}
					if err := user.Logout(ctx); err != nil {
						return err
					}
				}
				before, err := kept.get(ctx, "/me")
				if err != nil {
					return err
				}
				if err := trial.Target.Break(ctx, contract.Fault{Name: contract.PrimaryKilled}); err != nil {
					return err
				}
				for _, scheme := range schemes {
					if before[scheme].Status != http.StatusUnauthorized {
						return fmt.Errorf("%s: %d after the logout, and the primary had not died yet", scheme, before[scheme].Status)
					}
					if err := observeFailover(ctx, trial, coming[scheme], kept[scheme]); err != nil {
						return err
					}
				}
				return nil
			})
		},
	}
}

// observeFailover tells what a login and a logout were worth after the failover.
func observeFailover(ctx context.Context, trial *Trial, came, left *User) error {
	statuses := map[string]float64{}
	for _, ask := range []struct {
		name string
		user *User
	}{{"login", came}, {"logout", left}} {
		page, err := ask.user.Get(ctx, "/me")
		if err != nil {
			return err
		}
		statuses[ask.name] = float64(page.Status)
		if ask.user.Refresh == "" {
			continue
		}
		refreshed, err := ask.user.RefreshTokens(ctx)
		if err != nil {
			return err
		}
		statuses[ask.name+"_refresh"] = float64(refreshed.Status)
	}
	trial.Observe(came.Scheme, failedOver(statuses), statuses)
	return nil
}

// failedOver says it of the statuses that were answered.
func failedOver(statuses map[string]float64) Outcome {
	login, logout := loginOutcome(int(statuses["login"])), status(int(statuses["logout"]))
	if statuses["login"] == http.StatusOK && statuses["login_refresh"] == http.StatusUnauthorized {
		login = onlyAccessToken()
	}
	switch statuses["logout"] {
	case http.StatusOK:
		logout = logoutUndone()
	case http.StatusUnauthorized:
		logout = Kept.says("logout-holds")
	}
	return loginAndLogout(login, logout)
}

func loginAndLogout(login, logout Outcome) Outcome {
	return Meaning("").composed("login-and-logout", login, logout)
}

func onlyAccessToken() Outcome { return Lost.says("only-access-token") }
func logoutUndone() Outcome    { return Dangerous.says("logout-undone") }
