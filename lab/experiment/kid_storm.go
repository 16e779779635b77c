package experiment

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// stormTokens is how many tokens with invented key IDs are sent.
const stormTokens = 1000

// kidStorm sends the second service many tokens that name keys which there are not, and counts how often it asks home for its
// keys. Then home's key is really replaced, and a user comes with a token that the new one has signed.
func kidStorm() Experiment {
	const clients = 8
	return Experiment{
		Name:      "kid-storm",
		Predicted: Predictions{TokenStateless: stormed(stormTokens/20, true)},
		Choices:   these(stormed(stormTokens/20, true), stormed(stormTokens, true), stormed(0, false)),
		Run: func(ctx context.Context, trial *Trial) error {
			reports, err := trial.secondService(ctx)
			if err != nil {
				return err
			}
			user, err := trial.LogIn(ctx, TokenStateless, Sticky)
			if err != nil {
				return err
			}
			twin, err := stormTwin(ctx, trial, user.Access)
			if err != nil {
				return err
			}
			visitor := user.alike()
			visitor.url = reports
			if _, err := visitor.report(ctx, reportPages[TokenStateless]); err != nil { // fetches home's keys, if they are not there
				return err
			}
			calls, err := inventKeys(ctx, visitor, clients)
			if err != nil {
				return err
			}
			if err := trial.Target.RotateKeys(ctx, true); err != nil {
				return err
			}
			requests, err := noticed(ctx, trial.Target, user, visitor)
			if err != nil {
				return err
			}
			outcome := stormed(calls, requests > 0)
			trial.Observe(TokenStateless, twin.remark(outcome), twin.measures(map[string]float64{
				"tokens": stormTokens, "home_calls": float64(calls), "requests_until_noticed": float64(requests),
			}))
			return twin.err()
		},
		Lesson: func(r Result) []string { return []string{twinSentence(r)} },
	}
}

// inventKeys sends a page of the second service tokens with invented key IDs, a few at once, and returns how often it called home.
func inventKeys(ctx context.Context, visitor *User, clients int) (int, error) {
	calls := make([]int, clients)
	err := concurrently(clients, func(i int) error {
		attacker := visitor.Copy()
		attacker.trick = "kid"
		for range stormTokens / clients {
			var err error
			if attacker.Access, err = withInventedKey(visitor.Access); err != nil {
				return err
			}
			r, err := attacker.report(ctx, reportPages[TokenStateless])
			if err != nil {
				return err
			}
			if r.status == http.StatusOK {
				return errors.New("a token with an invented key ID was accepted")
			}
			calls[i] += r.HomeCalls
		}
		return nil
	})
	sum := 0
	for _, n := range calls {
		sum += n
	}
	return sum, err
}

// noticed has a user log in again, and returns how many requests it took until the second service knew the new key; 0: it did
// not. A second passes before it is asked again: by the lab's clock if the service goes by that, else by the real one.
func noticed(ctx context.Context, target Target, user, visitor *User) (requests int, err error) {
	if err := user.Login(ctx); err != nil {
		return 0, err
	}
	visitor.Access = user.Access
	known := false
	ask := func() error {
		requests++
		r, err := visitor.report(ctx, reportPages[TokenStateless])
		known = r.status == http.StatusOK
		return err
	}
	err = retry(ctx, func() (unavailable bool, err error) {
		if err := ask(); err != nil || known {
			return false, err
		}
		if err := target.Advance(ctx, retryAfter); err != nil {
			return false, err
		}
		err = ask()
		return !known, err
	})
	if !known {
		return 0, err
	}
	return requests, err
}

// withInventedKey is a token whose header names a key that there is not.
func withInventedKey(token string) (string, error) {
	header, rest, _ := strings.Cut(token, ".")
	var members map[string]any
	if err := json.Unmarshal([]byte(decoded(header)), &members); err != nil {
		return "", fmt.Errorf("read header: %w", err)
	}
	members["kid"] = rand.Text()
	text, err := json.Marshal(members)
	return base64.RawURLEncoding.EncodeToString(text) + "." + rest, err
}

// stormTwin sends the naive twin a few such tokens. It falls for it if it calls home for each.
func stormTwin(ctx context.Context, trial *Trial, token string) (twinResult, error) {
	const tokens = 50
	return trial.attackTwin(ctx, func(t *twin, o *twinResult) error {
		t.trick = "kid"
		calls := 0
		for range tokens {
			invented, err := withInventedKey(token)
			if err != nil {
				return err
			}
			got, err := t.do(ctx, http.MethodGet, "/naive/resource/me", "", "Authorization", "Bearer "+invented)
			if err != nil {
				return err
			}
			var answer struct {
				HomeCalls int `json:"home_calls"`
			}
			if err := json.Unmarshal([]byte(got.body), &answer); err != nil {
				return fmt.Errorf("naive twin: %d %w", got.status, err)
			}
			calls += answer.HomeCalls
		}
		o.note("kid-storm", calls == tokens, true)
		return nil
	})
}

// stormed says whether the calls home were bounded, and whether a real new key was noticed after it. How many they were differs
// a little from run to run, and so is a measure.
func stormed(calls int, noticed bool) Outcome {
	switch {
	case !noticed:
		return Lost.says("new-key-unknown")
	case calls > stormTokens/10:
		return Dangerous.says("unbounded", "tokens", stormTokens)
	}
	return Kept.says("bounded")
}
