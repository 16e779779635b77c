package measure

import (
	"context"
	"time"
)

// distances of the store: how much longer each command takes.
func distances() []time.Duration { return []time.Duration{0, time.Millisecond, 5 * time.Millisecond} }

// measureDistances measures the time of one request with the store at each distance. It sends a third of the requests at
// each, because most of their time is waiting.
func (m *measurement) measureDistances(ctx context.Context) error {
	var all []*subject
	count := 0 // of subjects at one distance
	for _, distance := range distances() {
		r, err := m.replicaAt(ctx, distance)
		if err != nil {
			return err
		}
		subjects, err := subjectsOf(r, loginSchemes())
		if err != nil {
			return err
		}
		all, count = append(all, subjects...), len(subjects)
	}
	err := interleave(ctx, all, (m.config.Requests+2)/3)
	for i, distance := range distances() {
		subjects := all[i*count : (i+1)*count]
		row := Distance{StoreMS: distance.Milliseconds(), Requests: []Timed{}}
		for _, s := range subjects {
			if took := median(s.took); took > 0 {
				row.Requests = append(row.Requests, Timed{
					Scheme: s.name, Requests: len(s.took), MedianUS: micros(took), TimesBaseline: ratio(took, median(subjects[0].took)),
				})
			}
		}
		if len(row.Requests) > 0 {
			m.report.Distances = append(m.report.Distances, row)
		}
	}
	return err
}
