package soak

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"time"
)

// What has to come back when a lab has ended. Goroutines and connections end a moment after they are told to.
const (
	comeBackTime = 5 * time.Second
	extraHeap    = 16 << 20 // bytes: pools and caches of the libraries, which are filled once
)

// resources are what this process uses.
type resources struct {
	goroutines  int
	descriptors int // 0 where the system does not tell
	heap        uint64
}

func measureResources() resources {
	runtime.GC()
	runtime.GC() // the second frees what the first gave to finalizers and pools
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	open, _ := os.ReadDir("/proc/self/fd")
	return resources{runtime.NumGoroutine(), len(open), memory.HeapAlloc}
}

// missing says what has not come back; empty: everything has.
func (r resources) missing(before resources) string {
	switch {
	case r.goroutines > before.goroutines:
		return fmt.Sprintf("%d goroutines before, %d after", before.goroutines, r.goroutines)
	case r.descriptors > before.descriptors:
		return fmt.Sprintf("%d descriptors before, %d after", before.descriptors, r.descriptors)
	case r.heap > before.heap+extraHeap:
		return fmt.Sprintf("%d bytes of heap before, %d after", before.heap, r.heap)
	}
	return ""
}

// checkResources waits until everything has come back, and returns the broken invariant if it does not.
func checkResources(ctx context.Context, before resources) *Broken {
	until := time.Now().Add(comeBackTime)
	for {
		missing := measureResources().missing(before)
		if missing == "" {
			return nil
		}
		if time.Now().After(until) {
			return &Broken{Invariant: Resources, What: missing}
		}
		if !sleep(ctx, 50*time.Millisecond) {
			return nil
		}
	}
}
