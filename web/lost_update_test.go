package web_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"authlab/web/scheme"
)

// Requests of one login at once, over three replicas, each add something else to the cart.
func TestNoUpdateOfACartIsLostWhereAServerKeepsIt(t *testing.T) {
	const adds = 20
	for _, r := range routes() {
		t.Run(r.scheme, func(t *testing.T) {
			w := newWorld(t)
			replicas := []*replica{w.start(t, "app-1"), w.start(t, "app-2"), w.start(t, "app-3")}
			if r.scheme == scheme.SessionMemory {
				replicas = replicas[:1] // another replica does not know the session
			}
			c := newClient(t, replicas[0])
			c.login(r.scheme, "alice")
			var all sync.WaitGroup
			last := make(chan string, adds) // the cookie of each answer
			for i := range adds {
				one := *c
				one.server, one.cookies = replicas[i%len(replicas)], map[string]string{}
				for name, value := range c.cookies {
					one.cookies[name] = value
				}
				all.Go(func() {
					one.expect(200, http.MethodPost, r.base+"/cart", fmt.Sprintf(`{"add":"item-%d"}`, i))
					last <- one.cookies[r.scheme]
				})
			}
			all.Wait()
			want := adds
			if r.scheme == scheme.SessionCookie { // a browser keeps one of the cookies
				want, c.cookies[r.scheme] = 1, <-last
			}
			if left := strings.Count(c.get(200, r.base+"/cart").body, "item-"); left != want {
				t.Errorf("%d of %d items are left, want %d", left, adds, want)
			}
		})
	}
}

func TestARequestThatReadsTheCartIsOneRedisCommandAndOneThatWritesIsTwo(t *testing.T) {
	_, c := alone(t)
	r := routeOf(scheme.SessionRedis)
	c.login(r.scheme, "alice")
	c.add(200, r, "book")
	for range 3 {
		if answer := c.get(200, r.base+"/cart"); answer.costs()["store"] != 1 || len(answer.cookies) > 0 {
			t.Errorf("GET: %s, %v", answer.header.Get("Server-Timing"), answer.cookies)
		}
		if answer := c.add(200, r, "book"); answer.costs()["store"] != 2 {
			t.Errorf("POST: %s", answer.header.Get("Server-Timing"))
		}
	}
}
