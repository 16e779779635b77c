package experiment

import (
	"context"
	"fmt"

	"authlab/lab/contract"
)

// rollingDeploy restarts every replica once, as a deploy does, while users are logged in.
func rollingDeploy() Experiment {
	return Experiment{
		Name: "rolling-deploy",
		Predicted: Predictions{
			SessionMemory:  Lost.says("all"),
			SessionRedis:   Kept.says("none"),
			SessionCookie:  Kept.says("none"),
			TokenStateless: Kept.says("none"),
			TokenRevocable: Kept.says("none"),
			TokenCookie:    Kept.says("none"),
		},
		Run: func(ctx context.Context, trial *Trial) error {
			replicas, err := trial.ReplicaNames(ctx)
			if err != nil {
				return err
			}
			d := deploy{again: map[*User]int{}, steps: map[string][]int{}}
			if d.people, err = trial.Populate(ctx, Sticky, trial.Users, except(Basic)...); err != nil {
				return err
			}
			for step, replica := range replicas {
				if err := d.restart(ctx, trial.Target, replica, d.visitors(step, trial.Users, step == len(replicas)-1)); err != nil {
					return err
				}
			}
			for _, scheme := range except(Basic) {
				d.observe(trial, scheme, replicas)
			}
			return nil
		},
		Lesson: func(r Result) []string {
			return []string{either(r.Measure(SessionMemory, "logins_again") > r.Measure(SessionMemory, "had_to_log_in"), "lesson-again", "")}
		},
	}
}

// visitorsAStep is how many users of a scheme come by at each restart. Where there are more users, others come each time,
// and after the last restart all do: so every user is counted, and a run with many users takes bounded time.
const visitorsAStep = 1000

// A deploy restarts all replicas once, and notes which users had to log in again.
type deploy struct {
	people population
	again  map[*User]int    // how often each had to log in again
	steps  map[string][]int // by scheme: how many users had had to log in again, after each step
}

// visitors are the users who come by at this step. d.people lists them scheme by scheme, with so many users each.
func (d *deploy) visitors(step, users int, last bool) population {
	return d.people.where(func(i int) bool {
		turn := (i%users + users - step*visitorsAStep%users) % users // the first to come has 0
		return last || turn < visitorsAStep
	})
}

// restart restarts one replica. Half of the visitors come while it is away, and are sent to another replica; half come
// when it is back. They alternate in blocks as long as the longest row of replicas, because the balancer has dealt the
// users out to the replicas in turn: otherwise all users of a replica could be in the same half.
func (d *deploy) restart(ctx context.Context, target Target, replica string, visitors population) error {
	isEarly := func(i int) bool { return i/contract.MaxReplicas%2 == 0 }
	var unserved population
	err := during(ctx, target, killed(replica), func() (err error) {
		unserved, err = d.ask(ctx, visitors.where(isEarly))
		return err
	})
	if err != nil {
		return err
	}
	// If this is the only replica, the early visitors were not served, and try again.
	late := visitors.where(func(i int) bool { return !isEarly(i) })
	if unserved, err = d.ask(ctx, append(late, unserved...)); err != nil {
		return err
	}
	if len(unserved) > 0 {
		return fmt.Errorf("%s is back, and %d people were not served", replica, len(unserved))
	}
	count := map[string]int{}
	for user := range d.again {
		count[user.Scheme]++
	}
	for _, scheme := range except(Basic) {
		d.steps[scheme] = append(d.steps[scheme], count[scheme])
	}
	return nil
}

// ask lets each of these users ask for a page. Users who are logged out log in again. Those who were not served are
// returned.
func (d *deploy) ask(ctx context.Context, people population) (unserved population, err error) {
	found, err := people.visit(ctx)
	if err != nil {
		return nil, err
	}
	for _, user := range found.out {
		d.again[user]++
	}
	return found.unserved, found.out.logIn(ctx)
}

func (d *deploy) observe(trial *Trial, scheme string, replicas []string) {
	people := d.people.of(scheme)
	had, logins := 0, 0
	for _, user := range people {
		if n := d.again[user]; n > 0 {
			had, logins = had+1, logins+n
		}
	}
	measures := map[string]float64{"users": float64(len(people)), "had_to_log_in": float64(had), "logins_again": float64(logins)}
	at := people.spread(replicas)
	addCounts(measures, "step", d.steps[scheme])
	addCounts(measures, "users_at", at)
	measures["users_at_last"] = float64(at[len(at)-1])
	measures["visitors_a_step"] = float64(min(len(people), visitorsAStep))
	trial.Observe(scheme, Lost.howMany(had, len(people)), measures)
}
