package experiment

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"
)

// referenceOrValue looks at what a login leaves in the client's hand, and at the server.
func referenceOrValue() Experiment {
	return Experiment{
		Name:     "reference-or-value",
		Question: "What is in your hand, and what stays at the server?",
		Claim:    "A session cookie carries your data; a token is encrypted.",
		Predict: whatever(map[string]string{
			Basic: "password, 0", SessionMemory: "ID, 1 record", SessionRedis: "ID, 1 record", SessionCookie: "data, 0",
			TokenStateless: "claims, 0", TokenRevocable: "claims, 0", TokenCookie: "claims, 0",
		}),
		Run: func(ctx context.Context, b *Bench) error {
			for _, scheme := range Schemes() {
				before, err := kept(ctx, b.Target)
				if err != nil {
					return err
				}
				user, err := b.Simulated(ctx, scheme)
				if err != nil {
					return err
				}
				if err := user.Login(ctx); err != nil {
					return err
				}
				after, err := kept(ctx, b.Target)
				if err != nil {
					return err
				}
				credential := user.Credential()
				records := after.records - before.records
				observed := fmt.Sprintf("%s, %d", inHand(scheme, user.Name, credential), records)
				switch {
				case records == 1:
					observed += " record"
				case records > 1:
					observed += " records"
				}
				b.Observe(scheme, observed, map[string]float64{
					"credential_bytes": float64(len(credential)), "records": float64(records),
					"refresh_keys": float64(after.refresh - before.refresh),
				})
			}
			return nil
		},
		Lesson: func(r Result) string {
			return fmt.Sprintf("A session ID says nothing (%.0f bytes, and a record at the server); the signed cookie (%.0f bytes) and "+
				"the token (%.0f bytes) can be read by whoever holds them, and leave no record. Only the refresh token that "+
				"comes with the token is a ticket again: it left %.0f keys in Redis.",
				r.Measure(SessionRedis, "credential_bytes"), r.Measure(SessionCookie, "credential_bytes"),
				r.Measure(TokenStateless, "credential_bytes"), r.Measure(TokenStateless, "refresh_keys"))
		},
	}
}

// estate is what the server keeps.
type estate struct{ records, refresh int }

func kept(ctx context.Context, target Target) (estate, error) {
	replicas, err := target.Replicas(ctx)
	if err != nil {
		return estate{}, err
	}
	store, err := target.Store(ctx)
	e := estate{records: store.Keys["session"], refresh: store.Keys["family"] + store.Keys["refresh"]}
	for _, r := range replicas {
		e.records += r.Sessions
	}
	return e, err
}

// inHand tells what a credential is by looking at it as its holder could: is the user's name in it?
func inHand(scheme, name, credential string) string {
	if scheme == Basic {
		return "password"
	}
	if parts := strings.Split(credential, "."); len(parts) == 3 && strings.Contains(decoded(parts[1]), `"sub":"`+name+`"`) {
		return "claims"
	}
	// gorilla's cookie is base64 twice: around date, data and signature, and around the data.
	outer := strings.SplitN(decoded(credential), "|", 3) // the signature may have a | in it
	if len(outer) == 3 && strings.Contains(decoded(outer[1]), `"user":"`+name+`"`) {
		return "data"
	}
	if strings.Contains(decoded(credential), name) {
		return "something with the name in it"
	}
	return "ID"
}

// decoded is what base64url text stands for, or nothing.
func decoded(text string) string {
	b, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(text, "="))
	if err != nil {
		return ""
	}
	return string(b)
}
