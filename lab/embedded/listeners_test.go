package embedded_test

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"authlab/lab/embedded"
)

// A class of three hundred, each with the page open: all see every request, and a page that reads nothing keeps no other waiting.
func TestThreeHundredPagesSeeEveryRequest(t *testing.T) {
	const pages, requests, most = 300, 200, 100 << 20
	c, _ := start(t, embedded.Config{})
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: pages}}
	t.Cleanup(client.CloseIdleConnections)
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	before := inUse()

	listen := func() *bufio.Scanner {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.URL()+"/lab/events", nil)
		if err != nil {
			t.Error(err)
			return bufio.NewScanner(strings.NewReader(""))
		}
		response, err := client.Do(request)
		if err != nil {
			t.Error(err)
			return bufio.NewScanner(strings.NewReader(""))
		}
		t.Cleanup(func() { response.Body.Close() })
		lines := bufio.NewScanner(response.Body)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() && lines.Text() != "event: cluster" { // now it is connected, and has seen a picture
		}
		return lines
	}
	listen() // this page sleeps: it reads nothing any more
	var connecting, readers sync.WaitGroup
	seen, delays := make([]int, pages), make([][]time.Duration, pages)
	for i := range pages {
		connecting.Add(1)
		readers.Go(func() {
			lines := listen()
			connecting.Done()
			for seen[i] < requests && lines.Scan() {
				data, isRequest := strings.CutPrefix(lines.Text(), `data: {"at":`)
				text, _, _ := strings.Cut(data, ",")
				var at time.Time
				if isRequest && json.Unmarshal([]byte(text), &at) == nil {
					seen[i]++
					delays[i] = append(delays[i], time.Since(at))
				}
			}
		})
	}
	connecting.Wait()
	for range requests {
		response, err := client.Get(c.URL() + "/livez")
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
	}
	readers.Wait()
	used := inUse() - before
	for i, n := range seen {
		if n != requests {
			t.Errorf("page %d saw %d of %d requests", i, n, requests)
		}
	}
	all := slices.Sorted(slices.Values(slices.Concat(delays...)))
	t.Logf("%d pages: %d MB with their clients, an event came after %s (median), %s (p99)",
		pages, used>>20, all[len(all)/2].Round(time.Microsecond), all[len(all)*99/100].Round(time.Microsecond))
	if used > most {
		t.Errorf("%d pages cost %d MB", pages, used>>20)
	}
}

// inUse is what the program has in memory and cannot give back.
func inUse() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapInuse + m.StackInuse)
}
