package cluster

import (
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"authlab/account"
	"authlab/lab/fault"
	"authlab/web"
)

// maxAdvance bounds how far a clock can be moved at once.
const maxAdvance = 365 * 24 * time.Hour

// handler sends /lab/ to the controls and everything else to the balancer. The controls are not balanced, so they
// survive the faults that they cause.
func (c *Cluster) handler() http.Handler {
	controls := http.NewServeMux()
	controls.HandleFunc("GET /lab/cluster", c.handleCluster)
	controls.HandleFunc("GET /lab/events", c.handleEvents)
	controls.HandleFunc("POST /lab/replicas/{name}/kill", c.onReplica(func(r *http.Request, rep *replica) error {
		return c.faults.Break(r.Context(), fault.Killed{Replica: rep})
	}))
	controls.HandleFunc("POST /lab/replicas/{name}/start", c.onReplica(func(r *http.Request, rep *replica) error {
		return c.faults.Mend(r.Context(), fault.Killed{Replica: rep})
	}))
	controls.HandleFunc("POST /lab/replicas/{name}/clock", c.onReplica(c.skew))
	controls.HandleFunc("POST /lab/redis/stop", c.control(func(r *http.Request) error {
		return c.faults.Break(r.Context(), c.redisStopped())
	}))
	controls.HandleFunc("POST /lab/redis/start", c.control(func(r *http.Request) error {
		if err := c.faults.Mend(r.Context(), c.redisStopped()); err != nil {
			return err
		}
		return c.redisBack(r.Context())
	}))
	controls.HandleFunc("POST /lab/redis/flush", c.control(func(r *http.Request) error {
		return fault.Flush(r.Context(), c.store.client, web.DefaultPrefix)
	}))
	controls.HandleFunc("POST /lab/redis/delay", c.control(c.delay))
	controls.HandleFunc("POST /lab/replicas", c.control(c.setReplicas))
	controls.HandleFunc("POST /lab/accounts", c.control(c.addUsers))
	controls.HandleFunc("POST /lab/keys/rotate", c.control(c.rotateKeys))
	controls.HandleFunc("POST /lab/keys/boot", c.control(func(r *http.Request) error {
		return c.faults.Break(r.Context(), c.bootKeys())
	}))
	controls.HandleFunc("POST /lab/home/stop", c.control(func(r *http.Request) error {
		return c.faults.Break(r.Context(), c.homeStopped())
	}))
	controls.HandleFunc("POST /lab/home/start", c.control(func(r *http.Request) error {
		return c.faults.Mend(r.Context(), c.homeStopped())
	}))
	controls.HandleFunc("GET /lab/bytes", c.handleBytes)
	controls.HandleFunc("POST /lab/clock", c.control(c.advance))
	controls.HandleFunc("POST /lab/accounts/{name}", c.control(c.setRoles))
	controls.HandleFunc("POST /lab/reset", c.control(func(r *http.Request) error { return c.reset(r.Context()) }))
	controls.HandleFunc("/lab/", func(w http.ResponseWriter, _ *http.Request) {
		refuse(w, control{http.StatusNotFound, "not-found", "The lab has no such control. To look is GET, to change is POST."})
	})

	mux := http.NewServeMux()
	mux.Handle("/lab/", c.guard(controls))
	mux.Handle("/", c.balancer)
	return mux
}

// A control is an error that says itself what it is to the client.
type control struct {
	status       int
	name, detail string
}

func (e control) Error() string { return e.detail }

func invalid(format string, args ...any) error {
	return control{http.StatusBadRequest, "bad-request", fmt.Sprintf(format, args...)}
}

func (c *Cluster) control(do func(*http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := do(r); err != nil {
			refuse(w, err)
			return
		}
		c.events.changed()
		w.WriteHeader(http.StatusNoContent)
	}
}

func (c *Cluster) onReplica(do func(*http.Request, *replica) error) http.HandlerFunc {
	return c.control(func(r *http.Request) error {
		rep, ok := c.replica(r.PathValue("name"))
		if !ok {
			return control{http.StatusNotFound, "no-replica", fmt.Sprintf("There is no replica %q.", r.PathValue("name"))}
		}
		return do(r, rep)
	})
}

func (c *Cluster) redisStopped() fault.Cut { return fault.Cut{Server: "redis", Wire: c.store.wire} }

func (c *Cluster) skew(r *http.Request, rep *replica) error {
	d, err := readDuration(r, "skew")
	if err != nil {
		return err
	}
	f := fault.Skewed{Replica: rep.name, Clock: rep.clock, By: d}
	if d == 0 {
		return c.faults.Mend(r.Context(), f)
	}
	return c.faults.Break(r.Context(), f)
}

func (c *Cluster) delay(r *http.Request) error {
	d, err := readDuration(r, "delay")
	if err != nil {
		return err
	}
	f := fault.RedisSlow{Wire: c.store.wire, By: d}
	switch {
	case d == 0:
		return c.faults.Mend(r.Context(), f)
	case d < time.Millisecond || d > time.Second:
		return invalid("Redis can be from 1 ms to 1 s away; 0s brings it back.")
	}
	return c.faults.Break(r.Context(), f)
}

func (c *Cluster) setReplicas(r *http.Request) error {
	var body struct {
		Count int `json:"count"`
	}
	if err := readBody(r, &body); err != nil {
		return err
	}
	if body.Count < 1 || body.Count > MaxReplicas {
		return invalid("The body should be like {\"count\":4}, from 1 to %d.", MaxReplicas)
	}
	return c.scale(r.Context(), body.Count)
}

// maxUsers bounds how many simulated users there can be.
const maxUsers = 10_000

func (c *Cluster) addUsers(r *http.Request) error {
	var body struct {
		Count    int    `json:"count"`
		Password string `json:"password"`
	}
	if err := readBody(r, &body); err != nil {
		return err
	}
	if body.Count < 1 || body.Count > maxUsers || body.Password == "" {
		return invalid("The body should be like {\"count\":200,\"password\":\"…\"}, with at most %d users.", maxUsers)
	}
	name := func(i int) string { return fmt.Sprintf("user-%05d", i+1) }
	return account.CreateSimulated(r.Context(), c.directory, c.hasher, body.Count, name, body.Password)
}

func (c *Cluster) advance(r *http.Request) error {
	d, err := readDuration(r, "advance")
	if err != nil {
		return err
	}
	if d < 0 {
		return invalid("The lab's clock only goes forward; reset brings it back.")
	}
	c.time.Advance(d)
	return fault.Age(r.Context(), c.store.client, web.DefaultPrefix, d)
}

func (c *Cluster) setRoles(r *http.Request) error {
	var body struct {
		Roles []string `json:"roles"`
	}
	if err := readBody(r, &body); err != nil {
		return err
	}
	if body.Roles == nil {
		return invalid(`The body should be like {"roles":["user"]}.`)
	}
	err := c.directory.SetRoles(r.Context(), r.PathValue("name"), body.Roles)
	if errors.Is(err, account.ErrUnknownUser) {
		return control{http.StatusNotFound, "no-account", fmt.Sprintf("There is no account %q.", r.PathValue("name"))}
	}
	return err
}

func (c *Cluster) handleCluster(w http.ResponseWriter, r *http.Request) {
	view, err := c.View(r.Context())
	if err != nil {
		refuse(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(w).Encode(view) // if the client has gone, there is nobody to tell
}

// handleBytes handles the "GET /lab/bytes" route.
func (c *Cluster) handleBytes(w http.ResponseWriter, r *http.Request) {
	bytes, err := c.bytes(r.Context())
	if err != nil {
		refuse(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(bytes) // if the client has gone, there is nobody to tell
}

func readDuration(r *http.Request, name string) (time.Duration, error) {
	body := map[string]string{}
	if err := readBody(r, &body); err != nil {
		return 0, err
	}
	d, err := time.ParseDuration(body[name])
	if err != nil || d > maxAdvance || d < -maxAdvance {
		return 0, invalid(`The body should be like {%q:"15m"}, within a year.`, name)
	}
	return d, nil
}

func readBody(r *http.Request, into any) error {
	if err := json.NewDecoder(http.MaxBytesReader(nil, r.Body, 64<<10)).Decode(into); err != nil {
		return invalid("The body is not the JSON that is wanted here.")
	}
	return nil
}

// crossOrigin keeps other sites from breaking things in the lab of whoever visits them.
var crossOrigin = http.NewCrossOriginProtection()

// guard lets in whoever is on this machine, and whoever has the key. Asking for a loopback name in Host keeps a page
// on another site from reaching the lab under a name of its own (DNS rebinding).
func (c *Cluster) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		key := r.Header.Get("X-Lab-Key")
		hasKey := c.config.LabKey != "" && subtle.ConstantTimeCompare([]byte(key), []byte(c.config.LabKey)) == 1
		switch {
		case crossOrigin.Check(r) != nil:
			refuse(w, control{http.StatusForbidden, "cross-origin", "Another site made the browser send this request."})
		case !hasKey && (!isLoopback(r.RemoteAddr) || !isLoopback(r.Host)):
			refuse(w, control{http.StatusForbidden, "not-loopback", "The lab's controls answer on this machine only, unless a lab key is set and sent in X-Lab-Key."})
		default:
			next.ServeHTTP(w, r)
		}
	})
}

func isLoopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		host = address
	}
	ip, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return strings.EqualFold(host, "localhost") || (err == nil && ip.Unmap().IsLoopback())
}

func refuse(w http.ResponseWriter, err error) {
	problem := control{http.StatusInternalServerError, "internal", err.Error()}
	_ = errors.As(err, &problem)
	w.Header().Set("Content-Type", web.ProblemType)
	w.WriteHeader(problem.status)
	_ = json.NewEncoder(w).Encode(web.Problem{ // if the client has gone, there is nobody to tell
		Type: "urn:authlab:problem:lab-" + problem.name, Title: http.StatusText(problem.status),
		Status: problem.status, Detail: problem.detail,
	})
}
