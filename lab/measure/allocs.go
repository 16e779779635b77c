package measure

import (
	"context"
	"fmt"
	"net/http"
	"runtime"
)

// allocPasses is how often allocations are counted. The least is taken: what else goes on can only add.
const allocPasses = 3

// allocsPer counts what one call of f allocates in the whole process. It has one processor in the meantime, as in
// testing.AllocsPerRun, so that pools do not look empty because the caller moved.
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
		// Rounded down, because what is a fraction of one for each run does not belong to it.
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

// allocsOf counts what the replica allocates for one request of a subject: all that its handler does, without net/http
// before it and without Redis behind it.
func allocsOf(ctx context.Context, s *subject, runs int) (allocs, bytes int64, err error) {
	handler, request, answer := s.stand.app.Handler(), s.request.WithContext(ctx), &sink{header: http.Header{}}
	handle := func() error {
		clear(answer.header)
		answer.status = 0
		handler.ServeHTTP(answer, request)
		if answer.status != http.StatusOK {
			return fmt.Errorf("%s: the answer is %d while allocations are counted", s.name, answer.status)
		}
		return nil
	}
	defer s.stand.tape.pass()
	s.stand.tape.record()
	if err := handle(); err != nil {
		return 0, 0, err
	}
	s.stand.tape.play()
	return allocsPer(runs, handle)
}

// sink is a ResponseWriter that allocates nothing itself.
type sink struct {
	header http.Header
	status int
}

func (s *sink) Header() http.Header { return s.header }

func (s *sink) WriteHeader(status int) { s.status = status }

func (s *sink) Write(b []byte) (int, error) {
	if s.status == 0 {
		s.status = http.StatusOK
	}
	return len(b), nil
}
