package measure

import (
	"context"
	"time"
)

// distances are how far away the store is put.
func distances() []time.Duration { return []time.Duration{0, time.Millisecond, 5 * time.Millisecond} }

// measureDistances is the time of one request as the store moves away: a third of the requests at each distance, because
// most of what they do is wait.
func (b *bench) measureDistances(ctx context.Context) error {
	var all []*subject
	count := 0 // of subjects at one distance
	for _, distance := range distances() {
		s, err := b.standAt(ctx, distance)
		if err != nil {
			return err
		}
		subjects, err := subjectsOf(s, logins())
		if err != nil {
			return err
		}
		all, count = append(all, subjects...), len(subjects)
	}
	err := interleave(ctx, all, (b.config.Requests+2)/3)
	for i, distance := range distances() {
		subjects := all[i*count : (i+1)*count]
		row := Distance{StoreMS: distance.Milliseconds(), Requests: []Timed{}}
		for _, s := range subjects {
			if took := median(s.took); took > 0 {
				row.Requests = append(row.Requests, Timed{
					Scheme: s.name, Requests: len(s.took), MedianUS: us(took), TimesBaseline: times(took, median(subjects[0].took)),
				})
			}
		}
		if len(row.Requests) > 0 {
			b.report.Distances = append(b.report.Distances, row)
		}
	}
	return err
}
