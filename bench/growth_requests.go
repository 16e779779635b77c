package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

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
			_, err = io.Copy(io.Discard, response.Body) // to its end, so that the connection is used again
			if err := errors.Join(err, response.Body.Close()); err != nil {
				return nil, err
			}
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
