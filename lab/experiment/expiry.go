package experiment

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// step is how far apart the requests of a busy user are: shorter than any login lasts without use.
const step = 10 * time.Minute

// longest is when a busy user's login should be over, whatever it is.
const longest = 24 * time.Hour

// expiry lets time pass, over a user who rests and over one who works.
func expiry() Experiment {
	return Experiment{
		Name:     "expiry",
		Question: "Idle, absolute, sliding: what ends a login?",
		Claim:    "Sessions last as long as you use them; tokens expire.",
		Predict: whatever(with(with(always("exp", TokenStateless, TokenRevocable, TokenCookie),
			"idle and absolute", SessionMemory, SessionRedis, SessionCookie), "nothing", Basic)),
		Run: func(ctx context.Context, b *Bench) error {
			resting, err := b.simulatedUsers(ctx)
			if err != nil {
				return err
			}
			said := map[string]time.Duration{} // what the server says is left
			start := time.Now()
			for _, scheme := range except(Basic) {
				answer, err := resting[scheme].Get(ctx, "/me")
				if err != nil {
					return err
				}
				end, err := answer.ExpiresAt()
				if err != nil {
					return err
				}
				said[scheme] = end.Sub(start)
			}
			working, err := b.simulatedUsers(ctx)
			if err != nil {
				return err
			}
			ended := map[string]time.Duration{} // when the busy user found the door closed
			rested := map[string]int{}          // what the resting user found a step after their time was over
			for passed := step; passed <= longest; passed += step {
				if err := b.Target.Advance(ctx, step); err != nil {
					return err
				}
				for _, scheme := range except(Basic) {
					if _, over := ended[scheme]; !over {
						status, err := working[scheme].Status(ctx, "/me")
						if err != nil {
							return err
						}
						if status != http.StatusOK {
							ended[scheme] = passed
						}
					}
					if _, asked := rested[scheme]; !asked && passed > said[scheme] {
						if rested[scheme], err = resting[scheme].Status(ctx, "/me"); err != nil {
							return err
						}
					}
				}
				if len(ended) == len(except(Basic)) && passed >= 9*time.Hour {
					break
				}
			}
			// A password has no end that busy or resting could bring about, so it is asked once, when all others are over.
			if status, err := working[Basic].Status(ctx, "/me"); err != nil {
				return err
			} else if status != http.StatusOK {
				ended[Basic] = longest
			}
			for _, scheme := range Schemes() {
				b.Observe(scheme, whatEnds(said[scheme], ended[scheme], rested[scheme]), map[string]float64{
					"said_minutes": said[scheme].Round(time.Minute).Minutes(), "busy_minutes": ended[scheme].Minutes(),
					"rested_status": float64(rested[scheme]),
				})
			}
			return nil
		},
		Lesson: func(r Result) string {
			return fmt.Sprintf("Without use, a session ended after %.0f minutes; used all the time, it slid on and ended after %.0f hours "+
				"all the same. The signed cookie can do that too, by being written anew. An access token ended when it said, "+
				"after %.0f minutes, however busy its owner was: what slides there is the refresh token.",
				r.Measure(SessionRedis, "said_minutes"), r.Measure(SessionRedis, "busy_minutes")/60, r.Measure(TokenStateless, "said_minutes"))
		},
	}
}

// simulatedUsers returns a simulated user for each scheme, logged in.
func (b *Bench) simulatedUsers(ctx context.Context) (map[string]*User, error) {
	users := map[string]*User{}
	for _, scheme := range Schemes() {
		user, err := b.Simulated(ctx, scheme)
		if err != nil {
			return nil, err
		}
		if err := user.Login(ctx); err != nil {
			return nil, err
		}
		users[scheme] = user
	}
	return users, nil
}

// whatEnds tells from three measurements what the rule is.
func whatEnds(said, busy time.Duration, rested int) string {
	if busy == 0 {
		return "nothing"
	}
	var rules []string
	switch {
	case rested != http.StatusUnauthorized:
		rules = append(rules, fmt.Sprintf("not its own word (%d)", rested))
	case busy <= said+step:
		return "exp" // use did not help
	default:
		rules = append(rules, "idle")
	}
	return strings.Join(append(rules, "absolute"), " and ")
}
