package web_test

import (
	"testing"
	"time"

	"authlab/web"
)

func TestALoginThatWouldBeOneTooManyEndsTheOldest(t *testing.T) {
	onEachRememberer(t, func(t *testing.T, w *world, c *client, r route) {
		c.server.Tune(web.Tuning{MaxSessions: 2})
		bob, first, second, third, fourth := c.other(), c.other(), c.other(), c.other(), c.other()
		bob.login(r.scheme, "bob")
		for _, device := range []*client{first, second} {
			device.login(r.scheme, "alice")
			w.clock.Advance(time.Second)
		}
		first.get(200, r.base+"/me")
		third.login(r.scheme, "alice")
		first.get(401, r.base+"/me").isProblem(t, 401, "session-unknown", r.scheme)
		for _, in := range []*client{bob, second, third} {
			in.get(200, r.base+"/me")
		}
		c.server.Tune(web.Tuning{}) // as it was configured: session.MaxSessions
		fourth.login(r.scheme, "alice")
		for _, in := range []*client{second, third, fourth} {
			in.get(200, r.base+"/me")
		}
		config := w.config(t, "app-1")
		config.Tuning.MaxSessions = 1
		one := w.startWith(t, config)
		c = newClient(t, one)
		c.login(r.scheme, "alice")
		w.clock.Advance(time.Second)
		c.other().login(r.scheme, "alice")
		c.get(401, r.base+"/me")
	})
}
