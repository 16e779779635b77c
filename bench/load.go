package main

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/valyala/fasthttp"
)

// A subject is one row of the results: a server and the requests that it gets.
type subject struct {
	name    string
	server  *process
	behind  []*process // whose processor time counts too
	path    string     // of the request
	login   string     // where a session begins, or empty
	bearer  string     // a token for every request, or empty
	fresh   *signer
	perTurn int // how many fresh tokens are made for a second; more than the server can take
	turns   []turn
}

// A turn is what was measured in one turn of one subject.
type turn struct {
	rate     float64       // requests a second
	cpu      time.Duration // processor time of the server for one request
	p50, p99 time.Duration
}

// measure sends requests for as long as a turn is, and stops at the first answer that is not 200.
func (s *subject) measure(ctx context.Context, connections int, length time.Duration) (turn, error) {
	var cookie string
	if s.login != "" { // anew in each turn: the load keeps an old cookie where a browser would take the one that renews it
		var err error
		if cookie, err = s.server.logIn(ctx, s.login); err != nil {
			return turn{}, err
		}
	}
	var tokens []string
	if s.fresh != nil {
		var err error
		if tokens, err = s.fresh.tokens(int(float64(s.perTurn) * (length.Seconds() + warmUp.Seconds()))); err != nil {
			return turn{}, err
		}
	}
	var next atomic.Int64 // of tokens
	client := &fasthttp.HostClient{Addr: s.server.address, MaxConns: connections, ReadTimeout: 5 * time.Second, WriteTimeout: 5 * time.Second}
	defer client.CloseIdleConnections()
	send := func(length time.Duration) (took []time.Duration, elapsed time.Duration, err error) {
		start := time.Now()
		until := start.Add(length)
		results, failures := make([][]time.Duration, connections), make([]error, connections)
		var wait sync.WaitGroup
		for i := range connections {
			wait.Go(func() {
				request, response := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
				defer fasthttp.ReleaseRequest(request)
				defer fasthttp.ReleaseResponse(response)
				request.SetRequestURI("http://" + s.server.address + s.path)
				if cookie != "" {
					request.Header.Set("Cookie", cookie)
				}
				if s.bearer != "" {
					request.Header.Set("Authorization", "Bearer "+s.bearer)
				}
				for ctx.Err() == nil {
					began := time.Now()
					if began.After(until) {
						return
					}
					if s.fresh != nil {
						n := int(next.Add(1)) - 1
						if n >= len(tokens) {
							return
						}
						request.Header.Set("Authorization", "Bearer "+tokens[n])
						began = time.Now()
					}
					if failures[i] = client.Do(request, response); failures[i] != nil {
						return
					}
					if response.StatusCode() != http.StatusOK {
						failures[i] = fmt.Errorf("status %d: %s", response.StatusCode(), response.Body())
						return
					}
					results[i] = append(results[i], time.Since(began))
				}
			})
		}
		wait.Wait()
		elapsed = time.Since(start)
		for i := range connections {
			if failures[i] != nil {
				return nil, 0, failures[i]
			}
			took = append(took, results[i]...)
		}
		if len(took) == 0 {
			return nil, 0, fmt.Errorf("no request was answered: %w", context.Cause(ctx))
		}
		return took, elapsed, nil
	}
	if _, _, err := send(warmUp); err != nil {
		return turn{}, err
	}
	before, err := s.cpu()
	if err != nil {
		return turn{}, err
	}
	took, elapsed, err := send(length)
	if err != nil {
		return turn{}, err
	}
	after, err := s.cpu()
	if err != nil {
		return turn{}, err
	}
	slices.Sort(took)
	return turn{
		rate: float64(len(took)) / elapsed.Seconds(), cpu: (after - before) / time.Duration(len(took)),
		p50: took[len(took)/2], p99: took[len(took)*99/100],
	}, nil
}

// cpu is the processor time that the server has used, and those behind it.
func (s *subject) cpu() (sum time.Duration, err error) {
	for _, p := range append(s.behind, s.server) {
		used, err := p.cpu()
		if err != nil {
			return 0, err
		}
		sum += used
	}
	return sum, nil
}

const warmUp = 200 * time.Millisecond
