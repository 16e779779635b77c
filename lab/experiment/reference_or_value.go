package experiment

import (
	"context"
	"encoding/base64"
	"strings"
)

// referenceOrValue looks at what a login leaves in the client's hand, and at the server.
func referenceOrValue() Experiment {
	return Experiment{
		Name: "reference-or-value",
		Predicted: Predictions{
			Basic:          leaves(password(), 0),
			SessionMemory:  leaves(sessionID(), 1),
			SessionRedis:   leaves(sessionID(), 1),
			SessionCookie:  leaves(readableData(), 0),
			TokenStateless: leaves(readableClaims(), 0),
			TokenRevocable: leaves(readableClaims(), 0),
			TokenCookie:    leaves(readableClaims(), 0),
		},
		Choices: these(leaves(sessionID(), 1), leaves(readableData(), 0), leaves(password(), 0)),
		Run: func(ctx context.Context, trial *Trial) error {
			for _, scheme := range Schemes() {
				before, err := countRecords(ctx, trial.Target)
				if err != nil {
					return err
				}
				user, err := trial.LogIn(ctx, scheme, Sticky)
				if err != nil {
					return err
				}
				after, err := countRecords(ctx, trial.Target)
				if err != nil {
					return err
				}
				credential := user.Credential()
				if _, err := user.Page(ctx, "/me"); err != nil { // is what is in the hand enough?
					return err
				}
				records := after.records - before.records
				trial.Observe(scheme, leaves(credentialKind(scheme, user.Name, credential), records), map[string]float64{
					"credential_bytes": float64(len(credential)), "records": float64(records),
					"refresh_keys": float64(after.refresh - before.refresh),
				})
			}
			return nil
		},
	}
}

// recordCount is how many sessions, and how many keys for refresh tokens, the server keeps.
type recordCount struct{ records, refresh int }

func countRecords(ctx context.Context, target Target) (recordCount, error) {
	view, err := target.View(ctx)
	keys := view.Redis.KeyCount
	count := recordCount{records: keys["session"], refresh: keys["family"]}
	for _, r := range view.Replicas {
		count.records += r.SessionCount
	}
	return count, err
}

// leaves says what a login leaves in the client's hand, and how many records at the server.
func leaves(hand Outcome, records int) Outcome {
	if records == 0 {
		return Meaning("").composed("list", hand, Meaning("").says("no-record"))
	}
	return Meaning("").composed("list", hand, Meaning("").says("records", "records", records))
}

func password() Outcome       { return Meaning("").says("password") }
func sessionID() Outcome      { return Meaning("").says("id") }
func readableData() Outcome   { return Meaning("").says("data") }
func readableClaims() Outcome { return Meaning("").says("claims") }

// credentialKind tells what a credential is, as its holder could find out: is the user's name in it?
func credentialKind(scheme, name, credential string) Outcome {
	if scheme == Basic {
		return password()
	}
	if parts := strings.Split(credential, "."); len(parts) == 3 && strings.Contains(decoded(parts[1]), `"sub":"`+name+`"`) {
		return readableClaims()
	}
	// gorilla's cookie is base64 twice: around date, data and signature, and around the data.
	outer := strings.SplitN(decoded(credential), "|", 3) // the signature may have a | in it
	if len(outer) == 3 && strings.Contains(decoded(outer[1]), `"user":"`+name+`"`) {
		return readableData()
	}
	if strings.Contains(decoded(credential), name) {
		return Meaning("").says("name-inside")
	}
	return sessionID()
}

// decoded is what base64url text stands for, or nothing.
func decoded(text string) string {
	b, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(text, "="))
	if err != nil {
		return ""
	}
	return string(b)
}
