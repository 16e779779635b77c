package resource

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
)

const (
	headerTiming = "Server-Timing"
	headerCalls  = "X-Home-Calls"
)

// A timing records what one request has cost so far: calls to home and checks of a signature. It belongs to the
// request's own goroutine. A nil timing counts no calls: keys are fetched again in the background, for no request.
type timing struct {
	homeCalls int
	homeTime  time.Duration
	entries   []string // of Server-Timing
}

type timingKey struct{}

func timingOf(ctx context.Context) *timing {
	t, _ := ctx.Value(timingKey{}).(*timing)
	return t
}

// add adds an entry of Server-Timing (W3C Server Timing, section 4).
func (t *timing) add(name, description string, took time.Duration) {
	t.entries = append(t.entries, fmt.Sprintf("%s;desc=%q;dur=%.3f", name, description, float64(took.Microseconds())/1000))
}

// startCall counts a call to home, and returns the function that ends it.
func (t *timing) startCall(path string) (done func()) {
	if t == nil {
		return func() {}
	}
	t.homeCalls++
	start := time.Now()
	return func() {
		took := time.Since(start)
		t.homeTime += took
		t.add("home", "home "+path, took)
	}
}

// startSignature returns the function that adds the time of a signature check, less the calls to home within it.
func (t *timing) startSignature() (done func()) {
	start, before := time.Now(), t.homeTime
	return func() { t.add("signature", "signature and claims", time.Since(start)-(t.homeTime-before)) }
}

// respond writes a JSON response whose header says what the request has cost.
func respond(c *gin.Context, status int, body any) {
	t := timingOf(c.Request.Context())
	c.Header(headerCalls, strconv.Itoa(t.homeCalls))
	if len(t.entries) > 0 {
		c.Header(headerTiming, strings.Join(t.entries, ", "))
	}
	c.JSON(status, body)
}
