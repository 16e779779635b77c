package experiment

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// tamper changes a credential, a character at a time, and then the role that is written in it.
func tamper() Experiment {
	return Experiment{
		Name:     "tamper",
		Question: "One character of the credential is changed, or the role in it: does anybody notice?",
		Claim:    "Whoever can read a token can change it.",
		Predict:  whatever(always("401", Schemes()...)),
		Run: func(ctx context.Context, b *Bench) error {
			users, err := b.LoggedIn(ctx, Schemes()...)
			if err != nil {
				return err
			}
			for _, scheme := range Schemes() {
				seen := map[int]int{}
				changed := tampered(scheme, users[scheme].Credential())
				for _, text := range changed {
					forger := users[scheme].Copy()
					forger.SetCredential(text)
					status, err := forger.Status(ctx, "/admin")
					if err != nil {
						return err
					}
					seen[status]++
				}
				if status, err := users[scheme].Status(ctx, "/admin"); err != nil {
					return err
				} else if status != http.StatusOK {
					return fmt.Errorf("%s: %d with the credential unchanged", scheme, status)
				}
				b.Observe(scheme, tally(seen), map[string]float64{"changes": float64(len(changed)), "refused": float64(seen[http.StatusUnauthorized])})
			}
			return nil
		},
		Lesson: func(r Result) string {
			return fmt.Sprintf("None of %.0f changes to the token and none of %.0f to the signed cookie got through, although both can be "+
				"read; and none of %.0f to the session ID, which is not signed at all but only unguessable.",
				r.Measure(TokenStateless, "changes"), r.Measure(SessionCookie, "changes"), r.Measure(SessionRedis, "changes"))
		},
	}
}

// tally names the statuses that were seen: one if it was always the same.
func tally(seen map[int]int) string {
	var texts []string
	for status, n := range seen {
		text := fmt.Sprint(status)
		if len(seen) > 1 {
			text += fmt.Sprintf(" ×%d", n)
		}
		texts = append(texts, text)
	}
	slices.Sort(texts)
	return strings.Join(texts, ", ")
}

// tampered makes many wrong credentials out of a right one.
func tampered(scheme, credential string) []string {
	if scheme == Basic {
		return []string{credential[:len(credential)-1], "W" + credential[1:]} // each costs a password hash
	}
	var changed []string
	for i := range len(credential) {
		// Every character of an ID; of what is long, every fifth, and the last of each part, whose spare bits a lenient
		// decoder would not look at.
		last := i == len(credential)-1 || credential[i+1] == '.' || credential[i+1] == '='
		if credential[i] == '.' || (len(credential) > 64 && i%5 != 0 && !last) {
			continue
		}
		changed = append(changed, credential[:i]+neighbour(credential[i])+credential[i+1:])
	}
	return append(changed, edited(credential)...)
}

// neighbour is the character whose value in base64url differs in the lowest bit.
func neighbour(c byte) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	i := strings.IndexByte(alphabet, c)
	if i < 0 {
		return "A"
	}
	return alphabet[i^1 : i^1+1]
}

// edited gives the holder another role, where the credential says what roles they have, and keeps the signature.
func edited(credential string) []string {
	const have, want = `"admin"`, `"owner"`
	if parts := strings.Split(credential, "."); len(parts) == 3 && strings.Contains(decoded(parts[1]), have) {
		payload := strings.Replace(decoded(parts[1]), have, want, 1)
		return []string{parts[0] + "." + base64.RawURLEncoding.EncodeToString([]byte(payload)) + "." + parts[2]}
	}
	outer := strings.SplitN(decoded(credential), "|", 3)
	if len(outer) == 3 && strings.Contains(decoded(outer[1]), have) {
		outer[1] = base64.URLEncoding.EncodeToString([]byte(strings.Replace(decoded(outer[1]), have, want, 1)))
		return []string{base64.URLEncoding.EncodeToString([]byte(strings.Join(outer, "|")))}
	}
	return nil
}
