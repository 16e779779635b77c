package postgres_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"authlab/account"
	"authlab/account/accounttest"
	"authlab/account/postgres"
	"authlab/account/postgres/postgrestest"
	"authlab/lab/testkit"
)

// open opens a directory, which is closed when the test ends.
func open(t *testing.T, address string) *postgres.Directory {
	t.Helper()
	d, err := postgres.Open(t.Context(), address)
	testkit.Must(t, err)
	t.Cleanup(d.Close)
	return d
}

var carol = account.User{Name: "carol", Roles: []string{account.RoleUser}, Email: "carol@example.com"}

func TestPostgresIsADirectory(t *testing.T) {
	accounttest.Directory(t, func(t *testing.T) account.Directory { return open(t, postgrestest.Address(t)) })
}

func TestUsersAreThereWhenADirectoryIsOpenedAgain(t *testing.T) {
	address := postgrestest.Address(t)
	first := open(t, address)
	testkit.Must(t, first.Create(t.Context(), carol, "hash"))
	first.Close()
	user, hash, err := open(t, address).PasswordHash(t.Context(), "carol")
	if err != nil || user.Email != carol.Email || !slices.Equal(user.Roles, carol.Roles) || hash != "hash" {
		t.Errorf("PasswordHash = %+v, %q, %v", user, hash, err)
	}
}

func TestAQueryIsOneRoundTripOnceItsConnectionHasPreparedIt(t *testing.T) {
	w, address := newWire(t, postgrestest.With(t, postgrestest.Address(t), "pool_max_conns", "1"))
	d := open(t, address)
	testkit.Must(t, d.Create(t.Context(), carol, "hash"))
	for name, ask := range queries(t.Context(), d) {
		first := ask()
		var second error
		if n := w.roundTrips(func() { second = ask() }); n != 1 {
			t.Errorf("%s took %d round trips (%v, %v)", name, n, first, second)
		}
	}
}

func TestTheDemoAccountsAreMadeOnceByReplicasThatStartAtOnce(t *testing.T) {
	address := postgrestest.Address(t)
	hasher := account.NewHasher(2)
	directories := []*postgres.Directory{open(t, address), open(t, address), open(t, address), open(t, address)}
	var replicas sync.WaitGroup
	for _, d := range directories {
		replicas.Go(func() {
			if err := account.CreateDemos(t.Context(), d, hasher); err != nil {
				t.Error(err)
			}
		})
	}
	replicas.Wait()
	if got := scan[int](t, address, `SELECT count(*) FROM authlab_users`); got != 2 {
		t.Errorf("%d users", got)
	}
	authenticator := account.NewAuthenticator(directories[0], hasher)
	for _, demo := range account.Demos() {
		user, err := authenticator.Authenticate(t.Context(), demo.Name, demo.Password)
		if err != nil || !slices.Equal(user.Roles, demo.Roles) || user.Email != demo.Email {
			t.Errorf("%s logs in as %+v, %v", demo.Name, user, err)
		}
	}
}

// One directory has eight connections, and gets more than eight queries at once.
func TestManyQueriesRunAtOnce(t *testing.T) {
	d := open(t, postgrestest.Address(t))
	testkit.Must(t, d.Create(t.Context(), carol, "hash"))
	var all sync.WaitGroup
	for i := range 64 {
		all.Go(func() {
			for range 20 {
				if err := d.SetEmail(t.Context(), "carol", fmt.Sprintf("carol-%d@example.com", i)); err != nil {
					t.Error(err)
				}
				if _, err := d.User(t.Context(), "carol"); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
}
