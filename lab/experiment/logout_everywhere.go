package experiment

import (
	"context"
	"fmt"
	"net/http"
)

// logoutEverywhere logs one of three devices out everywhere, and looks which of the three are out.
func logoutEverywhere() Experiment {
	const devices = 3
	schemes := except(Basic, TokenCookie) // those two have nobody to say it to
	return Experiment{
		Name:     "logout-everywhere",
		Question: "Three devices, each at another replica, and one says “log out everywhere”: which are out?",
		Claim:    "Sessions can be logged out everywhere, tokens cannot.",
		Predict: func(replicas int) map[string]string {
			predicted := with(always("none", SessionCookie, TokenStateless), "all", SessionRedis, TokenRevocable)
			if replicas == 1 {
				return with(predicted, "all", SessionMemory) // there is no other memory
			}
			return with(predicted, howMany(1, devices), SessionMemory)
		},
		Run: func(ctx context.Context, b *Bench) error {
			replicas, err := b.Target.Replicas(ctx)
			if err != nil {
				return err
			}
			var owned [devices]map[string]*User
			for i := range owned {
				if owned[i], err = b.LoggedInAt(ctx, replicas[seat(i, len(replicas))].Name, schemes...); err != nil {
					return err
				}
			}
			// The credentials as they were, because the caller's browser is told to drop its own.
			var old [devices]map[string]*User
			for i := range old {
				old[i] = map[string]*User{}
				for scheme, user := range owned[i] {
					old[i][scheme] = user.Copy()
				}
			}
			for _, scheme := range schemes {
				if scheme == TokenRevocable {
					continue // the same tokens as token-stateless, and the same request
				}
				if err := owned[0][scheme].LogoutEverywhere(ctx); err != nil {
					return err
				}
			}
			for _, scheme := range schemes {
				refused := 0
				for i := range old {
					status, err := old[i][scheme].Status(ctx, "/me")
					if err != nil {
						return err
					}
					if status == http.StatusUnauthorized {
						refused++
					}
				}
				b.Observe(scheme, howMany(refused, devices), map[string]float64{"refused": float64(refused), "devices": devices})
			}
			return nil
		},
		Lesson: func(r Result) string {
			return fmt.Sprintf("It reached as far as somebody remembers: %.0f of %d devices with sessions in the replicas' memories, "+
				"%.0f with sessions in Redis, and %.0f with signed cookies, which are sessions too. The same three tokens were "+
				"all good where only their signature is checked (%.0f refused), and all dead where the denylist is asked (%.0f refused).",
				r.Measure(SessionMemory, "refused"), devices, r.Measure(SessionRedis, "refused"), r.Measure(SessionCookie, "refused"),
				r.Measure(TokenStateless, "refused"), r.Measure(TokenRevocable, "refused"))
		},
	}
}

// seat gives each device a replica, so that nobody shares one with the first device, who will say "everywhere".
func seat(device, replicas int) int {
	if device == 0 || replicas == 1 {
		return 0
	}
	return 1 + (device-1)%(replicas-1)
}

// LogoutEverywhere logs out on all devices, as the scheme has it.
func (u *User) LogoutEverywhere(ctx context.Context) error {
	path := base[u.Scheme] + "/logout-everywhere"
	if u.Scheme == TokenStateless || u.Scheme == TokenRevocable {
		path = "/token/logout-everywhere"
	}
	answer, err := u.do(ctx, http.MethodPost, path, nil)
	if err == nil && answer.Status != http.StatusNoContent {
		err = fmt.Errorf("log out everywhere by %s: %d %s", u.Scheme, answer.Status, answer.Body)
	}
	return err
}
