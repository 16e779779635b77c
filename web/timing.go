package web

import (
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/gin-gonic/gin"
)

// The names of the Server-Timing entries. A request has one entry for each time that it did such a thing.
const (
	costHash      = "hash"      // a password was hashed, which is slow on purpose
	costUsers     = "users"     // the users database answered a query
	costStore     = "store"     // Redis answered a command, or a transaction
	costSignature = "signature" // a signature was checked
)

// A timing collects what one request did and how long it took, for the header Server-Timing (W3C Server Timing).
type timing struct {
	mu      sync.Mutex
	entries []timingEntry
	few     [2]timingEntry // where the first entries are
	hidden  bool           // without durations
}

type timingEntry struct {
	name, description string // the program's own words, with no quotation mark
	took              time.Duration
}

// Add adds an entry for something that began at start and ends now. The arguments of a deferred call are evaluated at
// once, so this times the rest of a function:
//
//	defer timingOf(ctx).Add(costStore, "redis GETEX", time.Now())
func (t *timing) Add(name, description string, start time.Time) {
	if t == nil {
		return
	}
	took := time.Since(start)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.entries = append(t.entries, timingEntry{name, description, took})
}

// Waited is how long the request has waited for Redis and the users database. Time in which this process stood still was
// not their doing.
func (t *timing) Waited() (took time.Duration) {
	if t == nil {
		return 0
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, e := range t.entries {
		if (e.name == costStore || e.name == costUsers) && !stoodStill(e.took) {
			took += e.took
		}
	}
	return took
}

// HideDurations leaves the entries and takes away how long each took, for a refused login: those of an unknown user would
// tell an attacker which names have an account (CWE-208).
func (t *timing) HideDurations() {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.hidden = true
}

// String is the value of Server-Timing.
func (t *timing) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	text := make([]byte, 0, 64*len(t.entries))
	for i, e := range t.entries {
		if i > 0 {
			text = append(text, ", "...)
		}
		text = append(append(append(append(text, e.name...), `;desc="`...), e.description...), '"')
		if !t.hidden {
			text = appendMilliseconds(append(text, ";dur="...), e.took)
		}
	}
	return string(text)
}

// appendMilliseconds appends a duration like 0.042.
func appendMilliseconds(text []byte, d time.Duration) []byte {
	us := d.Microseconds()
	text = append(strconv.AppendInt(text, us/1000, 10), '.')
	return append(text, byte('0'+us/100%10), byte('0'+us/10%10), byte('0'+us%10))
}

// A timedWriter sets the header Server-Timing at the last moment before the header is sent.
type timedWriter struct {
	gin.ResponseWriter
	timing *timing
}

func (w *timedWriter) setHeader() {
	if text := w.timing.String(); text != "" && !w.Written() {
		w.Header().Set(headerTiming, text)
	}
}

func (w *timedWriter) WriteHeaderNow() {
	w.setHeader()
	w.ResponseWriter.WriteHeaderNow()
}

func (w *timedWriter) Write(body []byte) (int, error) {
	w.setHeader()
	return w.ResponseWriter.Write(body)
}

func (w *timedWriter) WriteString(body string) (int, error) {
	w.setHeader()
	return w.ResponseWriter.WriteString(body)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *timedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
