package postgres_test

import (
	"testing"

	"authlab/account/postgres"
	"authlab/account/postgres/postgrestest"
	"authlab/lab/testkit"
)

func BenchmarkUser(b *testing.B) {
	d, err := postgres.Open(b.Context(), postgrestest.Address(b))
	testkit.Must(b, err)
	defer d.Close()
	testkit.Must(b, d.Create(b.Context(), carol, "hash"))
	for b.Loop() {
		if _, err := d.User(b.Context(), "carol"); err != nil {
			b.Fatal(err)
		}
	}
}
