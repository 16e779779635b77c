package web

import (
	"context"

	"github.com/gin-gonic/gin"
)

// A call is what is known of one request while it is answered. It is in the request's context, where also the Redis client
// and the users database find it.
type call struct {
	timing  timing
	request *gin.Context // for the client's address
	scheme  string       // that the request belongs to; empty: none
	caller  caller       // who sent it, if known
	known   bool
	refused error // why the caller is not known; nil also before the credential was read
}

type callKey struct{}

func withCall(ctx context.Context) (context.Context, *call) {
	call := &call{}
	call.timing.entries = call.timing.few[:0]
	return context.WithValue(ctx, callKey{}, call), call
}

// callIn returns the request that ctx belongs to, or nil.
func callIn(ctx context.Context) *call {
	call, _ := ctx.Value(callKey{}).(*call)
	return call
}

// callOf returns what is known of a request that observe has seen, as it does every one.
func callOf(c *gin.Context) *call { return callIn(c.Request.Context()) }

// timingOf returns the timing of the request that ctx belongs to. It is nil where there is no request, and nil ignores
// what is added.
func timingOf(ctx context.Context) *timing {
	if call := callIn(ctx); call != nil {
		return &call.timing
	}
	return nil
}
