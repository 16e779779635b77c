package postgres_test

import (
	"testing"

	"authlab/account/postgres"
	"authlab/account/postgres/postgrestest"
)

func BenchmarkUser(b *testing.B) {
	d, err := postgres.Open(b.Context(), postgrestest.Address(b))
	if err != nil {
		b.Fatal(err)
	}
	defer d.Close()
	if err := d.Create(b.Context(), carol, "hash"); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := d.User(b.Context(), "carol"); err != nil {
			b.Fatal(err)
		}
	}
}
