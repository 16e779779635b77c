package main

import "time"

// A series is how a cost grows with the size of something.
type series struct {
	title, size, cost string // what is drawn, and the units of both axes
	points            []point
}

type point struct{ size, cost float64 }

func (s *series) add(size int, cost float64) { s.points = append(s.points, point{float64(size), cost}) }

// steepest is how much the cost grew for each time that the size grew, in the step where that was most. More than 1 is worse
// than linear.
func (s *series) steepest() (most float64) {
	for i := 1; i < len(s.points); i++ {
		from, to := s.points[i-1], s.points[i]
		most = max(most, to.cost/from.cost/(to.size/from.size))
	}
	return most
}

// sizes are 1,000 and ten times as many, up to most.
func sizes(most int) (all []int) {
	for size := 1000; size <= most; size *= 10 {
		all = append(all, size)
	}
	return all
}

// measureGrowth measures how costs grow, with up to o.sessions sessions.
func measureGrowth(p *processes, o options) ([]*series, error) {
	keys, err := newES256()
	if err != nil {
		return nil, err
	}
	var all []*series
	for _, measure := range []func() ([]*series, error){
		func() ([]*series, error) { return growReplicas(p, keys, o) },
		func() ([]*series, error) { return growRedis(p, keys, o) },
		func() ([]*series, error) { return growMemory(p.ctx, o) },
		func() ([]*series, error) { return growUsers(p.ctx, o) },
		func() ([]*series, error) { return growToken(p, keys, o) },
		func() ([]*series, error) { return growListeners(p, o) },
	} {
		found, err := measure()
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

func microseconds(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1000 }
