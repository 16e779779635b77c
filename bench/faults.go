package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/redis/go-redis/v9"
)

// answerWait is how long a client waits for an answer while something is broken.
const answerWait = 5 * time.Second

// A fault is something that happens to Redis, and how it is mended.
type fault struct {
	name, what string
	begin, end func(context.Context, *faultyRedis) error
}

var faults = []fault{
	{
		"stopped", "the process is killed, and started again with nothing in it",
		func(_ context.Context, r *faultyRedis) error {
			err := r.process.cmd.Process.Kill()
			_ = r.process.cmd.Wait() // it was killed
			return err
		},
		func(_ context.Context, r *faultyRedis) (err error) {
			r.process, err = r.servers.startRedisAt(r.process.address)
			return err
		},
	},
	{
		"silent", "the process is there and gets no processor (SIGSTOP)",
		func(_ context.Context, r *faultyRedis) error { return r.process.cmd.Process.Signal(syscall.SIGSTOP) },
		func(_ context.Context, r *faultyRedis) error { return r.process.cmd.Process.Signal(syscall.SIGCONT) },
	},
	{
		"slow", "every command waits until two seconds are over (CLIENT PAUSE)",
		func(ctx context.Context, r *faultyRedis) error {
			return r.client.Do(ctx, "CLIENT", "PAUSE", 2000, "ALL").Err()
		},
		func(ctx context.Context, r *faultyRedis) error { return r.client.Do(ctx, "CLIENT", "UNPAUSE").Err() },
	},
	{
		"flushed", "all data is gone (FLUSHALL)",
		func(ctx context.Context, r *faultyRedis) error { return r.client.FlushAll(ctx).Err() },
		func(context.Context, *faultyRedis) error { return nil },
	},
	{
		"read-only", "after a failover: a replica, whose primary cannot be reached (REPLICAOF)",
		func(ctx context.Context, r *faultyRedis) error {
			return r.client.Do(ctx, "REPLICAOF", "127.0.0.1", "1").Err()
		},
		func(ctx context.Context, r *faultyRedis) error {
			return r.client.Do(ctx, "REPLICAOF", "NO", "ONE").Err()
		},
	},
}

type faultyRedis struct {
	servers *processes
	process *process
	client  *redis.Client
}

// A user of one server is logged in before each fault.
type user struct {
	name         string
	server       *process
	login, path  string // login: empty where there is no store to begin a session in
	cookie, text string // text: of Authorization
}

// runFaults breaks one Redis in one way after the other, and notes what each server answers to a user who is logged in, and
// to a login.
func runFaults(ctx context.Context, servers *processes, o options) (err error) {
	if err := servers.startRedis(); err != nil {
		return err
	}
	users, err := servers.startUsers()
	if err != nil {
		return err
	}
	r := &faultyRedis{servers, servers.running[0], redis.NewClient(&redis.Options{Addr: servers.running[0].address})}
	defer func() { err = errors.Join(err, r.client.Close()) }()

	var b strings.Builder
	b.WriteString("# What a broken Redis does to a login, against what people would use instead\n\n" +
		"Written by `make faults`. Each cell: what a user who is logged in is answered while it lasts / what a login is answered /\n" +
		"what the user is answered afterwards. 401 means that the user has to log in, and is right only if the session is lost.\n" +
		"authlab hashes a password at each login, and the others do not. gin-jwt asks no Redis.\n\n| server |")
	for _, f := range faults {
		fmt.Fprintf(&b, " %s |", f.name)
	}
	b.WriteString("\n|" + strings.Repeat(" --- |", len(faults)+1) + "\n")
	cells := make([][]string, len(users))
	for _, f := range faults {
		fmt.Fprintln(os.Stderr, "fault:", f.name)
		during, err := r.suffer(ctx, f, users)
		if err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
		for i := range users {
			cells[i] = append(cells[i], during[i])
		}
	}
	for i, u := range users {
		fmt.Fprintf(&b, "| %s | %s |\n", u.name, strings.Join(cells[i], " | "))
	}
	b.WriteString("\n")
	for _, f := range faults {
		fmt.Fprintf(&b, "- %s: %s\n", f.name, f.what)
	}
	fmt.Fprintf(&b, "\nNo server took a cookie away unless a cell says so. A client waits for %s. Versions: %s.\n", answerWait, strings.Join(versions(), ", "))
	return write(o.output, b.String())
}

func (p *processes) startUsers() ([]*user, error) {
	hs256 := newHS256()
	if err := p.buildOurs(); err != nil {
		return nil, err
	}
	ours, err := p.startOurs(hs256)
	if err != nil {
		return nil, err
	}
	token, err := hs256.token()
	if err != nil {
		return nil, err
	}
	var users []*user
	for _, name := range []string{ginRedis, scsName, ginJWTv2} {
		server, err := p.startPeer(name, false)
		if err != nil {
			return nil, err
		}
		users = append(users, &user{name: name, server: server, login: "/login", path: "/me"})
	}
	jwt := users[len(users)-1]
	jwt.login, jwt.text = "", "Bearer "+token
	return append(users,
		&user{name: oursRedis, server: ours, login: "/session/redis/login", path: "/session/redis/me"},
		&user{name: "authlab token-revocable", server: ours, login: "/authenticate", path: "/token/revocable/me", text: "Bearer " + token},
		&user{name: "authlab token-stateless", server: ours, path: "/token/stateless/me", text: "Bearer " + token},
	), nil
}

// suffer returns what each user was answered during a fault and after it.
func (r *faultyRedis) suffer(ctx context.Context, f fault, users []*user) ([]string, error) {
	for _, u := range users {
		if u.text == "" {
			var err error
			if u.cookie, err = u.server.logIn(ctx, u.login); err != nil {
				return nil, err
			}
		}
	}
	if err := f.begin(ctx, r); err != nil {
		return nil, err
	}
	cells := make([]string, len(users))
	forEach(users, func(i int, u *user) {
		login := make(chan string, 1)
		go func() {
			answer := "–"
			if u.login != "" {
				answer, _ = u.ask(ctx, http.MethodPost, u.login)
			}
			login <- answer
		}()
		cells[i], _ = u.ask(ctx, http.MethodGet, u.path)
		cells[i] += " / " + <-login
	})
	if err := f.end(ctx, r); err != nil {
		return nil, err
	}
	mended := time.Now()
	forEach(users, func(i int, u *user) {
		for {
			answer, status := u.ask(ctx, http.MethodGet, u.path)
			switch {
			case status == http.StatusOK:
				cells[i] += fmt.Sprintf(" / in after %s", round(time.Since(mended)))
			case status == http.StatusUnauthorized || time.Since(mended) > answerWait:
				cells[i] += " / " + answer
			default:
				time.Sleep(10 * time.Millisecond)
				continue
			}
			return
		}
	})
	return cells, nil
}

func forEach(users []*user, do func(int, *user)) {
	var group sync.WaitGroup
	for i, u := range users {
		group.Go(func() { do(i, u) })
	}
	group.Wait()
}

// ask sends a request as this user, and returns what came of it.
func (u *user) ask(ctx context.Context, method, path string) (answer string, status int) {
	ctx, cancel := context.WithTimeout(ctx, answerWait)
	defer cancel()
	body := ""
	if method == http.MethodPost {
		body = fmt.Sprintf(`{"username":%q,"password":%q}`, alice, alicePassword)
	}
	request, err := http.NewRequestWithContext(ctx, method, "http://"+u.server.address+path, strings.NewReader(body))
	if err != nil {
		return err.Error(), 0
	}
	request.Header.Set("Content-Type", "application/json")
	if method == http.MethodGet {
		request.Header.Set("Authorization", u.text)
		request.Header.Set("Cookie", u.cookie)
	}
	start := time.Now()
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Sprintf("no answer in %s", round(time.Since(start))), 0
	}
	defer response.Body.Close()
	answer = fmt.Sprintf("%d in %s", response.StatusCode, round(time.Since(start)))
	for _, cookie := range response.Cookies() {
		if method == http.MethodGet && cookie.Name+"="+cookie.Value != u.cookie {
			answer += ", cookie taken"
		}
	}
	return answer, response.StatusCode
}

func round(d time.Duration) time.Duration {
	if d < 10*time.Millisecond {
		return max(d.Round(time.Millisecond), time.Millisecond)
	}
	return d.Round(10 * time.Millisecond)
}
