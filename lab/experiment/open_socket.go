package experiment

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"authlab/lab/contract"
)

// openSocket has a stream open while its user logs out, and sees how long it goes on: when the server never asks again, when
// it asks once a minute, and when it is told of the logout by Redis.
func openSocket() Experiment {
	const often = time.Minute
	schemes := except(Basic)
	return Experiment{
		Name: "open-socket",
		Predicted: Predictions{
			SessionMemory:  streamEnds(goesOn, often, 0),
			SessionRedis:   streamEnds(goesOn, often, 0),
			SessionCookie:  streamEnds(goesOn, goesOn, goesOn),
			TokenStateless: streamEnds(goesOn, goesOn, goesOn),
			TokenRevocable: streamEnds(goesOn, often, 0),
			TokenCookie:    streamEnds(goesOn, goesOn, goesOn),
		},
		Choices: these(streamEnds(goesOn, often, 0), streamEnds(0, 0, 0), streamEnds(goesOn, goesOn, goesOn)),
		Run: func(ctx context.Context, trial *Trial) error {
			seen := map[string][]time.Duration{}
			for _, settings := range []contract.Settings{
				{StreamAskSeconds: -1}, {StreamAskSeconds: int(often.Seconds())}, {StreamAskSeconds: -1, StreamTold: true},
			} {
				if err := trial.Target.Set(ctx, settings); err != nil {
					return err
				}
				lasted, err := trial.logOutWithStreams(ctx, often, schemes)
				if err != nil {
					return err
				}
				for scheme, after := range lasted {
					seen[scheme] = append(seen[scheme], after)
				}
			}
			for _, scheme := range schemes {
				never, asked, told := seen[scheme][0], seen[scheme][1], seen[scheme][2]
				trial.Observe(scheme, streamEnds(never, asked, told), map[string]float64{
					"goes_on_unasked": oneIf(never == goesOn), "goes_on_asked": oneIf(asked == goesOn), "goes_on_told": oneIf(told == goesOn),
					"every_seconds": often.Seconds(),
				})
			}
			return nil
		},
	}
}

// goesOn is how long a stream went on that did not end while it was watched.
const goesOn time.Duration = -1

// logOutWithStreams opens a stream by each scheme, logs out, and returns how long the streams went on, by the lab's clock: not
// at all (0), until they asked (often), or for longer.
func (trial *Trial) logOutWithStreams(ctx context.Context, often time.Duration, schemes []string) (map[string]time.Duration, error) {
	users, err := trial.LoggedIn(ctx, schemes...)
	if err != nil {
		return nil, err
	}
	streams := map[string]*Stream{}
	for scheme, user := range users.inOrder() {
		if streams[scheme], err = user.Stream(ctx); err != nil {
			return nil, err
		}
		defer streams[scheme].Close()
	}
	for _, user := range users.inOrder() {
		if err := user.Logout(ctx); err != nil {
			return nil, err
		}
	}
	view, err := trial.Target.View(ctx)
	if err != nil {
		return nil, err
	}
	lasted := map[string]time.Duration{}
	loggedOut := view.Now
	for _, part := range []time.Duration{often / 2, often/2 + time.Second} {
		if err := trial.Target.Advance(ctx, part); err != nil {
			return nil, err
		}
		view.Now = view.Now.Add(part)
		for scheme, user := range users.inOrder() {
			ended, err := streams[scheme].endedBy(view.Now)
			if err != nil {
				return nil, fmt.Errorf("stream of %s: %w", scheme, err)
			}
			if _, known := lasted[scheme]; ended.IsZero() || known {
				continue
			}
			user.recorder.watched(user, false)
			// A stream that ends well before its time has been told, if only while the lab's clock was moved on by half of it.
			if lasted[scheme] = often; ended.Sub(loggedOut) < often*3/4 {
				lasted[scheme] = 0
			}
		}
	}
	for scheme, user := range users.inOrder() {
		if _, ended := lasted[scheme]; !ended {
			user.recorder.watched(user, true)
			lasted[scheme] = goesOn
		}
	}
	return lasted, nil
}

// streamEnds says how long a stream goes on after a logout, by what the server does about it. Where one of the ways ends it,
// a server can have it as it wants.
func streamEnds(never, asked, told time.Duration) Outcome {
	if never == goesOn && asked == goesOn && told == goesOn {
		return Dangerous.says("goes-on")
	}
	means := Kept
	if told == goesOn {
		means = Dangerous
	}
	return means.composed("three-ways", streamLasts(never), streamLasts(asked), streamLasts(told))
}

func streamLasts(after time.Duration) Outcome {
	switch after {
	case goesOn:
		return Dangerous.says("goes-on")
	case 0:
		return Kept.says("ends-at-once")
	}
	return Costs.says("ends-when-asked", "seconds", after.Seconds())
}

// A Stream is an open stream of events.
type Stream struct {
	body  io.Closer
	lines *bufio.Scanner
	ended time.Time // zero: it goes on
}

// Stream opens the stream of the scheme.
func (u *User) Stream(ctx context.Context) (*Stream, error) {
	request, err := u.request(ctx, http.MethodGet, base(u.Scheme)+"/stream", nil)
	if err != nil {
		return nil, err
	}
	sending := u.recorder.begin(u, request)
	response, err := u.client.Do(request)
	if err != nil {
		return nil, err
	}
	// What is recorded is that it begins. The end is no answer to a request.
	u.recorder.end(ctx, sending, u, Answer{Status: response.StatusCode, Replica: response.Header.Get("X-Served-By")}, response.Header)
	if response.StatusCode != http.StatusOK {
		return nil, errors.Join(fmt.Errorf("%s: open a stream: %d", u.Scheme, response.StatusCode), response.Body.Close())
	}
	return &Stream{body: response.Body, lines: bufio.NewScanner(response.Body)}, nil
}

// Close hangs up.
func (s *Stream) Close() { _ = s.body.Close() }

// endedBy reads until the stream says something at a time of the lab or later, and returns when it ended; zero: it goes on.
func (s *Stream) endedBy(at time.Time) (time.Time, error) {
	name := ""
	for s.ended.IsZero() {
		if !s.lines.Scan() {
			return time.Time{}, cmp.Or(s.lines.Err(), io.ErrUnexpectedEOF)
		}
		if event, ok := strings.CutPrefix(s.lines.Text(), "event: "); ok {
			name = event
		}
		data, ok := strings.CutPrefix(s.lines.Text(), "data: ")
		if !ok {
			continue
		}
		var e struct{ At time.Time }
		if err := json.Unmarshal([]byte(data), &e); err != nil {
			return time.Time{}, err
		}
		if name == "ended" {
			s.ended = e.At
		} else if !e.At.Before(at) {
			break
		}
	}
	return s.ended, nil
}
