package experiment

import (
	"context"
)

// storeLookups counts, at Redis, the commands that it is sent for a thousand requests.
func storeLookups() Experiment {
	const requests, clients = 1000, 8
	schemes := except(Basic) // a thousand password hashes would measure something else
	return Experiment{
		Name: "store-lookups",
		Predicted: Predictions{
			SessionMemory:  commands(0),
			SessionRedis:   commands(requests),
			SessionCookie:  commands(0),
			TokenStateless: commands(0),
			TokenRevocable: commands(requests),
			TokenCookie:    commands(0),
		},
		Choices: these(commands(0), commands(1), commands(requests)),
		Run: func(ctx context.Context, trial *Trial) error {
			users, err := trial.LoggedIn(ctx, schemes...)
			if err != nil {
				return err
			}
			for _, scheme := range schemes {
				before, err := trial.Target.View(ctx)
				if err != nil {
					return err
				}
				if err := repeat(ctx, users[scheme], requests, clients); err != nil {
					return err
				}
				after, err := trial.Target.View(ctx)
				if err != nil {
					return err
				}
				asked := after.Redis.Asked() - before.Redis.Asked()
				trial.Observe(scheme, commands(asked), map[string]float64{"requests": requests, "commands": float64(asked)})
			}
			return nil
		},
	}
}

// commands says how many commands Redis was sent. Each one is paid for.
func commands(n int64) Outcome {
	means := Costs
	if n == 0 {
		means = ""
	}
	return means.says("commands", "commands", n)
}

// repeat sends one user's request many times, a few at once.
func repeat(ctx context.Context, user *User, requests, clients int) error {
	return concurrently(clients, func(int) error {
		worker := user.Copy()
		for range requests / clients {
			if _, err := worker.Page(ctx, "/me"); err != nil {
				return err
			}
		}
		return nil
	})
}
