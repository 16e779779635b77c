package experiment

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"
)

// httpForgets visits five pages by each scheme, and counts how often the password has to be checked.
func httpForgets() Experiment {
	const pages = 5
	cell := func(checked int) string { return fmt.Sprintf("password checked on %d of %d pages", checked, pages) }
	return Experiment{
		Name:     "http-forgets",
		Question: "Does the server remember me from one page to the next?",
		Claim:    "HTTP is stateless, so the server forgets you between two pages.",
		Predict:  whatever(with(always(cell(0), except(Basic)...), cell(pages), Basic)),
		Run: func(ctx context.Context, b *Bench) error {
			users, err := together(Schemes(), func(scheme string) (*User, error) { // a real password takes long to hash
				user := b.User(scheme)
				return user, user.Login(ctx)
			})
			if err != nil {
				return err
			}
			for _, scheme := range Schemes() {
				if status, err := b.User(scheme).Status(ctx, "/me"); err != nil {
					return err
				} else if status != http.StatusUnauthorized {
					b.Observe(scheme, fmt.Sprintf("a stranger gets %d", status), nil)
					continue
				}
				checked, took := 0, make([]time.Duration, pages)
				for i := range pages {
					answer, err := users[scheme].Get(ctx, "/me")
					if err != nil {
						return err
					}
					if answer.Status != http.StatusOK {
						return fmt.Errorf("%s: %d on a page", scheme, answer.Status)
					}
					checked += answer.Paid["hash"]
					took[i] = answer.Took
				}
				b.Observe(scheme, cell(checked), map[string]float64{"page_ms": milliseconds(median(took))})
			}
			return nil
		},
		Lesson: func(r Result) string {
			return fmt.Sprintf("Without a credential every scheme answers 401: HTTP does forget, and what remembers is the "+
				"credential that comes with each request. With the password as credential a page took %.1f ms, most of it "+
				"the password hash; with a session in Redis it took %.1f ms, with a token %.1f ms.",
				r.Measure(Basic, "page_ms"), r.Measure(SessionRedis, "page_ms"), r.Measure(TokenStateless, "page_ms"))
		},
	}
}

func median(durations []time.Duration) time.Duration {
	sorted := slices.Sorted(slices.Values(durations))
	return sorted[len(sorted)/2]
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
