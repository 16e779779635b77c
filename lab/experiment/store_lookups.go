package experiment

import (
	"context"
	"sync/atomic"
)

// storeLookups counts, at Redis, the commands that it is sent for a thousand requests. PostgreSQL does not tell how many
// statements it was sent, so those are what the replicas say in Server-Timing.
func storeLookups() Experiment {
	const requests, clients = 1000, 8
	return Experiment{
		Name: "store-lookups",
		Predicted: Predictions{
			SessionMemory:   commands(0),
			SessionRedis:    commands(requests),
			SessionCookie:   commands(0),
			TokenStateless:  commands(0),
			TokenRevocable:  commands(requests),
			TokenCookie:     commands(0),
			SessionPostgres: commands(requests),
		},
		Choices: these(commands(0), commands(1), commands(requests)),
		Lesson:  postgresToo,
		Run: func(ctx context.Context, trial *Trial) error {
			schemes, err := trial.withPostgres(ctx, except(Basic)...) // a thousand password hashes would measure something else
			if err != nil {
				return err
			}
			users, err := trial.LoggedIn(ctx, schemes...)
			if err != nil {
				return err
			}
			for _, scheme := range schemes {
				before, err := trial.Target.View(ctx)
				if err != nil {
					return err
				}
				told, err := repeat(ctx, users[scheme], requests, clients)
				if err != nil {
					return err
				}
				after, err := trial.Target.View(ctx)
				if err != nil {
					return err
				}
				asked := after.Redis.Asked() - before.Redis.Asked()
				if scheme == SessionPostgres {
					asked += told
				}
				trial.Observe(scheme, commands(asked), map[string]float64{"requests": requests, "commands": float64(asked)})
			}
			return nil
		},
	}
}

// commands is the outcome: how many commands or statements the store was sent.
func commands(n int64) Outcome {
	means := Costs
	if n == 0 {
		means = ""
	}
	return means.says("commands", "commands", n)
}

// repeat sends one user's request many times, a few at once. told is how often the replicas say that they asked a store.
func repeat(ctx context.Context, user *User, requests, clients int) (told int64, err error) {
	var sum atomic.Int64
	err = concurrently(clients, func(int) error {
		worker := user.Copy()
		for range requests / clients {
			answer, err := worker.Page(ctx, "/me")
			if err != nil {
				return err
			}
			sum.Add(int64(answer.Timing["store"]))
		}
		return nil
	})
	return sum.Load(), err
}
