package class_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"
)

// A full room: 300 phones join at once, ask on three lanes every 3 s, hear of a kill, and vote. Phones and class are in one
// process, so its memory and its two processors are those of both.
func BenchmarkAFullRoom(b *testing.B) {
	const people, askEvery = 300, 3 * time.Second
	for b.Loop() {
		r := open(b, nil)
		phones := make([]*phone, people)
		for i := range phones {
			phones[i] = newPhone(r.url)
		}
		start := time.Now()
		together(b, phones, func(i int, p *phone) error { return p.join(b.Context(), fmt.Sprint("Ana ", i)) })
		b.ReportMetric(time.Since(start).Seconds(), "s-join")
		together(b, phones, func(_ int, p *phone) error { return p.hear(b.Context(), false) })

		ctx, stop := context.WithCancel(b.Context())
		var all, begun sync.WaitGroup
		begun.Add(people)
		for _, p := range phones {
			all.Go(func() { askOnAndOn(ctx, p, askEvery, begun.Done) })
		}
		voted := r.timesOfVotes(ctx)
		begun.Wait()

		// The kill, until each phone has seen it on its lanes.
		start = time.Now()
		took := make([]time.Duration, people)
		var heard sync.WaitGroup
		for i, p := range phones {
			heard.Go(func() {
				listener := *p // a phone listens and asks at the same time
				if listener.hear(ctx, true) != nil {
					return
				}
				for listener.ask(ctx) != nil && ctx.Err() == nil { // no answer from a lane: it asks again
				}
				took[i] = time.Since(start)
			})
		}
		r.teach("/lab/replicas/app-1/kill", "")
		heard.Wait()
		b.ReportMetric(slices.Max(took).Seconds(), "s-kill-seen-by-all")
		if slices.Min(took) == 0 {
			b.Error("a phone has not seen the kill")
		}

		// Votes, one after the other while all go on asking: from the vote until the wall counts it.
		r.teach("/class/round", `{"experiment":"round-robin","scheme":"session-memory"}`)
		late := make([]time.Duration, 20)
		for i := range late {
			voter := *phones[i]
			must(b, voter.hear(ctx, false))
			start := time.Now()
			must(b, voter.vote(ctx, "vote", i%3))
			for n := 0; n <= i; n = <-voted {
			}
			late[i] = time.Since(start)
		}
		slices.Sort(late)
		b.ReportMetric(float64(late[18].Milliseconds()), "ms-vote-on-wall-p95")
		var memory runtime.MemStats
		runtime.ReadMemStats(&memory)
		b.ReportMetric(float64(memory.Sys>>20), "MB-process")
		stop()
		all.Wait()
	}
}

// askOnAndOn asks as often as a phone does. begun is called when it has asked for the first time.
func askOnAndOn(ctx context.Context, p *phone, every time.Duration, begun func()) {
	asker := *p
	asker.last = slices.Clone(p.last)
	wait := time.Duration(rand.Int64N(int64(every)))
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
		_ = asker.ask(ctx)
		begun()
		begun, wait = func() {}, every
	}
}

// timesOfVotes tells how many votes the wall counts, as it is told.
func (r *room) timesOfVotes(ctx context.Context) <-chan int {
	voted := make(chan int, 1000)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, r.url+"/class/wall", nil)
	must(r.t, err)
	request.Header.Set("X-Lab-Key", teacherKey)
	response, err := r.client.Do(request)
	must(r.t, err)
	go func() {
		defer response.Body.Close()
		for pictures := json.NewDecoder(response.Body); ; {
			var p picture
			if pictures.Decode(&p) != nil {
				return
			}
			if p.Round != nil {
				voted <- p.Round.Voted
			}
		}
	}()
	return voted
}

// As many labs of one's own as there can be: each is started by its owner's first request, and used.
func BenchmarkLabsOfOnesOwn(b *testing.B) {
	const people = 300
	for b.Loop() {
		r := open(b, embeddedLabs(b))
		r.teach("/class/labs", `{"open":true}`)
		owners := make([]*phone, people)
		for i := range owners {
			owners[i] = r.joined(fmt.Sprint("Ana ", i))
		}
		if status, _ := owners[0].openLab(b.Context()); status != http.StatusNoContent { // what is made once, is made
			b.Fatal(status)
		}
		inUse := func() uint64 {
			runtime.GC()
			var memory runtime.MemStats
			runtime.ReadMemStats(&memory)
			return memory.HeapAlloc + memory.StackInuse
		}
		before, took := inUse(), make([]time.Duration, 0, people)
		for _, p := range owners[1:] {
			start := time.Now()
			if status, answer := p.openLab(b.Context()); status != http.StatusNoContent {
				b.Fatalf("%d %s", status, answer)
			}
			took = append(took, time.Since(start))
		}
		for _, p := range owners {
			if status, answer := p.inLab(b, "GET", "/lab/cluster", ""); status != http.StatusOK {
				b.Fatalf("%d %s", status, answer)
			}
		}
		slices.Sort(took)
		b.ReportMetric(float64((inUse()-before)>>20), "MB-labs")
		b.ReportMetric(took[len(took)/2].Seconds()*1000, "ms-start-median")
		b.ReportMetric(took[len(took)*99/100].Seconds()*1000, "ms-start-p99")
	}
}
