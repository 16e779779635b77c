package postgres

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// A migration is a file: migrations/0001_users.sql brings an empty database to version 1, 0002 brings that to version 2,
// and so on. Never edit one that was released, because it does not run again where it has run before. And it must not
// break the replicas that still run on the version before.
//
//go:embed migrations/*.sql
var migrations embed.FS

// schemaLock is the advisory lock that one replica holds while it migrates: "authlab" in ASCII.
const schemaLock = 0x617574686c6162

// readSteps returns the migrations in their order.
func readSteps(files fs.FS) ([]string, error) {
	names, err := fs.Glob(files, "migrations/*.sql") // sorted
	if err != nil {
		return nil, fmt.Errorf("read migrations: %w", err)
	}
	var steps []string
	for i, name := range names {
		if want := fmt.Sprintf("migrations/%04d_", i+1); !strings.HasPrefix(name, want) {
			return nil, fmt.Errorf("read migrations: %s stands where %s….sql should be", name, want)
		}
		step, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("read migrations: %w", err)
		}
		steps = append(steps, string(step))
	}
	return steps, nil
}

// migrate runs the steps that this database has not seen, all of them or none.
func migrate(ctx context.Context, pool *pgxpool.Pool, steps []string) error {
	ctx, cancel := context.WithTimeout(ctx, migrateTimeout)
	defer cancel()
	err := pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		version, err := lockVersion(ctx, tx)
		if err != nil {
			return err
		}
		if version > len(steps) {
			return fmt.Errorf("the database is at version %d, and this program knows %d: use a newer program", version, len(steps))
		}
		for i, step := range steps[version:] {
			number := version + i + 1
			if _, err := tx.Exec(ctx, step); err != nil {
				return fmt.Errorf("migration %d: %w", number, err)
			}
			if _, err := tx.Exec(ctx, `INSERT INTO authlab_schema (version) VALUES ($1)`, number); err != nil {
				return fmt.Errorf("migration %d: note that it has run: %w", number, err)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("bring the postgres schema up to date: %w", oneLine{err})
	}
	return nil
}

// lockVersion waits until no other replica migrates, and returns the version of the schema. The lock ends with the
// transaction.
func lockVersion(ctx context.Context, tx pgx.Tx) (version int, err error) {
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, int64(schemaLock)); err != nil {
		return 0, fmt.Errorf("wait for other replicas: %w", err)
	}
	// CREATE TABLE IF NOT EXISTS would need the right to create tables even where the table exists.
	var exists bool
	if err := tx.QueryRow(ctx, `SELECT to_regclass('authlab_schema') IS NOT NULL`).Scan(&exists); err != nil {
		return 0, fmt.Errorf("look for the version: %w", err)
	}
	if !exists {
		const table = `CREATE TABLE authlab_schema (version integer PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())`
		if _, err := tx.Exec(ctx, table); err != nil {
			return 0, fmt.Errorf("make a place for the version: %w", err)
		}
	}
	if err := tx.QueryRow(ctx, `SELECT coalesce(max(version), 0) FROM authlab_schema`).Scan(&version); err != nil {
		return 0, fmt.Errorf("read the version: %w", err)
	}
	return version, nil
}
