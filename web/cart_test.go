package web_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"authlab/account"
	"authlab/web/scheme"
)

func (a answer) cart(t testing.TB) (items []string, keptIn string) {
	t.Helper()
	var body struct {
		Items  []string `json:"items"`
		KeptIn string   `json:"kept_in"`
	}
	must(t, json.Unmarshal([]byte(a.body), &body))
	return body.Items, body.KeptIn
}

func (c *client) add(want int, r route, item string) answer {
	c.t.Helper()
	body, err := json.Marshal(map[string]string{"add": item})
	must(c.t, err)
	return c.post(want, r.base+"/cart", string(body))
}

func TestACartIsKeptInTheSessionOrWithTheUser(t *testing.T) {
	onEachScheme(t, func(t *testing.T, _ *world, c *client, r route) {
		keptIn := "users database"
		if strings.HasPrefix(r.scheme, "session-") {
			keptIn = "session"
		}
		c.login(r.scheme, "alice")
		want := fmt.Sprintf(`{"scheme":%q,"replica":"app-1","items":[],"kept_in":%q}`, r.scheme, keptIn)
		if got := c.get(200, r.base+"/cart").body; got != want {
			t.Errorf("an empty cart: %s, want %s", got, want)
		}
		c.add(200, r, "book")
		if items, kept := c.add(200, r, "día 🗝").cart(t); !slices.Equal(items, []string{"book", "día 🗝"}) || kept != keptIn {
			t.Errorf("%q in %s", items, kept)
		}
		if items, _ := c.get(200, r.base+"/cart").cart(t); !slices.Equal(items, []string{"book", "día 🗝"}) {
			t.Errorf("asked again: %q", items)
		}
		c.expect(200, http.MethodHead, r.base+"/cart", "")

		bob := c.other()
		bob.login(r.scheme, "bob")
		if items, _ := bob.get(200, r.base+"/cart").cart(t); len(items) > 0 {
			t.Errorf("bob sees %q", items)
		}
		phone := c.other() // another session of the same user
		phone.login(r.scheme, "alice")
		items, _ := phone.get(200, r.base+"/cart").cart(t)
		if shared := len(items) == 2; shared != (keptIn == "users database") {
			t.Errorf("another login of the same user sees %q, and the cart is in the %s", items, keptIn)
		}
	})
}

func TestACartIsBounded(t *testing.T) {
	onEachScheme(t, func(t *testing.T, _ *world, c *client, r route) {
		c.login(r.scheme, "alice")
		for _, bad := range []string{"", " ", "a\nb", "a\x00b", strings.Repeat("a", 65)} {
			c.add(400, r, bad).isProblem(t, 400, "bad-item", r.scheme)
		}
		c.post(400, r.base+"/cart", `{"add":1}`).isProblem(t, 400, "bad-json", r.scheme)
		c.post(415, r.base+"/cart", `{"add":"book"}`, "Content-Type", "text/plain").isProblem(t, 415, "media-type", r.scheme)
		c.other().add(401, r, "book").isProblem(t, 401, "no-credential", r.scheme)
		c.other().get(401, r.base+"/cart").isProblem(t, 401, "no-credential", r.scheme)

		added, long := 0, strings.Repeat("b", 64)
		for range account.MaxCart {
			if answer := c.do(http.MethodPost, r.base+"/cart", `{"add":"`+long+`"}`); answer.status != 200 {
				answer.isProblem(t, 400, "cart-full", r.scheme)
				break
			}
			added++
		}
		if full := added == account.MaxCart; full == (r.scheme == scheme.SessionCookie) {
			t.Errorf("%d items of 64 bytes fit", added) // a cookie is too small for all of them
		}
		c.add(400, r, long).isProblem(t, 400, "cart-full", r.scheme)
		if items, _ := c.get(200, r.base+"/cart").cart(t); len(items) != added {
			t.Errorf("%d items, want %d", len(items), added)
		}
	})
}

func TestAnotherSiteCannotFillTheCart(t *testing.T) {
	onEachScheme(t, func(t *testing.T, _ *world, c *client, r route) {
		c.login(r.scheme, "alice")
		want := map[bool]int{true: 200, false: 403}[r.keepsTokens()]
		c.post(want, r.base+"/cart", `{"add":"book"}`, "Sec-Fetch-Site", "cross-site")
	})
}
