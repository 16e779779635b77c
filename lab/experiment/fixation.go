package experiment

import (
	"authlab/lab/contract"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
)

// fixation plants session IDs in a browser before its owner logs in, and measures what they are worth afterwards.
//
// The signed cookie is left out. It has no ID that could be planted, only the attacker's own whole session; a victim who
// is given that is logged in as the attacker until they log in themselves (login CSRF, which is another question).
func fixation() Experiment {
	schemes := []string{SessionMemory, SessionRedis}
	return Experiment{
		Name:      "fixation",
		Predicted: same(uselessAfter(), schemes...),
		Run: func(ctx context.Context, trial *Trial) error {
			twin, err := plantAtTwin(ctx, trial)
			if err != nil {
				return err
			}
			planted, err := together(schemes, func(scheme string) (plantResult, error) { return plantAt(ctx, trial, scheme) })
			if err != nil {
				return err
			}
			for _, scheme := range schemes {
				trial.Observe(scheme, twin.remark(planted[scheme].outcome), twin.measures(planted[scheme].measures))
			}
			return twin.err()
		},
		Lesson: func(r Result) []string { return []string{twinSentence(r)} },
	}
}

// madeUp is a session ID of the right length that no server has made.
func madeUp() string {
	random := make([]byte, 32)
	rand.Read(random)
	return base64.RawURLEncoding.EncodeToString(random)
}

// A plantResult is what planted IDs were worth with one scheme.
type plantResult struct {
	outcome  Outcome
	measures map[string]float64
}

// plantAt plants IDs in a victim's browser, one at a time.
func plantAt(ctx context.Context, trial *Trial, scheme string) (plantResult, error) {
	attacker, plants, err := idsToPlant(ctx, trial, scheme)
	if err != nil {
		return plantResult{}, err
	}
	useless, seen := 0, map[string]int{}
	for _, planted := range plants {
		// As the attacker's browser, so that it is at the replica that may know the ID, and has a cookie of that name.
		victim := attacker.Copy()
		victim.Name = contract.SimulatedName(1)
		victim.SetCredential(planted)
		if err := victim.Login(ctx); err != nil {
			return plantResult{}, err
		}
		if known, err := victim.knownAs(ctx); err != nil {
			return plantResult{}, err
		} else if known != victim.Name {
			return plantResult{}, fmt.Errorf("%s: %s logged in and is %q", scheme, victim.Name, known)
		}
		thief := victim.Copy()
		thief.SetCredential(planted)
		known, err := thief.knownAs(ctx)
		if err != nil {
			return plantResult{}, err
		}
		if seen[known]++; known == "" {
			useless++
		}
	}
	p := plantResult{uselessAfter(), map[string]float64{"planted": float64(len(plants)), "useless": float64(useless)}}
	switch {
	case seen[contract.SimulatedName(1)] > 0:
		p.outcome = Dangerous.says("attacker-is-victim")
	case useless < len(plants):
		p.outcome = Dangerous.says("some-useless-after", "useless", useless, "planted", len(plants))
	}
	return p, nil
}

// uselessAfter says that no planted ID was worth anything after the login.
func uselessAfter() Outcome { return Kept.says("useless-after") }

// idsToPlant are all IDs that an attacker can have: made up, of a login that is over, and of a login of their own; and
// one that the server gives to a visitor who is not logged in, if it does.
func idsToPlant(ctx context.Context, trial *Trial, scheme string) (attacker *User, ids []string, err error) {
	attacker, gone := trial.simulated(scheme, 2), trial.simulated(scheme, 2)
	for _, user := range []*User{attacker, gone} {
		if err := user.Login(ctx); err != nil {
			return nil, nil, err
		}
	}
	ids = []string{"chosen-by-mallory", madeUp(), gone.Credential(), attacker.Credential()}
	if err := gone.Logout(ctx); err != nil {
		return nil, nil, err
	}
	stranger := attacker.Copy()
	delete(stranger.cookies, stranger.cookieName())
	answer, err := stranger.Get(ctx, "/me")
	if err == nil && answer.SetCookie {
		ids = append(ids, stranger.Credential())
	}
	return attacker, ids, err
}

// knownAs is the name of the user whom the server takes this client for; empty: none, it answers 401.
func (u *User) knownAs(ctx context.Context) (string, error) {
	answer, err := u.Get(ctx, "/me")
	if err != nil || answer.Status == http.StatusUnauthorized {
		return "", err
	}
	var me struct{ User struct{ Name string } }
	if err := json.Unmarshal(answer.Body, &me); err != nil || me.User.Name == "" {
		return "", fmt.Errorf("%s: /me answers %d %s", u.Scheme, answer.Status, answer.Body)
	}
	return me.User.Name, nil
}

// plantAtTwin plants IDs in a victim's browser, who then logs in at the naive twin.
func plantAtTwin(ctx context.Context, trial *Trial) (twinResult, error) {
	return trial.attackTwin(ctx, func(t *twin, o *twinResult) error {
		bob, err := t.login(ctx, "bob", "")
		if err != nil {
			return err
		}
		_, visitor, err := t.whoIs(ctx, "") // the twin gives an ID to every visitor
		if err != nil {
			return err
		}
		if len(visitor) != 1 {
			return fmt.Errorf("naive twin: a stranger has %d cookies", len(visitor))
		}
		for _, plant := range []struct{ name, id string }{
			{"an ID that was made up", madeUp()},
			{"an ID that a stranger was given", visitor[0].Value},
			{"the attacker's own ID", bob.Value},
		} {
			planted := bob.Name + "=" + plant.id
			if _, err := t.login(ctx, "alice", planted); err != nil {
				return err
			}
			user, _, err := t.whoIs(ctx, planted)
			if err != nil {
				return err
			}
			o.note(plant.name, user.Name == "alice", true)
		}
		return nil
	})
}
