package experiment

import (
	"context"
	"fmt"
	"net/http"
	"sync"
)

// concurrentRefresh spends one refresh token many times at once.
func concurrentRefresh() Experiment {
	const requests, clicks = 50, 2
	schemes := []string{TokenStateless, TokenRevocable}
	cell := func(wins int) string {
		if wins == 1 {
			return "1 wins"
		}
		return fmt.Sprintf("%d win", wins)
	}
	return Experiment{
		Name:     "concurrent-refresh",
		Question: "50 requests spend one refresh token at once: how many get a new one?",
		Claim:    "Whoever refreshes twice at once just gets two tokens.",
		Predict:  whatever(always(cell(1), schemes...)),
		Run: func(ctx context.Context, b *Bench) error {
			people, err := b.Populate(ctx, Sticky, 2, schemes...)
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
				b.Observe(scheme, cell(won.wins), map[string]float64{
					"requests": requests, "wins": float64(won.wins), "refused": float64(won.refused),
					"winner_refresh_status": float64(won.next), "winner_access_status": float64(won.access),
					"double_click_wins": float64(twice.wins), "double_click_refresh_status": float64(twice.next),
				})
			}
			return nil
		},
		Lesson: func(r Result) string {
			next, twice := r.Measure(TokenStateless, "winner_refresh_status"), r.Measure(TokenStateless, "double_click_refresh_status")
			worth := fmt.Sprintf("The winner's next refresh token was refused too (%.0f), because the others counted as replays and ended the "+
				"family; so it was after two at once (%.0f). An honest double click costs a login, and a client has to refresh once at a time.",
				next, twice)
			if next == http.StatusOK {
				worth = fmt.Sprintf("The winner's next refresh token went on working (%.0f), and after two at once it was %.0f.", next, twice)
			}
			return fmt.Sprintf("Of %d at once, spread over the replicas, %.0f got a new pair and %.0f were refused. %s",
				requests, r.Measure(TokenStateless, "wins"), r.Measure(TokenStateless, "refused"), worth)
		},
	}
}

// A race is what came of spending one refresh token many times at once.
type race struct {
	wins, refused int
	access, next  int // what the winner's new access token and new refresh token get
}

func spendAtOnce(ctx context.Context, user *User, times int) (race, error) {
	rivals, answers, errs := make([]*User, times), make([]Answer, times), make([]error, times)
	var wg sync.WaitGroup
	for i := range rivals {
		rivals[i] = user.Copy()
		rivals[i].Policy = RoundRobin // at all replicas at once
		wg.Go(func() { answers[i], errs[i] = rivals[i].RefreshTokens(ctx) })
	}
	wg.Wait()
	var seen race
	for i, rival := range rivals {
		switch {
		case errs[i] != nil:
			return race{}, errs[i]
		case answers[i].Status == http.StatusUnauthorized:
			seen.refused++
		case answers[i].Status == http.StatusOK:
			seen.wins++
			var err error
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
