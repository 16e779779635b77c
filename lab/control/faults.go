package control

import (
	"cmp"
	"net/http"
	"time"

	"authlab/lab/contract"
)

// addresses break and mend a fault without naming it. {name} is a replica. Where a fault has a size, it is a member of the
// body, and 0 mends.
var addresses = []address{
	{path: "/lab/replicas/{name}/kill", fault: contract.ReplicaKilled},
	{path: "/lab/replicas/{name}/silence", fault: contract.ReplicaSilent},
	{path: "/lab/replicas/{name}/clock", fault: contract.ClockSkewed, size: "skew"},
	{path: "/lab/redis/stop", fault: contract.RedisStopped},
	{path: "/lab/redis/start", fault: contract.RedisStopped, mends: true},
	{path: "/lab/redis/delay", fault: contract.RedisSlow, size: "delay"},
	{path: "/lab/keys/boot", fault: contract.BootKeys},
	{path: "/lab/home/stop", fault: contract.HomeCut},
	{path: "/lab/home/start", fault: contract.HomeCut, mends: true},
}

type address struct {
	path, fault string
	mends       bool
	size        string
}

// at returns what is done at an address.
func (c *Controls) at(a address) func(*http.Request) error {
	sized := contract.WithBody(func(r *http.Request, body map[string]string) error {
		by, err := duration(body, a.size)
		f := contract.Fault{Name: a.fault, Replica: r.PathValue("name"), By: by}
		switch {
		case err != nil:
			return err
		case by == 0:
			return c.lab.Mend(r.Context(), f)
		}
		return c.breakFault(r, f)
	})
	if a.size != "" {
		return sized
	}
	return func(r *http.Request) error {
		f := contract.OfReplica(a.fault, r.PathValue("name"))
		if a.mends {
			return c.lab.Mend(r.Context(), f)
		}
		return c.breakFault(r, f)
	}
}

// startReplica handles the "POST /lab/replicas/{name}/start" route: a replica that is dead or silent answers again.
func (c *Controls) startReplica(r *http.Request) error {
	for _, name := range []string{contract.ReplicaSilent, contract.ReplicaKilled} {
		if err := c.lab.Mend(r.Context(), contract.OfReplica(name, r.PathValue("name"))); err != nil {
			return err
		}
	}
	return nil
}

// breakNamed handles the "POST /lab/faults/{fault}/break" route: {"replica":"app-2","by":"10m"}.
func (c *Controls) breakNamed(r *http.Request, body contract.FaultBody) error {
	f, err := named(r, body)
	if err != nil {
		return err
	}
	return c.breakFault(r, f)
}

// mendNamed handles the "POST /lab/faults/{fault}/mend" route: {"replica":"app-2"}.
func (c *Controls) mendNamed(r *http.Request, body contract.FaultBody) error {
	f, err := named(r, body)
	if err != nil {
		return err
	}
	return c.lab.Mend(r.Context(), f)
}

func (c *Controls) breakFault(r *http.Request, f contract.Fault) error {
	if err := f.Check(); err != nil {
		return err
	}
	return c.lab.Break(r.Context(), f)
}

func named(r *http.Request, body contract.FaultBody) (contract.Fault, error) {
	by, err := time.ParseDuration(cmp.Or(body.By, "0s"))
	if err != nil {
		return contract.Fault{}, contract.Invalid(`The body should be like {"replica":"app-2","by":"10m"}.`)
	}
	f := contract.Fault{Name: r.PathValue("fault"), Replica: body.Replica, By: by}
	return f, f.CheckName()
}
