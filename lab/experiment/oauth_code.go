package experiment

import (
	"context"
	"net/http"
	"net/url"

	"golang.org/x/oauth2"

	"authlab/lab/contract"
)

// oauthCode has the login server hand tokens over, and gives a thief the address to which the browser is sent back; and then
// the app's verifier too, with which the thief is faster than the app.
func oauthCode() Experiment {
	return Experiment{
		Name: "oauth-code",
		Predicted: Predictions{
			TokenStateless: stolenCode(nothing(), inStaysIn()),
			TokenRevocable: stolenCode(nothing(), inThenOut()),
		},
		Run: func(ctx context.Context, trial *Trial) error {
			issuer, err := trial.service(ctx, "a login server", func(s contract.ServicesView) string { return s.Issuer })
			if err != nil {
				return err
			}
			twin, err := stealAtTwin(ctx, trial)
			if err != nil {
				return err
			}
			for _, scheme := range []string{TokenStateless, TokenRevocable} {
				victim, attacker := trial.simulated(scheme, 1), trial.simulated(scheme, 2)
				tries, taken, err := stealRedirect(ctx, issuer, victim, attacker)
				if err != nil {
					return err
				}
				stolen, err := stealVerifier(ctx, issuer, victim, attacker)
				if err != nil {
					return err
				}
				outcome := stolenCode(codeTaken(tries, taken), stolen.outcome())
				trial.Observe(scheme, twin.remark(outcome), twin.measures(map[string]float64{
					"tries": float64(tries), "taken": float64(taken),
					"status_before": float64(stolen.before), "status_after": float64(stolen.after), "refresh_status": float64(stolen.refresh),
				}))
			}
			return twin.err()
		},
		Lesson: func(r Result) []string { return []string{twinSentence(r)} },
	}
}

// foreignRedirect is an address of the attacker's.
const foreignRedirect = "https://attacker.example/"

// stolenCode says what a thief has of the code alone, and of the code and its verifier.
func stolenCode(alone, withVerifier Outcome) Outcome {
	return Meaning("").composed("alone-and-with-verifier", alone, withVerifier)
}

func codeTaken(tries, taken int) Outcome {
	if taken == 0 {
		return nothing()
	}
	return Dangerous.says("taken", "taken", taken, "tries", tries)
}

// stealRedirect lets an attacker do what can be done with the address, before and after the app has redeemed the code, and
// counts the attacks that opened a page. The owner has to be in after them.
func stealRedirect(ctx context.Context, issuer string, victim, attacker *User) (tries, taken int, err error) {
	begun, theirs := newApp(issuer, victim), newApp(issuer, attacker)
	back, err := victim.authorize(ctx, begun.address())
	if err != nil {
		return 0, 0, err
	}
	attacker.trick = "a login of their own"
	foreign, err := attacker.authorize(ctx, theirs.address())
	if err != nil {
		return 0, 0, err
	}
	attack := func(trick string, try func() (oauth2.Token, error)) {
		if err != nil {
			return
		}
		var got oauth2.Token
		attacker.trick = trick
		if got, err = try(); err != nil {
			return
		}
		attacker.Access = got.AccessToken
		var status int
		status, err = attacker.Status(ctx, "/me")
		tries++
		if status == http.StatusOK {
			taken++
		}
	}
	// The victim follows a link that the attacker has made.
	lure := func(redirect string, options ...oauth2.AuthCodeOption) (oauth2.Token, error) {
		link := newApp(issuer, attacker)
		link.RedirectURL, link.verifier = redirect, theirs.verifier
		victim.trick = attacker.trick
		defer func() { victim.trick = "" }()
		got, err := victim.authorize(ctx, link.AuthCodeURL(link.state, options...))
		if err != nil || got.Get("code") == "" {
			return oauth2.Token{AccessToken: got.Get("access_token")}, err
		}
		return link.cameBack(ctx, got)
	}
	code, challenge := back.Get("code"), oauth2.S256ChallengeOption(theirs.verifier)
	attack("code as a token", func() (oauth2.Token, error) { return oauth2.Token{AccessToken: code}, nil })
	attack("code without verifier", func() (oauth2.Token, error) { return theirs.redeem(ctx, code) })
	attack("code with another verifier", func() (oauth2.Token, error) { // code injection: RFC 9700, section 4.5
		return theirs.cameBack(ctx, url.Values{"code": {code}, "state": {theirs.state}})
	})
	attack("login of the attacker", func() (oauth2.Token, error) { return begun.cameBack(ctx, foreign) })
	attack("another redirect_uri", func() (oauth2.Token, error) { return lure(foreignRedirect, challenge) })
	attack("no code_challenge", func() (oauth2.Token, error) { return lure(contract.OAuthRedirect) })
	attack("response_type=token", func() (oauth2.Token, error) {
		return lure(contract.OAuthRedirect, challenge, oauth2.SetAuthURLParam("response_type", "token"))
	})
	if err != nil {
		return 0, 0, err
	}
	got, err := begun.cameBack(ctx, back)
	if err != nil {
		return 0, 0, err
	}
	attack("code again", func() (oauth2.Token, error) { return theirs.redeem(ctx, code) })
	victim.Access = got.AccessToken
	if err == nil {
		_, err = victim.Page(ctx, "/me")
	}
	return tries, taken, err
}

// stealVerifier has a thief redeem a code with its verifier, and then the app.
func stealVerifier(ctx context.Context, issuer string, victim, thief *User) (theft, error) {
	begun := newApp(issuer, victim)
	back, err := victim.authorize(ctx, begun.address())
	if err != nil {
		return theft{}, err
	}
	stolen := begun
	stolen.user, thief.trick = thief, "code and verifier"
	got, err := stolen.cameBack(ctx, back)
	if err != nil {
		return theft{}, err
	}
	thief.Access, thief.Refresh = got.AccessToken, got.RefreshToken
	return thief.stealing(ctx, func(ctx context.Context) error {
		_, err := begun.cameBack(ctx, back)
		return err
	})
}

// stealAtTwin does the same at the naive twin, with an app that compares no state.
func stealAtTwin(ctx context.Context, trial *Trial) (twinResult, error) {
	return trial.attackTwin(ctx, func(t *twin, o *twinResult) error {
		for _, attack := range []struct{ trick, user, asks, redirect string }{
			{"token in the address", "alice", "token", contract.OAuthRedirect},
			{"code without verifier", "alice", "code", contract.OAuthRedirect},
			{"login of the attacker", "bob", "code", contract.OAuthRedirect},
			{"another redirect_uri", "alice", "code", foreignRedirect},
		} {
			t.trick = attack.trick
			query := url.Values{"response_type": {attack.asks}, "redirect_uri": {attack.redirect}}
			form := url.Values{"username": {attack.user}, "password": {passwords[attack.user]}}
			sent, err := t.do(ctx, http.MethodPost, "/naive/authorize?"+query.Encode(), form.Encode(), "Content-Type", asForm)
			if err != nil {
				return err
			}
			back, err := sentBack(sent.header)
			if err != nil {
				return err
			}
			access := back.Get("access_token")
			for range 2 { // a code is good again
				if code := back.Get("code"); code != "" {
					got, err := t.do(ctx, http.MethodPost, "/naive/token", url.Values{"code": {code}}.Encode(), "Content-Type", asForm)
					if err != nil {
						return err
					}
					tokens, err := got.tokens()
					if err != nil {
						return err
					}
					access = tokens.Access
				}
			}
			me, err := t.do(ctx, http.MethodGet, "/naive/token/me", "", "Authorization", "Bearer "+access)
			if err != nil {
				return err
			}
			o.note(attack.trick, me.status == http.StatusOK, true)
		}
		return nil
	})
}
