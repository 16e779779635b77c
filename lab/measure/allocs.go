package measure

import (
	"context"
	"fmt"
	"net/http"
	"runtime"
)

// allocPasses is how often allocations are counted. The least count is taken: other goroutines can only add to it.
const allocPasses = 3

// allocsPer counts what one call of f allocates in the whole process. Meanwhile the process has one processor, as in
// testing.AllocsPerRun, because a sync.Pool looks empty to a goroutine that moves to another processor.
func allocsPer(runs int, f func() error) (allocs, bytes int64, err error) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	if err := f(); err != nil {
		return 0, 0, err
	}
	for pass := range allocPasses {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for range runs {
			if err := f(); err != nil {
				return 0, 0, err
			}
		}
		runtime.ReadMemStats(&after)
		// Rounded down: less than one allocation for each run comes from elsewhere.
		n, size := int64(after.Mallocs-before.Mallocs)/int64(runs), int64(after.TotalAlloc-before.TotalAlloc)/int64(runs)
		if pass == 0 || n < allocs {
			allocs = n
		}
		if pass == 0 || size < bytes {
			bytes = size
		}
	}
	return allocs, bytes, nil
}

// allocsOf counts what the replica's handler allocates for one request of a subject, without net/http's server and
// without Redis, whose responses come from a tape.
func allocsOf(ctx context.Context, s *subject, runs int) (allocs, bytes int64, err error) {
	handler, request, answer := s.replica.app.Handler(), s.request.WithContext(ctx), &discardWriter{header: http.Header{}}
	handle := func() error {
		clear(answer.header)
		answer.status = 0
		handler.ServeHTTP(answer, request)
		if answer.status != http.StatusOK {
			return fmt.Errorf("%s: the answer is %d while allocations are counted", s.name, answer.status)
		}
		return nil
	}
	defer s.replica.tape.set(passing)
	s.replica.tape.set(recording)
	if err := handle(); err != nil {
		return 0, 0, err
	}
	s.replica.tape.set(playing)
	return allocsPer(runs, handle)
}

// discardWriter is an http.ResponseWriter that discards the body and allocates nothing.
type discardWriter struct {
	header http.Header
	status int
}

func (w *discardWriter) Header() http.Header { return w.header }

func (w *discardWriter) WriteHeader(status int) { w.status = status }

func (w *discardWriter) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return len(b), nil
}
