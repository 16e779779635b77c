// Package postgrestest lends tests a PostgreSQL: the one that the environment variable AUTHLAB_TEST_POSTGRES names. Its
// user may create schemas and roles.
package postgrestest

import (
	"context"
	"crypto/rand"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"authlab/lab/testkit"
)

// Address returns the address of an empty schema in that PostgreSQL. It is the test's own, and is dropped with all that
// is in it when the test ends. Without a PostgreSQL see package testkit.
func Address(t testing.TB) string {
	t.Helper()
	server := testkit.Named(t, "AUTHLAB_TEST_POSTGRES")
	schema := "authlab_test_" + strings.ToLower(rand.Text())
	Exec(t, server, "CREATE SCHEMA "+schema)
	t.Cleanup(func() { Exec(t, server, "DROP SCHEMA "+schema+" CASCADE") })
	return With(t, server, "search_path", schema)
}

// With returns an address with one more parameter.
func With(t testing.TB, address, name, value string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal("the address is no URL") // and is not shown, because there may be a password in it
	}
	query := u.Query()
	query.Set(name, value)
	u.RawQuery = query.Encode()
	return u.String()
}

// Exec runs SQL on a connection of its own.
func Exec(t testing.TB, address, sql string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 30*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(ctx) }()
	if _, err := conn.Exec(ctx, sql); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}
