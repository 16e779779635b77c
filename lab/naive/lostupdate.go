package naive

import (
	"net/http"
	"time"

	"github.com/gin-contrib/sessions"
	"github.com/gin-gonic/gin"
)

// MISTAKE: lost update (CWE-362). Save writes the whole session back, as most session stores do, without a look at what
// has been saved since it was loaded. Of two requests that load the same cart, the one that saves last puts its own cart in
// the place of the other's.
//
//	request 1   load [] ──── add a book ──────────────────▶ save [book]
//	request 2        load [] ──── add a pen ─────────────────────────────▶ save [pen]     where is the book?
//
// THE RIGHT WAY: session.Change, on a store that replaces a record only if nothing has changed it since it was loaded.

// stockCheck is how long a shop takes between reading the cart and saving it: it asks the warehouse.
const stockCheck = 5 * time.Millisecond

// handleCart handles the "GET /naive/session/cart" route.
func (t *Twin) handleCart(c *gin.Context) {
	if _, ok := t.sessionUser(c); !ok {
		return
	}
	items, _ := sessions.Default(c).Get("cart").([]string)
	c.JSON(http.StatusOK, gin.H{"items": append([]string{}, items...), "kept_in": "session"})
}

// handleAddToCart handles the "POST /naive/session/cart" route.
func (t *Twin) handleAddToCart(c *gin.Context) {
	if _, ok := t.sessionUser(c); !ok {
		return
	}
	var body struct{ Add string }
	if err := c.ShouldBindJSON(&body); err != nil {
		c.Status(http.StatusBadRequest)
		return
	}
	s := sessions.Default(c)
	items, _ := s.Get("cart").([]string)
	items = append(append([]string{}, items...), body.Add)
	time.Sleep(stockCheck)
	s.Set("cart", items)
	if err := s.Save(); err != nil {
		c.Status(http.StatusInternalServerError)
		return
	}
	c.JSON(http.StatusOK, gin.H{"items": items, "kept_in": "session"})
}
