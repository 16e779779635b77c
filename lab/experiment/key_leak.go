package experiment

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/golang-jwt/jwt/v5"
	"github.com/gorilla/securecookie"

	"authlab/lab/contract"
)

// keyLeak gives a thief what a server keeps, and counts what the thief can make of it: the session store, and the public key
// by which tokens are verified; then, with replicas that sign with it, the one secret for tokens and for signed cookies.
func keyLeak() Experiment {
	return Experiment{
		Name: "key-leak",
		Predicted: Predictions{
			SessionMemory:  nothingHashed(),
			SessionRedis:   nothingHashed(),
			SessionCookie:  forgesAll(),
			TokenStateless: secretAndPublic(forgesAll(), nothing()),
			TokenRevocable: secretAndPublic(forgesAll(), nothing()),
			TokenCookie:    secretAndPublic(forgesAll(), nothing()),
		},
		Run: func(ctx context.Context, trial *Trial) error {
			for _, scheme := range []string{SessionMemory, SessionRedis} {
				tries, taken, err := useStore(ctx, trial, scheme)
				if err != nil {
					return err
				}
				trial.Observe(scheme, ofTries(tries, taken, nothingHashed()), map[string]float64{"tries": float64(tries), "taken": float64(taken)})
			}
			public := map[string][2]int{}
			for _, scheme := range signedTokens() {
				tries, taken, err := usePublicKey(ctx, trial, scheme)
				if err != nil {
					return err
				}
				public[scheme] = [2]int{tries, taken}
			}
			return during(ctx, trial.Target, contract.Fault{Name: contract.KeysLeaked}, func() error {
				return useSecret(ctx, trial, public)
			})
		},
	}
}

func signedTokens() []string { return []string{TokenStateless, TokenRevocable, TokenCookie} }

func nothing() Outcome       { return Kept.says("nothing") }
func nothingHashed() Outcome { return Kept.says("nothing-hashed") }
func forgesAll() Outcome     { return Dangerous.says("forges-all") }
func secretAndPublic(secret, public Outcome) Outcome {
	return Meaning("").composed("secret-and-public", secret, public)
}

// ofTries says what a thief could do whose tries were taken or refused.
func ofTries(tries, taken int, refused Outcome) Outcome {
	switch taken {
	case 0:
		return refused
	case tries:
		return forgesAll()
	}
	return Dangerous.says("forges-some", "taken", taken, "tries", tries)
}

// try shows credentials that a thief has made, and counts how many open a page.
func (u *User) try(ctx context.Context, page string, made ...string) (taken int, err error) {
	thief := u.alike()
	thief.identity, thief.trick = &identity{}, "made from what leaked"
	for _, text := range made {
		thief.SetCredential(text)
		status, err := thief.Status(ctx, page)
		if err != nil {
			return 0, err
		}
		if status == http.StatusOK {
			taken++
		}
	}
	return taken, nil
}

// useStore shows what a dump of the session store has of a session, which is a hash of its ID.
func useStore(ctx context.Context, trial *Trial, scheme string) (tries, taken int, err error) {
	owner, err := trial.LogIn(ctx, scheme, Sticky)
	if err != nil {
		return 0, 0, err
	}
	id, err := base64.RawURLEncoding.DecodeString(owner.Credential())
	if err != nil {
		return 0, 0, fmt.Errorf("%s: read the session ID: %w", scheme, err)
	}
	sum := sha256.Sum256(id)
	key := hex.EncodeToString(sum[:])
	v, err := trial.Target.View(ctx)
	if err != nil {
		return 0, 0, err
	}
	if !inStore(v, contract.Shortened(key)) { // a store that keeps the ID itself would give it away
		return 0, 0, fmt.Errorf("%s: no store has the hash of the session ID", scheme)
	}
	made := []string{key, base64.RawURLEncoding.EncodeToString(sum[:]), "session:" + key}
	taken, err = owner.try(ctx, "/me", made...)
	return len(made), taken, err
}

func inStore(v contract.View, key string) bool {
	for _, r := range v.Replicas {
		if slices.ContainsFunc(r.Sessions, func(s contract.SessionView) bool { return s.ID == key }) {
			return true
		}
	}
	return slices.ContainsFunc(v.Redis.Keys, func(k contract.KeyView) bool { return k.Kind == "session" && strings.HasSuffix(k.Key, key) })
}

// usePublicKey forges an admin's token with the key that every service may have.
func usePublicKey(ctx context.Context, trial *Trial, scheme string) (tries, taken int, err error) {
	user, err := trial.LogIn(ctx, scheme, Sticky)
	if err != nil {
		return 0, 0, err
	}
	keys, err := publishedKeys(ctx, user)
	if err != nil {
		return 0, 0, err
	}
	if len(keys) == 0 {
		return 0, 0, errors.New("the server publishes no key")
	}
	f, err := newForger(user.Credential(), keys)
	if err != nil {
		return 0, 0, err
	}
	f.publicKeyAsSecret()
	f.ownKeys()
	taken, err = user.try(ctx, "/admin", f.texts()...)
	return len(f.forged), taken, errors.Join(err, f.err)
}

func (f *forger) texts() []string {
	texts := make([]string, len(f.forged))
	for i, forged := range f.forged {
		texts[i] = forged.text
	}
	return texts
}

// useSecret forges an admin's token and an admin's signed cookie, of a user who is no admin and of one who never logged in.
func useSecret(ctx context.Context, trial *Trial, public map[string][2]int) error {
	v, err := trial.Target.View(ctx)
	if err != nil {
		return err
	}
	if v.LeakedSecret == "" {
		return errors.New("the lab shows no secret")
	}
	for _, scheme := range append(signedTokens(), SessionCookie) {
		user, err := trial.LogIn(ctx, scheme, RoundRobin)
		if err != nil {
			return err
		}
		if err := requireStatus(ctx, user, user.Credential(), http.StatusForbidden); err != nil {
			return err
		}
		forge := forgeCookie
		if scheme != SessionCookie {
			forge = forgeToken
		}
		var made []string
		for _, name := range []string{user.Name, "alice"} {
			text, err := forge(user.Credential(), name, []byte(v.LeakedSecret))
			if err != nil {
				return err
			}
			made = append(made, text)
		}
		taken, err := user.try(ctx, "/admin", made...)
		if err != nil {
			return err
		}
		measures := map[string]float64{"secret_tries": float64(len(made)), "secret_taken": float64(taken)}
		outcome := ofTries(len(made), taken, nothing())
		if tried, ok := public[scheme]; ok {
			measures["public_tries"], measures["public_taken"] = float64(tried[0]), float64(tried[1])
			outcome = secretAndPublic(outcome, ofTries(tried[0], tried[1], nothing()))
		}
		trial.Observe(scheme, outcome, measures)
	}
	return nil
}

// forgeToken writes an admin's token of any name, after a real one, and signs it.
func forgeToken(real, name string, secret []byte) (string, error) {
	f, err := newForger(real, nil)
	if err != nil {
		return "", err
	}
	f.payload["sub"] = name
	return f.sign("the leaked secret", jwt.SigningMethodHS256, secret, f.header).text, f.err
}

// forgeCookie does the same with a signed cookie, which is date|record|signature, all in base64.
func forgeCookie(real, name string, secret []byte) (string, error) {
	signed := securecookie.New(secret, nil)
	signed.SetSerializer(securecookie.NopEncoder{})
	signed.MaxAge(0)
	var text []byte
	if err := signed.Decode(SessionCookie, real, &text); err != nil {
		return "", fmt.Errorf("forge a cookie: %w", err)
	}
	var record map[string]any
	if err := json.Unmarshal(text, &record); err != nil {
		return "", fmt.Errorf("forge a cookie: %w", err)
	}
	record["user"], record["roles"] = name, []string{"user", "admin"}
	text, err := json.Marshal(record)
	if err != nil {
		return "", err
	}
	return signed.Encode(SessionCookie, text)
}
