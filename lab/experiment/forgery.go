package experiment

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// forgedTokens makes an admin of a user who is none, in every way in which JWT libraries have been tricked.
func forgedTokens() Experiment {
	schemes := []string{TokenStateless, TokenRevocable, TokenCookie}
	return Experiment{
		Name:      "forgery",
		Predicted: same(allForgeriesRefused(), schemes...),
		Run: func(ctx context.Context, trial *Trial) error {
			admins, err := trial.LoggedIn(ctx, schemes...)
			if err != nil {
				return err
			}
			keys, err := publishedKeys(ctx, trial.User(TokenStateless))
			if err != nil {
				return err
			}
			twin, cracked, err := forgeAtTwin(ctx, trial)
			if err != nil {
				return err
			}
			forged, err := together(schemes, func(scheme string) (forgeryResult, error) { return forgeAt(ctx, trial, scheme, admins[scheme], keys) })
			if err != nil {
				return err
			}
			// The last forgery of all is a real token whose time is over.
			end, err := admins[TokenStateless].ExpiresAt(ctx)
			if err != nil {
				return err
			}
			if err := trial.Target.Advance(ctx, time.Until(end)+time.Minute); err != nil {
				return err
			}
			expired, err := admins.get(ctx, "/admin")
			if err != nil {
				return err
			}
			for scheme, answer := range expired {
				f := forged[scheme]
				f.note("an expired token", answer.Status)
				trial.Observe(scheme, twin.remark(f.outcome()), twin.measures(map[string]float64{
					"forgeries": float64(f.guesses + f.others + 1), "guesses": float64(f.guesses),
					"refused": float64(f.seen[http.StatusUnauthorized]), "public_keys": float64(len(keys)),
					"cracked_tries": float64(cracked.tries), "cracked_ms": milliseconds(cracked.took),
				}))
			}
			return twin.err()
		},
		Lesson: func(r Result) []string {
			return []string{twinSentence(r), either(r.Measure(TokenStateless, "cracked_tries") > 0, "lesson-cracked", "")}
		},
	}
}

// A forgeryResult is what became of the forgeries with one scheme.
type forgeryResult struct {
	guesses, others int
	seen            map[int]int // by status
	taken           []string    // what was not refused, by name
}

func (f *forgeryResult) note(name string, status int) {
	if f.seen[status]++; status != http.StatusUnauthorized {
		f.taken = append(f.taken, name)
	}
}

// outcome names the first forgeries that were not refused, if any.
func (f *forgeryResult) outcome() Outcome {
	const shown = 3
	if len(f.taken) == 0 {
		return allForgeriesRefused()
	}
	names := strings.Join(f.taken[:min(shown, len(f.taken))], ", ")
	if len(f.taken) > shown {
		names += ", …"
	}
	means := wrongCredentialsGot(f.seen)
	taken := means.says("taken", "names", names)
	taken.Of = []Outcome{means.tally(f.seen)}
	return taken
}

func allForgeriesRefused() Outcome {
	return Kept.says("all-refused", "status", http.StatusUnauthorized)
}

// forgeAt asks for the admin's page with every forgery, at all replicas in turn, and counts the statuses. What is
// forged is the token of a user who gets 403 with the real one: he is known, and is no admin. So a 401 is for the forgery.
func forgeAt(ctx context.Context, trial *Trial, scheme string, admin *User, keys []publicKey) (forgeryResult, error) {
	bob := trial.simulated(scheme, 2)
	bob.Policy = RoundRobin
	if err := bob.Login(ctx); err != nil {
		return forgeryResult{}, err
	}
	real := bob.Credential()
	if err := requireStatus(ctx, bob, real, http.StatusForbidden); err != nil {
		return forgeryResult{}, err
	}
	if err := requireStatus(ctx, bob, admin.Credential(), http.StatusOK); err != nil {
		return forgeryResult{}, err
	}
	forged, err := forgeries(real, keys)
	if err != nil {
		return forgeryResult{}, err
	}
	// A key that is no secret, or a random one, cannot be guessed at home; so the server is asked about every word.
	guesses, err := guessed(real, guesses())
	if err != nil {
		return forgeryResult{}, err
	}
	// This one is the admin's real token, of which there should be one spelling.
	forged = append(forged, forgery{name: "another spelling of an admin's token", text: respelled(admin.Credential())})
	result := forgeryResult{guesses: len(guesses), others: len(forged), seen: map[int]int{}}
	for _, f := range append(forged, guesses...) {
		bob.SetCredential(f.text)
		bob.trick = f.name
		status, err := bob.Status(ctx, "/admin")
		if err != nil {
			return forgeryResult{}, fmt.Errorf("%s: %w", f.name, err)
		}
		result.note(f.name, status)
	}
	bob.trick = ""
	return result, requireStatus(ctx, bob, real, http.StatusForbidden)
}

// requireStatus makes sure of what a real token gets.
func requireStatus(ctx context.Context, user *User, token string, want int) error {
	user.SetCredential(token)
	status, err := user.Status(ctx, "/admin")
	if err == nil && status != want {
		err = fmt.Errorf("%s: %d with a real token, and not %d", user.Scheme, status, want)
	}
	return err
}

// publishedKeys reads the server's JWK Set. A server that signs with a secret publishes none.
func publishedKeys(ctx context.Context, user *User) ([]publicKey, error) {
	answer, err := user.expect(ctx, http.StatusOK, http.MethodGet, "/.well-known/jwks.json", nil)
	if err != nil {
		return nil, err
	}
	var set struct{ Keys []json.RawMessage }
	if err := json.Unmarshal(answer.Body, &set); err != nil {
		return nil, fmt.Errorf("read the public keys: %w", err)
	}
	keys := make([]publicKey, len(set.Keys))
	for i, text := range set.Keys {
		var k jose.JSONWebKey
		if err := json.Unmarshal(text, &k); err != nil {
			return nil, fmt.Errorf("read the public keys: %w", err)
		}
		keys[i] = publicKey{k.KeyID, k.Key, text}
	}
	return keys, nil
}
