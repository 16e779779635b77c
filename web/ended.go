package web

import (
	"context"
	"sync"

	"github.com/gin-gonic/gin"
	"github.com/redis/go-redis/v9"
)

// An endedLogins tells streams that logins of a user have ended, at whichever replica that was.
//
//	POST …/logout ─▶ replica ─ PUBLISH authlab:ended alice ─▶ Redis ─▶ replicas ─▶ streams of alice, which ask again
//
// A replica subscribes while it has a stream. What is published while it is not connected is lost: Redis keeps no message. So
// a stream should also ask by itself from time to time.
type endedLogins struct {
	client  redis.UniversalClient
	channel string

	mu      sync.Mutex
	streams map[string]map[chan struct{}]bool // by user
	count   int
	stop    func() // ends the subscription
}

func newEndedLogins(client redis.UniversalClient, prefix string) *endedLogins {
	return &endedLogins{client: client, channel: prefix + "ended", streams: map[string]map[chan struct{}]bool{}}
}

// listen returns what is sent to when logins of a user have ended, until done is called.
func (e *endedLogins) listen(ctx context.Context, user string) (told <-chan struct{}, done func()) {
	e.mu.Lock()
	defer e.mu.Unlock()
	wake := make(chan struct{}, 1)
	if e.streams[user] == nil {
		e.streams[user] = map[chan struct{}]bool{}
	}
	e.streams[user][wake] = true
	if e.count++; e.count == 1 {
		e.stop = e.subscribe(context.WithoutCancel(ctx))
	}
	return wake, func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		if delete(e.streams[user], wake); len(e.streams[user]) == 0 {
			delete(e.streams, user)
		}
		if e.count--; e.count == 0 {
			e.stop()
		}
	}
}

// subscribe returns when Redis has confirmed, or has not done so in time; then the client goes on trying.
func (e *endedLogins) subscribe(ctx context.Context) (stop func()) {
	subscription := e.client.Subscribe(ctx, e.channel)
	_, _ = subscription.ReceiveTimeout(ctx, redisTimeout)
	messages := subscription.Channel()
	go func() {
		for message := range messages {
			e.wake(message.Payload)
		}
	}()
	return func() { _ = subscription.Close() }
}

func (e *endedLogins) wake(user string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for stream := range e.streams[user] {
		select {
		case stream <- struct{}{}:
		default: // it has been told, and has not asked yet
		}
	}
}

// tellStreams has a route that ends logins tell the streams of its caller, if it succeeds.
func (s *Server) tellStreams(m mounted) gin.HandlerFunc {
	return func(c *gin.Context) {
		if !s.tuning().StreamTold {
			return
		}
		call := callOf(c)
		if !call.known {
			m.identify(c)
		}
		c.Next()
		if call.known && c.Writer.Status() < 300 {
			// If it fails, streams find out when they ask by themselves.
			_ = s.config.Redis.Publish(c.Request.Context(), s.ended.channel, call.caller.user.Name).Err()
		}
	}
}
