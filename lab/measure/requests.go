package measure

import (
	"authlab/web/scheme"
	"context"
	"slices"
)

const (
	// allocRuns is how many requests allocations are counted over.
	allocRuns = 100
	// dearRequests is how often basic is measured at most: each time it hashes a password.
	dearRequests = 10
)

// measureRequests is the cost of one request in each scheme, the store being near.
func (b *bench) measureRequests(ctx context.Context) error {
	subjects, err := subjectsOf(b.near, logins())
	if err != nil {
		return err
	}
	basic, err := subjectOf(b.priced, scheme.All()[0])
	if err != nil {
		return err
	}
	err = interleave(ctx, subjects, b.config.Requests)
	if err == nil {
		err = basic.repeat(ctx, min(dearRequests, b.config.Requests))
	}
	all := slices.Insert(subjects, 1, basic) // the order of the tables
	for _, s := range all {
		if len(s.took) > 0 { // otherwise it was stopped before
			b.report.OneRequest = append(b.report.OneRequest, requestOf(s, all[0]))
		}
	}
	if err != nil {
		return err
	}
	for i, s := range all {
		runs := allocRuns
		if s == basic {
			runs = 1
		}
		row := &b.report.OneRequest[i]
		if row.Allocs, row.AllocBytes, err = allocsOf(ctx, s, runs); err != nil {
			return err
		}
	}
	return nil
}

// requestOf sums up what one subject cost.
func requestOf(s, baseline *subject) Request {
	took := median(s.took)
	row := Request{
		Scheme: s.name, Requests: len(s.took), MedianUS: us(took), TimesBaseline: times(took, median(baseline.took)),
		CredentialBytes: len(s.credential), RequestBytes: median(s.sent), ResponseBytes: median(s.received),
		WireBytes: median(s.onWire), StoreCommands: median(s.commands),
	}
	if len(s.took) >= minForP99 {
		row.P99US = us(rank(s.took, 99))
	}
	return row
}
