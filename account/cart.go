package account

import "errors"

// MaxCart is how many items a cart holds at the most.
const MaxCart = 50

// ErrCartFull means that a cart has MaxCart items already, and nothing was added.
var ErrCartFull = errors.New("cart is full")
