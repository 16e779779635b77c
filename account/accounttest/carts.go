package accounttest

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"authlab/account"
)

// carts tests the shopping cart. filled returns a directory with carol in it.
func carts(t *testing.T, filled func(t *testing.T) account.Directory) {
	t.Run("a cart keeps what is added, in order, and only its user's", func(t *testing.T) {
		d := filled(t)
		if err := d.Create(t.Context(), account.User{Name: "dave"}, "hash"); err != nil {
			t.Fatal(err)
		}
		var want []string
		for _, item := range []string{"book", "book", "lápiz 🖊", "", "{a,\"b\"}"} {
			want = append(want, item)
			if got, err := d.AddToCart(t.Context(), "carol", item); err != nil || !slices.Equal(got, want) {
				t.Fatalf("AddToCart = %q, %v; want %q", got, err, want)
			}
		}
		got, err := d.Cart(t.Context(), "carol")
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("Cart = %q, %v; want %q", got, err, want)
		}
		if got, err := d.Cart(t.Context(), "dave"); err != nil || len(got) > 0 {
			t.Errorf("dave's cart has %q, %v", got, err)
		}
		if err := d.EmptyCart(t.Context(), "carol"); err != nil {
			t.Fatal(err)
		}
		if got, err := d.Cart(t.Context(), "carol"); err != nil || len(got) > 0 {
			t.Errorf("emptied, it has %q, %v", got, err)
		}
	})

	t.Run("an unknown user has no cart", func(t *testing.T) {
		d := filled(t)
		for _, name := range []string{"dave", "carol\x00"} {
			_, err := d.Cart(t.Context(), name)
			_, addErr := d.AddToCart(t.Context(), name, "book")
			if !errors.Is(err, account.ErrUnknownUser) || !errors.Is(addErr, account.ErrUnknownUser) {
				t.Errorf("%q: %v and %v, want ErrUnknownUser", name, err, addErr)
			}
		}
	})

	t.Run("of many additions at once none is lost, and none is one too many", func(t *testing.T) {
		d := filled(t)
		var all sync.WaitGroup
		for i := range account.MaxCart {
			all.Go(func() {
				if _, err := d.AddToCart(t.Context(), "carol", fmt.Sprint(i)); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		got, err := d.Cart(t.Context(), "carol")
		slices.Sort(got)
		if err != nil || len(slices.Compact(got)) != account.MaxCart {
			t.Errorf("%d of %d items, %v", len(got), account.MaxCart, err)
		}
		if _, err := d.AddToCart(t.Context(), "carol", "one more"); !errors.Is(err, account.ErrCartFull) {
			t.Errorf("one more: %v, want ErrCartFull", err)
		}
		if got, err := d.Cart(t.Context(), "carol"); err != nil || len(got) != account.MaxCart {
			t.Errorf("%d items, %v", len(got), err)
		}
	})
}
