package experiment

import (
	"context"
	"net/http"
)

// concurrentRefresh spends one refresh token many times at once.
func concurrentRefresh() Experiment {
	const requests, clicks = 50, 2
	schemes := []string{TokenStateless, TokenRevocable}
	return Experiment{
		Name:      "concurrent-refresh",
		Predicted: same(newPairs(1), schemes...),
		Run: func(ctx context.Context, trial *Trial) error {
			people, err := trial.Populate(ctx, Sticky, 2, schemes...)
			if err != nil {
				return err
			}
			for _, scheme := range schemes {
				won, err := spendAtOnce(ctx, people.of(scheme)[0], requests)
				if err != nil {
					return err
				}
				twice, err := spendAtOnce(ctx, people.of(scheme)[1], clicks)
				if err != nil {
					return err
				}
				trial.Observe(scheme, newPairs(won.wins), map[string]float64{
					"requests": requests, "wins": float64(won.wins), "refused": float64(won.refused),
					"winner_refresh_status": float64(won.next), "winner_access_status": float64(won.access),
					"double_click_wins": float64(twice.wins), "double_click_refresh_status": float64(twice.next),
				})
			}
			return nil
		},
		Lesson: func(r Result) []string {
			return []string{either(r.Measure(TokenStateless, "winner_refresh_status") == http.StatusOK, "lesson-family-lives", "lesson-family-ended")}
		},
	}
}

// newPairs says how many of the requests got a new pair of tokens. More than one is dangerous: a copy would get one too.
func newPairs(wins int) Outcome {
	means := Dangerous
	switch wins {
	case 0:
		means = Lost
	case 1:
		means = Kept
	}
	return means.says("new-pairs", "wins", wins)
}

// A race is what came of spending one refresh token many times at once.
type race struct {
	wins, refused int
	access, next  int // what the winner's new access token and new refresh token get
}

func spendAtOnce(ctx context.Context, user *User, times int) (race, error) {
	rivals, statuses := make([]*User, times), make([]int, times)
	for i := range rivals {
		rivals[i] = user.Copy()
		rivals[i].Policy = RoundRobin // at all replicas at once
	}
	err := concurrently(times, func(i int) error {
		answer, err := rivals[i].RefreshTokens(ctx)
		statuses[i] = answer.Status
		return err
	})
	if err != nil {
		return race{}, err
	}
	var seen race
	for i, rival := range rivals {
		switch statuses[i] {
		case http.StatusUnauthorized:
			seen.refused++
		case http.StatusOK:
			seen.wins++
			if seen.access, err = rival.Status(ctx, "/me"); err != nil {
				return race{}, err
			}
			answer, err := rival.RefreshTokens(ctx)
			if err != nil {
				return race{}, err
			}
			seen.next = answer.Status
		}
	}
	return seen, nil
}
