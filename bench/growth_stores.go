package main

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"authlab/account"
	"authlab/session"
)

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
		ours := cap(credentials)*16 + size*48 // this slice and its strings, for each of which 48 bytes are allocated
		memory.add(size, (heap()-empty-float64(ours))/1e6)
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
