package postgres_test

import (
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/jackc/pgx/v5"

	"authlab/account/postgres"
	"authlab/account/postgres/postgrestest"
	"authlab/lab/testkit"
)

// scan asks the database itself, past the directory.
func scan[T any](t *testing.T, address, query string) (value T) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), address)
	testkit.Must(t, err)
	defer conn.Close(t.Context())
	if err := conn.QueryRow(t.Context(), query).Scan(&value); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return value
}

func TestEightReplicasThatStartAtOnceMakeTheSchemaOnce(t *testing.T) {
	address := postgrestest.Address(t)
	var replicas sync.WaitGroup
	for range 8 {
		replicas.Go(func() {
			d, err := postgres.Open(t.Context(), address)
			if err != nil {
				t.Error(err)
				return
			}
			d.Close()
		})
	}
	replicas.Wait()
	if got := scan[[]int](t, address, `SELECT array_agg(version ORDER BY version) FROM authlab_schema`); len(got) != 2 || got[0] != 1 || got[1] != 2 {
		t.Errorf("versions %v", got)
	}
	if got := scan[int](t, address, `SELECT count(*) FROM authlab_users`); got != 0 {
		t.Errorf("%d users", got)
	}
}

func TestASchemaOfANewerProgramIsRefused(t *testing.T) {
	address := postgrestest.Address(t)
	open(t, address)
	postgrestest.Exec(t, address, `INSERT INTO authlab_schema (version) VALUES (3)`)
	_, err := postgres.Open(t.Context(), address)
	if err == nil || !strings.Contains(err.Error(), "the database is at version 3, and this program knows 2") {
		t.Errorf("error %v", err)
	}
}

func TestASchemaThatIsUpToDateIsOpenedByARoleThatMayOnlyRead(t *testing.T) {
	address := postgrestest.Address(t)
	open(t, address)
	schema := scan[string](t, address, `SELECT current_schema()`)
	postgrestest.Exec(t, address, `CREATE ROLE `+schema+`; GRANT USAGE ON SCHEMA `+schema+` TO `+schema+`;
		GRANT SELECT ON ALL TABLES IN SCHEMA `+schema+` TO `+schema)
	t.Cleanup(func() { postgrestest.Exec(t, address, `DROP OWNED BY `+schema+`; DROP ROLE `+schema) })
	reader := open(t, postgrestest.With(t, address, "role", schema))
	if err := reader.Create(t.Context(), carol, "hash"); err == nil {
		t.Error("the role that may only read has created a user")
	}
}

func TestMigrationsRunInOrderAndOnlyOnce(t *testing.T) {
	address := postgrestest.Address(t)
	d := open(t, address)
	files := fstest.MapFS{
		"migrations/0001_users.sql": {Data: []byte(`SELECT 1/0 -- it has run already`)},
		"migrations/0002_cart.sql":  {Data: []byte(`SELECT 1/0 -- it has run already`)},
		"migrations/0003_words.sql": {Data: []byte(`CREATE TABLE words (word text); INSERT INTO words VALUES ('three')`)},
		"migrations/0004_more.sql":  {Data: []byte(`INSERT INTO words VALUES ('four')`)},
	}
	for range 2 {
		testkit.Must(t, postgres.Migrate(t.Context(), d, files))
		if got := scan[string](t, address, `SELECT string_agg(word, ' ') FROM words`); got != "three four" {
			t.Errorf("words %q", got)
		}
		if got := scan[int](t, address, `SELECT max(version) FROM authlab_schema`); got != 4 {
			t.Errorf("version %d", got)
		}
	}
}

func TestAMigrationThatFailsLeavesNothingOfItself(t *testing.T) {
	address := postgrestest.Address(t)
	d := open(t, address)
	err := postgres.Migrate(t.Context(), d, fstest.MapFS{
		"migrations/0001_users.sql": {},
		"migrations/0002_cart.sql":  {},
		"migrations/0003_words.sql": {Data: []byte(`CREATE TABLE words (word text)`)},
		"migrations/0004_wrong.sql": {Data: []byte(`CREATE TABLE more (word text); SELECT 1/0`)},
	})
	if err == nil || !strings.Contains(err.Error(), "migration 4: ERROR: division by zero") {
		t.Errorf("error %v", err)
	}
	if got := scan[bool](t, address, `SELECT to_regclass('words') IS NULL AND to_regclass('more') IS NULL`); !got {
		t.Error("a table was left behind")
	}
	if got := scan[int](t, address, `SELECT max(version) FROM authlab_schema`); got != 2 {
		t.Errorf("version %d", got)
	}
}

func TestAGapInTheNumbersOfTheMigrationsIsAnError(t *testing.T) {
	d := open(t, postgrestest.Address(t))
	err := postgres.Migrate(t.Context(), d, fstest.MapFS{"migrations/0001_users.sql": {}, "migrations/0003_more.sql": {}})
	if err == nil || !strings.Contains(err.Error(), "migrations/0003_more.sql stands where migrations/0002_….sql should be") {
		t.Errorf("error %v", err)
	}
}
