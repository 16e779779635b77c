package main

import (
	"bytes"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/alicebob/miniredis/v2"
)

func TestALineOfTheLogWaitsForOthersAndNotForLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out syncBuffer
		logger, flush := newBufferedLogger(&out)
		lines := func(want int, when string) {
			t.Helper()
			if got := strings.Count(out.String(), "\n"); got != want {
				t.Fatalf("%s: %d lines are written, want %d", when, got, want)
			}
		}

		logger.Info("request")
		time.Sleep(flushEvery - time.Millisecond)
		synctest.Wait()
		lines(0, "just before the time is up")
		logger.Info("request")
		time.Sleep(time.Millisecond)
		synctest.Wait()
		lines(2, "when the first line's time is up")

		logger.With("replica", "app-1").WithGroup("request").Info("request", "route", "/me")
		logger.With("replica", "app-1").WithGroup("request").Error("panic")
		lines(4, "after an error")

		logger.Info("request")
		lines(4, "before a flush")
		flush()
		lines(5, "after a flush")

		for range flushBytes/len(`{"msg":"request"}`) + 1 {
			logger.Info("request")
		}
		if strings.Count(out.String(), "\n") == 5 {
			t.Error("a full buffer waits")
		}
	})
}

func TestTheLogIsWholeWhenAReplicaHasEnded(t *testing.T) {
	var log bytes.Buffer
	address, end := startingWith(t, &log, "serve", "--redis", "redis://"+miniredis.RunT(t).Addr())
	call(t, http.MethodGet, address+"/session/memory/me", "", nil)
	end()
	if !strings.Contains(log.String(), `"route":"/session/memory/me"`) {
		t.Errorf("the log has no line of the last request: %q", &log)
	}
}

// A syncBuffer can be read while others write.
type syncBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}
