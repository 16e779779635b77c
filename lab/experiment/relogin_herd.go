package experiment

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// reloginHerd empties Redis while people are logged in, and has many log in at once, with passwords that take as long to hash
// as a password should. Meanwhile a client with a token goes from page to page.
func reloginHerd() Experiment {
	const people, herd, many = 10, 16, 2000
	schemes := except(Basic)
	predicted := same(Lost.howMany(0, people), schemes...)
	predicted[SessionRedis] = Lost.howMany(people, people)
	predicted[TokenStateless] = nowAndLater(Lost.howMany(0, people), Lost.howMany(people, people))
	predicted[TokenRevocable] = predicted[TokenStateless]
	return Experiment{
		Name:      "relogin-herd",
		Predicted: predicted,
		Run: func(ctx context.Context, trial *Trial) error {
			crowd, err := trial.Populate(ctx, Sticky, people, schemes...)
			if err != nil {
				return err
			}
			if err := trial.Target.Flush(ctx); err != nil {
				return err
			}
			sorted, err := crowd.visit(ctx)
			if err != nil {
				return err
			}
			later := map[string]int{}
			for _, scheme := range []string{TokenStateless, TokenRevocable} {
				if later[scheme], err = cannotRefresh(ctx, crowd.of(scheme)); err != nil {
					return err
				}
			}
			rush, err := logInAtOnce(ctx, trial, crowd.of(TokenStateless)[0], herd)
			if err != nil {
				return err
			}
			for _, scheme := range schemes {
				out := len(sorted.out.of(scheme))
				outcome, measures := Lost.howMany(out, people), map[string]float64{"people": people, "out": float64(out)}
				switch scheme {
				case SessionRedis:
					measures["herd"], measures["unanswered"], measures["logins_per_second"] = herd, float64(rush.unanswered), rush.perSecond(herd)
					measures["longest_ms"], measures["seconds_for_many"] = milliseconds(rush.longest), many/rush.perSecond(herd)
					measures["many"] = many
				case TokenStateless, TokenRevocable:
					measures["out_later"] = float64(later[scheme])
					outcome = nowAndLater(outcome, Lost.howMany(later[scheme], people))
				}
				if scheme == TokenStateless {
					measures["page_ms"], measures["pages"] = milliseconds(rush.took)/float64(max(rush.pages, 1)), float64(max(rush.pages, 1))
				}
				trial.Observe(scheme, outcome, measures)
			}
			return nil
		},
	}
}

// nowAndLater says how many have to log in at once, and how many when their access token has expired.
func nowAndLater(now, later Outcome) Outcome {
	return Meaning("").composed("now-and-later", now, later)
}

func cannotRefresh(ctx context.Context, people population) (n int, err error) {
	for _, user := range people {
		answer, err := user.RefreshTokens(ctx)
		if err != nil {
			return 0, err
		}
		if answer.Status == http.StatusUnauthorized {
			n++
		}
	}
	return n, nil
}

// A rush is what became of many logins at once.
type rush struct {
	took, longest time.Duration
	unanswered    int // logins that were answered 503, or 504 by a balancer that would not wait
	pages         int // that a client got which was logged in
}

func (r rush) perSecond(logins int) float64 {
	return float64(max(logins-r.unanswered, 1)) / r.took.Seconds()
}

// logInAtOnce logs alice and bob in from many clients at once, while another client goes from page to page.
func logInAtOnce(ctx context.Context, trial *Trial, other *User, herd int) (rush, error) {
	var seen rush
	names, took, unanswered := []string{"alice", "bob"}, make([]time.Duration, herd), make([]bool, herd)
	over, visited := make(chan struct{}), make(chan error, 1)
	go func() { visited <- other.visitUntil(ctx, over, &seen.pages) }()
	start := time.Now()
	err := concurrently(herd, func(i int) error {
		user := trial.client(SessionRedis, names[i%len(names)], fmt.Sprintf("203.0.113.%d", i+1)) // RFC 5737
		user.Policy = RoundRobin
		err := user.Login(ctx)
		took[i] = time.Since(start)
		if refused, ok := errors.AsType[unexpectedError](err); ok && refused.Status >= http.StatusInternalServerError {
			unanswered[i], err = true, nil
		}
		return err
	})
	seen.took = time.Since(start)
	close(over)
	err = errors.Join(err, <-visited)
	for i := range took {
		seen.longest = max(seen.longest, took[i])
		if unanswered[i] {
			seen.unanswered++
		}
	}
	return seen, err
}

// visitUntil asks for a page again and again, and counts the answers that were 200. Others may come from a balancer, which
// passes over replicas that are busy with hashing for too long.
func (u *User) visitUntil(ctx context.Context, over <-chan struct{}, pages *int) error {
	answer, err := u.Page(ctx, "/me")
	for err == nil {
		switch answer.Status {
		case http.StatusOK:
			*pages++
		case http.StatusUnauthorized:
			return fmt.Errorf("%s: logged out meanwhile", u.Scheme)
		}
		select {
		case <-over:
			return nil
		default:
			answer, err = u.Get(ctx, "/me")
		}
	}
	return err
}
