package experiment

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
)

// lostUpdate adds many things to one cart at once, over all replicas, and counts what is in the cart afterwards.
//
// All requests leave before the first answer has come, as from a page that sends several at once. So each carries the same
// signed cookie with an empty cart, gets a cookie with one thing in it, and the browser keeps the cookie that came last.
func lostUpdate() Experiment {
	const adds = 20
	return Experiment{
		Name: "lost-update",
		Predicted: Predictions{
			Basic:          known(adds, adds),
			SessionMemory:  known(adds, adds),
			SessionRedis:   known(adds, adds),
			SessionCookie:  known(1, adds),
			TokenStateless: known(adds, adds),
			TokenRevocable: known(adds, adds),
			TokenCookie:    known(adds, adds),
		},
		Run: func(ctx context.Context, trial *Trial) error {
			twin, left, err := fillCartOfTwin(ctx, trial, adds)
			if err != nil {
				return err
			}
			for i, scheme := range Schemes() {
				user := trial.simulated(scheme, i+1) // each has a cart of their own in the users database
				if user.Policy = RoundRobin; scheme == SessionMemory {
					user.Policy = Sticky // only one replica knows it
				}
				if err := user.Login(ctx); err != nil {
					return err
				}
				if err := user.fillCart(ctx, adds); err != nil {
					return err
				}
				kept, err := user.cart(ctx)
				if err != nil {
					return err
				}
				trial.Observe(scheme, twin.remark(known(kept, adds)), twin.measures(map[string]float64{
					"added": adds, "left": float64(kept), "naive_left": float64(left),
				}))
			}
			return twin.err()
		},
		Lesson: func(r Result) []string {
			return []string{either(r.Measure(SessionRedis, "naive_attacks") > 0, "lesson-twin", "twin-absent")}
		},
	}
}

// cart counts what is in this user's cart.
func (u *User) cart(ctx context.Context) (int, error) {
	answer, err := u.Page(ctx, "/cart")
	if err != nil {
		return 0, err
	}
	var body struct{ Items []string }
	err = json.Unmarshal(answer.Body, &body)
	return len(body.Items), err
}

// fillCart adds so many things at once. Afterwards this user has the cookies that came last.
func (u *User) fillCart(ctx context.Context, adds int) error {
	var mu sync.Mutex
	var last *User
	err := concurrently(adds, func(i int) error {
		sender := u.Copy()
		thing := map[string]string{"add": fmt.Sprintf("thing %d", i+1)}
		_, err := sender.expect(ctx, http.StatusOK, http.MethodPost, base(u.Scheme)+"/cart", thing)
		mu.Lock()
		defer mu.Unlock()
		last = sender
		return err
	})
	u.cookies = last.cookies
	return err
}

// fillCartOfTwin does the same with a session of the naive twin, and counts what is left.
func fillCartOfTwin(ctx context.Context, trial *Trial, adds int) (o twinResult, left int, err error) {
	o, err = trial.attackTwin(ctx, func(t *twin, o *twinResult) error {
		session, err := t.login(ctx, "alice", "")
		if err != nil {
			return err
		}
		cookie := session.Name + "=" + session.Value
		err = concurrently(adds, func(i int) error {
			thing := fmt.Sprintf(`{"add":"thing %d"}`, i+1)
			_, err := t.do(ctx, http.MethodPost, "/naive/session/cart", thing, "Content-Type", "application/json", "Cookie", cookie)
			return err
		})
		if err != nil {
			return err
		}
		got, err := t.do(ctx, http.MethodGet, "/naive/session/cart", "", "Cookie", cookie)
		if err != nil {
			return err
		}
		var body struct{ Items []string }
		if err := json.Unmarshal([]byte(got.body), &body); err != nil {
			return fmt.Errorf("naive twin: the cart is answered %d: %w", got.status, err)
		}
		left = len(body.Items)
		o.note("a session that is written back whole", left < adds, true)
		return nil
	})
	return o, left, err
}
