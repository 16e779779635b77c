package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/gin-gonic/gin"
)

const (
	// streamTick is how often a stream looks at the clock. It is short because the clock of a lab can jump.
	streamTick = 20 * time.Millisecond
	// streamEvery is how often a stream says that it is there: more often than a balancer gives up one that is silent.
	streamEvery = time.Second
	// streamWrite is how long a client may keep an event from being written.
	streamWrite = 5 * time.Second
	// maxStreams is how many streams a replica keeps open for one user. Each takes memory and asks again and again, so
	// thousands of them, for which one login is enough, would use the replica up.
	maxStreams = 32
)

// openStreams counts the open streams of each user.
type openStreams struct {
	mu sync.Mutex
	of map[string]int
}

// open counts one more, until done is called. errStreams: the user has as many as there may be.
func (o *openStreams) open(user string) (done func(), err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.of[user] >= maxStreams {
		return nil, errStreams
	}
	o.of[user]++
	return func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		if o.of[user]--; o.of[user] == 0 {
			delete(o.of, user)
		}
	}, nil
}

// A streamEvent is one event of a stream: here while it goes on, ended as its last.
type streamEvent struct {
	Scheme  string    `json:"scheme"`
	User    string    `json:"user"`
	Replica string    `json:"replica"`
	At      time.Time `json:"at"`
	Reason  string    `json:"reason,omitempty"` // of ended: the problem that a request would get now
}

// handleStream handles the "GET {base}/stream" route: server-sent events for as long as the login lasts.
//
// A request proves its login once, at its beginning, and this one does not end by itself. So the server has to ask again
// whether the login is still good: every Tuning.StreamAsk, and with Tuning.StreamTold when a replica says that logins of this
// user have ended. Asking counts as using the session. An outage ends no stream, because the server cannot tell.
func (s *Server) handleStream(m mounted) gin.HandlerFunc {
	return func(c *gin.Context) {
		who, tuning := callerOf(c), s.tuning()
		done, err := s.streams.open(who.user.Name)
		if err != nil {
			s.refuse(c, err)
			return
		}
		defer done()
		var told <-chan struct{}
		if tuning.StreamTold {
			var stop func()
			told, stop = s.ended.listen(c.Request.Context(), who.user.Name)
			defer stop()
		}
		send := s.eventWriter(c, who.user.Name)
		if c.Request.Method == http.MethodHead {
			return
		}
		tick := time.NewTicker(streamTick)
		defer tick.Stop()
		asked, sent, wake := s.config.Now(), time.Time{}, false
		for {
			now := s.config.Now()
			over := !who.expiresAt.IsZero() && !now.Before(who.expiresAt)
			if wake || over || tuning.StreamAsk > 0 && due(now, asked, tuning.StreamAsk) {
				again, err := s.askAgain(c, m)
				if reason := endReason(err); reason != "" {
					_ = send("ended", reason, now)
					return
				} else if err == nil {
					who = again
				}
				asked = now
			}
			if s.draining.Load() {
				_ = send("ended", "draining", now)
				return
			}
			if due(now, sent, streamEvery) {
				if send("here", "", now) != nil {
					return
				}
				sent = now
			}
			wake = false
			select {
			case <-c.Request.Context().Done():
				return
			case <-told:
				wake = true
			case <-tick.C:
			}
		}
	}
}

// due tells whether something is to be done again. A clock that was set back does not put it off.
func due(now, last time.Time, every time.Duration) bool {
	return now.Sub(last) >= every || now.Before(last)
}

// askAgain reads the credential of a stream's request once more, as if it had come with a new request.
func (s *Server) askAgain(c *gin.Context, m mounted) (caller, error) {
	first, before := c.Request, callOf(c)
	defer func() { c.Request = first }()
	ctx, cancel := context.WithCancel(context.Background()) //nolint:contextcheck // the request's context has the session as it was
	defer cancel()
	defer context.AfterFunc(first.Context(), cancel)()
	ctx, again := withCall(ctx)
	again.scheme, again.caller, again.known = before.scheme, before.caller, before.known
	c.Request = first.WithContext(ctx)
	return m.read(c)
}

// endReason is the name of the problem that ends a stream; empty: it goes on.
func endReason(err error) string {
	if err == nil {
		return ""
	}
	if v := verdictOf(err); v.status == http.StatusUnauthorized {
		return v.name
	}
	return ""
}

// eventWriter begins an event stream, and returns what writes an event to it. at is the time by which it was decided on.
func (s *Server) eventWriter(c *gin.Context, user string) func(event, reason string, at time.Time) error {
	c.Header("Content-Type", "text/event-stream")
	c.Header("X-Accel-Buffering", "no") // nginx sends an event when it happens
	conn, scheme := http.NewResponseController(c.Writer), callOf(c).scheme
	return func(event, reason string, at time.Time) error {
		data, err := json.Marshal(streamEvent{scheme, user, s.config.Name, at.UTC(), reason})
		if err != nil {
			return err
		}
		if err := conn.SetWriteDeadline(time.Now().Add(streamWrite)); err != nil {
			return err
		}
		if _, err := fmt.Fprintf(c.Writer, "event: %s\ndata: %s\n\n", event, data); err != nil {
			return err
		}
		return conn.Flush()
	}
}
