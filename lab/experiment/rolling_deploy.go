package experiment

import (
	"context"
	"fmt"
)

// rollingDeploy restarts every replica once, as a deploy does, under people who are logged in.
func rollingDeploy() Experiment {
	return Experiment{
		Name:     "rolling-deploy",
		Question: "Every replica is restarted once, one after the other: who has to log in again?",
		Claim:    "With sticky sessions a deploy goes unnoticed.",
		Predict:  whatever(with(always("none", populatedSchemes()...), "all", SessionMemory)),
		Run: func(ctx context.Context, b *Bench) error {
			replicas, err := b.Target.Replicas(ctx)
			if err != nil {
				return err
			}
			d := deploy{again: map[*User]int{}, steps: map[string][]int{}}
			if d.people, err = b.Populate(ctx, Sticky, b.Users, populatedSchemes()...); err != nil {
				return err
			}
			for step, replica := range replicas {
				if err := d.restart(ctx, b.Target, replica.Name, d.visitors(step, b.Users, step == len(replicas)-1)); err != nil {
					return err
				}
			}
			for _, scheme := range populatedSchemes() {
				d.observe(b, scheme, replicas)
			}
			return nil
		},
		Lesson: func(r Result) string {
			users, had := r.Measure(SessionMemory, "users"), r.Measure(SessionMemory, "had_to_log_in")
			lesson := fmt.Sprintf("Being pinned to a replica decides only when its memory is lost: of %.0f people with a session there %.0f "+
				"had to log in again, of those with one in Redis %.0f, with a signed cookie %.0f, with a token %.0f.", users, had,
				r.Measure(SessionRedis, "had_to_log_in"), r.Measure(SessionCookie, "had_to_log_in"), r.Measure(TokenStateless, "had_to_log_in"))
			if again := r.Measure(SessionMemory, "logins_again"); again > had {
				lesson += fmt.Sprintf(" Some had to more than once (%.0f logins): who came while their replica was away was sent to another, "+
					"whose turn was still to come. And nobody moves back: the one restarted last was left with %.0f people.",
					again, r.Measure(SessionMemory, "users_at_last"))
			}
			return lesson
		},
	}
}

// visitorsAStep is how many people of a scheme come by at each restart. Where there are more, others come each time, and
// after the last restart all do: so everybody is counted, and a run with many takes bounded time.
const visitorsAStep = 1000

// A deploy is one pass over all replicas, and what people notice of it.
type deploy struct {
	people population
	again  map[*User]int    // how often each had to log in again
	steps  map[string][]int // by scheme: how many had had to, after each step
}

// visitors are those who come by at this step. people are listed scheme by scheme, with so many users each.
func (d *deploy) visitors(step, users int, last bool) population {
	return d.people.where(func(i int) bool {
		turn := (i%users + users - step*visitorsAStep%users) % users // the first to come has 0
		return last || turn < visitorsAStep
	})
}

// restart restarts one replica. Half of the visitors come while it is away and half when it is back: both happen, and
// they are not treated alike. They alternate in blocks, because the balancer deals them out to the replicas in turn.
func (d *deploy) restart(ctx context.Context, target Target, replica string, visitors population) error {
	isEarly := func(i int) bool { return i/mostReplicas%2 == 0 }
	if err := target.Kill(ctx, replica); err != nil {
		return err
	}
	unserved, err := d.ask(ctx, visitors.where(isEarly))
	if err != nil {
		return err
	}
	if err := target.Start(ctx, replica); err != nil {
		return err
	}
	// Where this is the only replica, who came early was served by nobody, and tries again.
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
	for _, scheme := range populatedSchemes() {
		d.steps[scheme] = append(d.steps[scheme], count[scheme])
	}
	return nil
}

// ask sends people to a page. Who is logged out logs in again, as anybody would. Who was not served is returned.
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

func (d *deploy) observe(b *Bench, scheme string, replicas []Replica) {
	people := d.people.of(scheme)
	had, logins := 0, 0
	for _, user := range people {
		if n := d.again[user]; n > 0 {
			had, logins = had+1, logins+n
		}
	}
	measures := map[string]float64{"users": float64(len(people)), "had_to_log_in": float64(had), "logins_again": float64(logins)}
	at := people.spread(replicas)
	notes(measures, "step", d.steps[scheme])
	notes(measures, "users_at", at)
	measures["users_at_last"] = float64(at[len(at)-1])
	measures["visitors_a_step"] = float64(min(len(people), visitorsAStep))
	b.Observe(scheme, howMany(had, len(people)), measures)
}
