package main

import (
	"context"
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"authlab/account"
	"authlab/session"
)

// A series is how a cost grows with the size of something.
type series struct {
	title, size, cost string // what is drawn, and the units of both axes
	points            []point
}

type point struct{ size, cost float64 }

func (s *series) add(size int, cost float64) { s.points = append(s.points, point{float64(size), cost}) }

// steepest is how much the cost grew for each time that the size grew, in the step where that was most. More than 1 is worse
// than linear.
func (s *series) steepest() (most float64) {
	for i := 1; i < len(s.points); i++ {
		from, to := s.points[i-1], s.points[i]
		most = max(most, to.cost/from.cost/(to.size/from.size))
	}
	return most
}

// sizes are 1,000 and ten times as many, up to most.
func sizes(most int) (all []int) {
	for size := 1000; size <= most; size *= 10 {
		all = append(all, size)
	}
	return all
}

// measureGrowth measures how costs grow, with up to o.sessions sessions.
func measureGrowth(p *processes, o options) ([]*series, error) {
	keys, err := newES256()
	if err != nil {
		return nil, err
	}
	var all []*series
	for _, measure := range []func() ([]*series, error){
		func() ([]*series, error) { return growReplicas(p, keys, o) },
		func() ([]*series, error) { return growRedis(p, keys, o) },
		func() ([]*series, error) { return growMemory(p.ctx, o) },
		func() ([]*series, error) { return growUsers(p.ctx, o) },
		func() ([]*series, error) { return growToken(p, keys, o) },
		func() ([]*series, error) { return growListeners(p, o) },
	} {
		found, err := measure()
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

// growReplicas measures a request through the balancer to more and more replicas.
func growReplicas(p *processes, keys signer, o options) ([]*series, error) {
	s := &series{title: "One request, through the balancer", size: "replicas", cost: "processor time, balancer and replicas, µs"}
	var replicas []*process
	for n := 1; n <= 3; n++ {
		replica, err := p.startOurs(keys)
		if err != nil {
			return nil, err
		}
		replicas = append(replicas, replica)
		var addresses []string
		for _, r := range replicas {
			addresses = append(addresses, r.address)
		}
		front, err := p.startPeer("balancer", false, "BENCH_REPLICAS="+strings.Join(addresses, ","))
		if err != nil {
			return nil, err
		}
		row := &subject{server: front, behind: replicas, path: "/session/redis/me", login: "/session/redis/login"}
		turn, err := row.measure(p.ctx, o.connections, o.turn)
		if err != nil {
			return nil, err
		}
		s.add(n, microseconds(turn.cpu))
	}
	return []*series{s}, nil
}

// growRedis measures a request of session-redis while Redis keeps more and more sessions of others.
func growRedis(p *processes, keys signer, o options) ([]*series, error) {
	server, err := p.startOurs(keys)
	if err != nil {
		return nil, err
	}
	options, err := redis.ParseURL(p.redis)
	if err != nil {
		return nil, err
	}
	client := redis.NewClient(options)
	defer func() { _ = client.Close() }() // it was read from, and is not needed any more
	store := session.NewRedis(client, "authlab:", time.Hour, time.Hour)
	s := &series{title: "One request of session-redis", size: "sessions in Redis", cost: "half of the answers within, µs"}
	filled := 0
	for _, size := range sizes(o.sessions) {
		if err := inParallel(size-filled, func(i int) error {
			_, err := store.Create(p.ctx, record(filled+i))
			return err
		}); err != nil {
			return nil, err
		}
		filled = size
		row := &subject{server: server, path: "/session/redis/me", login: "/session/redis/login"}
		turn, err := row.measure(p.ctx, o.connections, o.turn)
		if err != nil {
			return nil, err
		}
		s.add(size, microseconds(turn.p50))
	}
	return []*series{s}, client.FlushDB(p.ctx).Err()
}

// record is a session of the user of that number.
func record(n int) session.Record {
	return session.Record{User: fmt.Sprintf("user-%d", n), UserAgent: "bench", CreatedAt: time.Now(), LastSeen: time.Now()}
}

// inParallel calls do for 0 to n-1, from enough goroutines that their commands go to Redis together.
func inParallel(n int, do func(int) error) error {
	const goroutines = 64
	failures := make([]error, goroutines)
	var wait sync.WaitGroup
	for g := range goroutines {
		wait.Go(func() {
			for i := g; i < n && failures[g] == nil; i += goroutines {
				failures[g] = do(i)
			}
		})
	}
	wait.Wait()
	for _, err := range failures {
		if err != nil {
			return err
		}
	}
	return nil
}

const (
	samples = 200_000 // lookups for one point
	stride  = 104_729 // a prime: the next lookup is far from the last
)

// growMemory measures the store of session-memory by itself.
func growMemory(ctx context.Context, o options) ([]*series, error) {
	store := session.NewMemory(time.Hour, time.Now)
	load := &series{title: "One lookup in the memory of a replica", size: "sessions", cost: "ns"}
	memory := &series{title: "What the sessions in memory take", size: "sessions", cost: "MB"}
	var credentials []string
	empty := heap()
	for _, size := range sizes(o.sessions) {
		for len(credentials) < size {
			credential, err := store.Create(ctx, record(len(credentials)))
			if err != nil {
				return nil, err
			}
			credentials = append(credentials, credential)
		}
		memory.add(size, (heap()-empty-float64(size*(len(credentials[0])+16)))/1e6) // without this slice and its strings
		start := time.Now()
		for i := range samples {
			if _, err := store.Load(ctx, credentials[i*stride%size]); err != nil {
				return nil, err
			}
		}
		load.add(size, float64(time.Since(start).Nanoseconds())/samples)
	}
	runtime.KeepAlive(store)
	return []*series{load, memory}, nil
}

func heap() float64 {
	var stats runtime.MemStats
	runtime.GC()
	runtime.GC() // what a sync.Pool keeps goes with the second
	runtime.ReadMemStats(&stats)
	return float64(stats.HeapAlloc)
}

// growUsers measures the users database of a process by itself.
func growUsers(ctx context.Context, o options) ([]*series, error) {
	users := account.NewMemory()
	s := &series{title: "One lookup of a user", size: "users", cost: "ns"}
	made := 0
	for _, size := range sizes(o.sessions) {
		for ; made < size; made++ {
			if err := users.Create(ctx, account.User{Name: record(made).User, Roles: aliceRoles}, "no hash: it is looked up only"); err != nil {
				return nil, err
			}
		}
		names := make([]string, 1000)
		for i := range names {
			names[i] = record(i * stride % size).User
		}
		start := time.Now()
		for i := range samples {
			if _, err := users.User(ctx, names[i%len(names)]); err != nil {
				return nil, err
			}
		}
		s.add(size, float64(time.Since(start).Nanoseconds())/samples)
	}
	return []*series{s}, nil
}

// growToken measures a request with a token that no server has seen, and that has more and more roles.
func growToken(p *processes, keys signer, o options) ([]*series, error) {
	server, err := p.startOurs(keys)
	if err != nil {
		return nil, err
	}
	s := &series{title: "One request with a new token of ES256", size: "bytes of the token", cost: "processor time, µs"}
	for _, roles := range []int{2, 40, 120, 280} {
		larger := keys
		larger.roles = nil
		for i := range roles {
			larger.roles = append(larger.roles, fmt.Sprintf("role-of-number-%d", i))
		}
		token, err := larger.token()
		if err != nil {
			return nil, err
		}
		row := &subject{server: server, path: "/token/stateless/me", fresh: &larger, perTurn: 12_000}
		turn, err := row.measure(p.ctx, o.connections, o.turn)
		if err != nil {
			return nil, err
		}
		s.add(len(token), microseconds(turn.cpu))
	}
	return []*series{s}, nil
}

// requestsASecond are sent to the lab while pages listen to its events.
const requestsASecond = 200

// growListeners measures the whole lab while more and more pages listen.
func growListeners(p *processes, o options) ([]*series, error) {
	address, err := freeAddress(p.ctx)
	if err != nil {
		return nil, err
	}
	lab, err := p.start("the lab", address, nil, p.program, "--listen", address)
	if err != nil {
		return nil, err
	}
	s := &series{title: fmt.Sprintf("The whole lab at %d requests a second", requestsASecond), size: "pages that listen", cost: "processors in use, %"}
	ctx, hangUp := context.WithCancel(p.ctx)
	defer hangUp()
	listening := 0
	for _, size := range []int{1, 10, 100, 300} {
		for ; listening < size; listening++ {
			if err := listen(ctx, "http://"+address+"/lab/events"); err != nil {
				return nil, err
			}
		}
		before, err := lab.cpu()
		if err != nil {
			return nil, err
		}
		start := time.Now()
		for tick := time.NewTicker(time.Second / requestsASecond); time.Since(start) < 2*o.turn; <-tick.C {
			request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/token/stateless/me", nil)
			if err != nil {
				return nil, err
			}
			response, err := http.DefaultClient.Do(request)
			if err != nil {
				return nil, err
			}
			_ = response.Body.Close() // a short problem: the request has no token
		}
		after, err := lab.cpu()
		if err != nil {
			return nil, err
		}
		s.add(size, 100*(after-before).Seconds()/time.Since(start).Seconds())
	}
	return []*series{s}, nil
}

// listen reads events until ctx ends. It returns when the first has come.
func listen(ctx context.Context, url string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request) //nolint:bodyclose // it is closed when ctx ends
	if err != nil {
		return err
	}
	if _, err := response.Body.Read(make([]byte, 1)); err != nil {
		return err
	}
	go func() {
		defer func() { _ = response.Body.Close() }() // it was read to its end
		buffer := make([]byte, 32<<10)
		for err == nil {
			_, err = response.Body.Read(buffer)
		}
	}()
	return nil
}

func microseconds(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1000 }
