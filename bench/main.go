// Command bench measures authlab against what people would use instead, in one run on one machine.
//
//	go run .             everything, in less than six minutes; writes RESULTS.md
//	go run . -faults     what each server answers while Redis is broken; writes FAULTS.md
//	go run . -postgres postgres://…    with the session in PostgreSQL too
//	go run . -rounds 1 -seconds 0.3 -o -    a quick look
//
// Each server is a process of its own with one processor (GOMAXPROCS=1). The servers take turns, round after round, and only
// one has load at a time. What counts are ratios within a round: other work on the machine slows both sides of a ratio.
//
// It is a module of its own, so that what is measured against is no dependency of authlab.
package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if len(os.Args) == 4 && os.Args[1] == "peer" { // started by the driver
		exit(servePeer(ctx, os.Args[2], os.Args[3]))
	}
	o := options{}
	flag.IntVar(&o.rounds, "rounds", 5, "how often each server has its turn")
	seconds := flag.Float64("seconds", 1.3, "how long a turn is")
	flag.IntVar(&o.connections, "connections", 32, "how many clients send at once, each on a connection of its own")
	flag.StringVar(&o.only, "only", "", "measure only the subjects whose name contains this, and the first")
	flag.IntVar(&o.sessions, "sessions", 1_000_000, "up to how many sessions and users growth is measured; 0: it is not")
	flag.StringVar(&o.output, "o", "", "file to write; - is the terminal (default RESULTS.md, or FAULTS.md with -faults)")
	sql := flag.String("postgres", "", "a PostgreSQL, like postgres://user@127.0.0.1:5432/database, for the row session-postgres; without it there is no such row")
	broken := flag.Bool("faults", false, "break Redis instead, and see what each server answers")
	flag.Parse()
	if *broken {
		o.output = cmp.Or(o.output, "FAULTS.md")
		exit(withProcesses(ctx, *sql, func(p *processes) error { return runFaults(ctx, p, o) }))
	}
	o.output = cmp.Or(o.output, "RESULTS.md")
	o.turn = time.Duration(*seconds * float64(time.Second))
	exit(withProcesses(ctx, *sql, func(p *processes) error { return run(ctx, p, o) }))
}

type options struct {
	rounds, connections int
	sessions            int
	turn                time.Duration
	only, output        string
}

func run(ctx context.Context, servers *processes, o options) error {
	began := time.Now()
	subjects, err := prepare(servers, o.only)
	if err != nil {
		return err
	}
	for round := range o.rounds {
		for i := range subjects {
			s := subjects[i]
			if round%2 == 1 {
				s = subjects[len(subjects)-1-i] // both orders, in case one subject leaves the machine warm for the next
			}
			turn, err := s.measure(ctx, o.connections, o.turn)
			if err != nil {
				return fmt.Errorf("%s: %w", s.name, err)
			}
			s.turns = append(s.turns, turn)
			fmt.Fprintf(os.Stderr, "round %d  %-52s %7.0f/s\n", round+1, s.name, turn.rate)
		}
	}
	var grown []*series
	if o.sessions > 0 {
		if grown, err = measureGrowth(servers, o); err != nil {
			return fmt.Errorf("growth: %w", err)
		}
	}
	text := report(subjects, o, time.Since(began)) + plots(grown)
	return write(o.output, text)
}

func write(path, text string) error {
	if path == "-" {
		_, err := fmt.Print(text)
		return err
	}
	return os.WriteFile(path, []byte(text), 0o644)
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	os.Exit(0)
}
