package web

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"authlab/account/postgres"
	"authlab/session"
)

// OpenPostgres opens the database of session-postgres for replicas, and makes its table if it is not there. before is called
// before each statement is sent; nil: nothing is. Close the pool.
func OpenPostgres(ctx context.Context, address string, before func(context.Context) error) (*pgxpool.Pool, error) {
	pool, err := postgres.OpenPool(ctx, address, timedPostgres{before})
	if err != nil {
		return nil, err
	}
	if err := session.CreatePostgresTable(ctx, pool); err != nil {
		pool.Close()
		return nil, err
	}
	return pool, nil
}

// A timedPostgres hears of what a pool does. It times every statement that a request makes, and ends what takes too long: to
// get a connection, and to have the answer to a statement. What belongs to no request, such as making the table, has as long
// as its context.
type timedPostgres struct {
	before func(context.Context) error
}

var (
	_ pgx.QueryTracer       = timedPostgres{}
	_ pgxpool.AcquireTracer = timedPostgres{}
)

// A statementEnd ends the context that a tracer has given out.
type statementEnd struct{}

func withStatementTimeout(ctx context.Context) context.Context {
	cancel := context.CancelFunc(func() {})
	if callIn(ctx) != nil {
		ctx, cancel = context.WithTimeout(ctx, patience(ctx))
	}
	return context.WithValue(ctx, statementEnd{}, cancel)
}

func endStatementTimeout(ctx context.Context) { ctx.Value(statementEnd{}).(context.CancelFunc)() }

// TraceAcquireStart implements pgxpool.AcquireTracer.
func (timedPostgres) TraceAcquireStart(ctx context.Context, _ *pgxpool.Pool, _ pgxpool.TraceAcquireStartData) context.Context {
	return withStatementTimeout(ctx)
}

// TraceAcquireEnd implements pgxpool.AcquireTracer.
func (timedPostgres) TraceAcquireEnd(ctx context.Context, _ *pgxpool.Pool, _ pgxpool.TraceAcquireEndData) {
	endStatementTimeout(ctx)
}

// A statementStart is when a statement began.
type statementStart struct{}

// TraceQueryStart implements pgx.QueryTracer.
func (t timedPostgres) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	ctx = context.WithValue(withStatementTimeout(ctx), statementStart{}, time.Now())
	if t.before != nil {
		_ = t.before(ctx) // an error says that ctx has ended, and so the statement will
	}
	return ctx
}

// TraceQueryEnd implements pgx.QueryTracer.
func (timedPostgres) TraceQueryEnd(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryEndData) {
	endStatementTimeout(ctx)
	timingOf(ctx).Add(costStore, "postgres statement", ctx.Value(statementStart{}).(time.Time))
}
