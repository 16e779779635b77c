package web

import (
	"errors"
	"fmt"
	"strings"
	"unicode"

	ginsessions "github.com/gin-contrib/sessions"
	"github.com/gin-gonic/gin"

	"authlab/account"
	"authlab/session"
)

// maxItem is how long the name of an item may be, in bytes.
const maxItem = 64

// cartKey is the name of the cart among a session's values.
const cartKey = "cart"

// cartView is the answer to a request for the cart.
type cartView struct {
	Scheme  string   `json:"scheme"`
	Replica string   `json:"replica"`
	Items   []string `json:"items"`
	KeptIn  string   `json:"kept_in"` // session, or users database
}

// A cart is where a scheme keeps what its caller wants to buy. add returns what is in it afterwards.
type cart struct {
	keptIn string
	items  func(*gin.Context) ([]string, error)
	add    func(*gin.Context, string) ([]string, error)
}

// cartOf returns the cart of a scheme. A session has a place for it. With a password or a token nothing is kept between
// requests, so the cart is the user's, in the users database.
func (s *Server) cartOf(m mounted) cart {
	if m.sessions != nil {
		return cart{"session", sessionCart, addToSessionCart}
	}
	return cart{
		"users database",
		func(c *gin.Context) ([]string, error) {
			return s.directory.Cart(c.Request.Context(), callerOf(c).user.Name)
		},
		func(c *gin.Context, item string) ([]string, error) {
			return s.directory.AddToCart(c.Request.Context(), callerOf(c).user.Name, item)
		},
	}
}

func sessionCart(c *gin.Context) ([]string, error) {
	items, _ := ginsessions.Default(c).Get(cartKey).([]string)
	return items, nil
}

func addToSessionCart(c *gin.Context, item string) (items []string, err error) {
	err = session.Change(c, func(s ginsessions.Session) error {
		items, _ = s.Get(cartKey).([]string)
		if len(items) >= account.MaxCart {
			return account.ErrCartFull
		}
		items = append(items, item)
		s.Set(cartKey, items)
		return nil
	})
	if errors.Is(err, session.ErrTooLarge) {
		err = fmt.Errorf("%w: %w", account.ErrCartFull, err)
	}
	return items, err
}

// handleCart handles the "GET {base}/cart" route.
func (s *Server) handleCart(kept cart) gin.HandlerFunc {
	return func(c *gin.Context) {
		items, err := kept.items(c)
		s.sendCart(c, kept, items, err)
	}
}

// handleAddToCart handles the "POST {base}/cart" route.
func (s *Server) handleAddToCart(kept cart) gin.HandlerFunc {
	return func(c *gin.Context) {
		var body struct {
			Add string `json:"add"`
		}
		if err := readJSON(c, &body); err != nil {
			s.refuse(c, err)
			return
		}
		if len(body.Add) > maxItem || strings.TrimSpace(body.Add) == "" || strings.ContainsFunc(body.Add, unicode.IsControl) {
			s.refuse(c, errBadItem)
			return
		}
		items, err := kept.add(c, body.Add)
		s.sendCart(c, kept, items, err)
	}
}

func (s *Server) sendCart(c *gin.Context, kept cart, items []string, err error) {
	if items == nil {
		items = []string{}
	}
	s.answer(c, cartView{Scheme: callOf(c).scheme, Replica: s.config.Name, Items: items, KeptIn: kept.keptIn}, err)
}
