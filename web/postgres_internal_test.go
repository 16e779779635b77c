package web

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// What a request asks ends in time. What the start asks, such as to make the table, may take longer, and has its own deadline.
func TestOnlyWhatARequestAsksOfPostgresHasTheTimeoutOfAStatement(t *testing.T) {
	var hooks timedPostgres
	inRequest, _ := withCall(t.Context())
	for name, tt := range map[string]struct {
		ctx     context.Context
		bounded bool
	}{
		"a request": {inRequest, true},
		"the start": {t.Context(), false},
	} {
		acquiring := hooks.TraceAcquireStart(tt.ctx, nil, pgxpool.TraceAcquireStartData{})
		asking := hooks.TraceQueryStart(tt.ctx, nil, pgx.TraceQueryStartData{})
		for what, ctx := range map[string]context.Context{"a connection": acquiring, "a statement": asking} {
			if until, bounded := ctx.Deadline(); bounded != tt.bounded || (bounded && time.Until(until) > redisTimeout) {
				t.Errorf("%s: %s is bounded: %v, until %s; want %v", name, what, bounded, until, tt.bounded)
			}
		}
		hooks.TraceAcquireEnd(acquiring, nil, pgxpool.TraceAcquireEndData{})
		hooks.TraceQueryEnd(asking, nil, pgx.TraceQueryEndData{})
		if ended := acquiring.Err() != nil && asking.Err() != nil; ended != tt.bounded {
			t.Errorf("%s: ended %v, want %v", name, ended, tt.bounded)
		}
	}
}
