package measure

import (
	"context"
	"slices"

	"authlab/web/scheme"
)

const (
	// allocRuns is how many requests allocations are counted over.
	allocRuns = 100
	// maxBasicRequests is how many requests of basic are measured at most, because each hashes a password.
	maxBasicRequests = 10
)

// measureRequests measures one request in each scheme, with Redis near.
func (m *measurement) measureRequests(ctx context.Context) error {
	subjects, err := subjectsOf(m.near, loginSchemes())
	if err != nil {
		return err
	}
	basic, err := subjectOf(m.realHash, scheme.All()[0])
	if err != nil {
		return err
	}
	err = interleave(ctx, subjects, m.config.Requests)
	if err == nil {
		err = basic.repeat(ctx, min(maxBasicRequests, m.config.Requests))
	}
	all := slices.Insert(subjects, 1, basic) // the order of the tables
	for _, s := range all {
		if len(s.took) > 0 { // otherwise the run was stopped before
			m.report.OneRequest = append(m.report.OneRequest, requestOf(s, all[0]))
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
		row := &m.report.OneRequest[i]
		if row.Allocs, row.AllocBytes, err = allocsOf(ctx, s, runs); err != nil {
			return err
		}
	}
	return nil
}

// requestOf is the row of a subject in the report.
func requestOf(s, baseline *subject) Request {
	took := median(s.took)
	row := Request{
		Scheme: s.name, Requests: len(s.took), MedianUS: micros(took), TimesBaseline: ratio(took, median(baseline.took)),
		CredentialBytes: len(s.credential), RequestBytes: median(s.sent), ResponseBytes: median(s.received),
		WireBytes: median(s.onWire), StoreCommands: median(s.commands),
	}
	if len(s.took) >= minForP99 {
		row.P99US = micros(percentile(s.took, 99))
	}
	return row
}
