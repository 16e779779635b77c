package console_test

import (
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"authlab/account"
	"authlab/account/postgres/postgrestest"
	"authlab/lab/compose/console"
	"authlab/lab/testkit"
	"authlab/session"
)

// The users database of the containers has the sessions of session-postgres as well; another one may have none.
func TestWhoIsRemovedAndWhoStaysHasNoSessionLeft(t *testing.T) {
	for name, hasSessions := range map[string]bool{"with sessions": true, "users alone": false} {
		t.Run(name, func(t *testing.T) {
			address := postgrestest.Address(t)
			users := console.NewDatabase(address)
			defer users.Close()
			for _, name := range []string{"alice", "sim-é"} {
				testkit.Must(t, users.Create(t.Context(), account.User{Name: name, Roles: []string{account.RoleUser}}, "no hash"))
			}
			pool, err := pgxpool.New(t.Context(), address)
			testkit.Must(t, err)
			defer pool.Close()
			store := session.NewPostgres(pool, session.DefaultIdle)
			lives := map[string]string{}
			if hasSessions {
				testkit.Must(t, session.CreatePostgresTable(t.Context(), pool))
				for _, name := range []string{"alice", "sim-é", "another-programs"} {
					lives[name], err = store.Create(t.Context(), session.Record{User: name})
					testkit.Must(t, err)
				}
			}
			testkit.Must(t, users.RemoveAllBut(t.Context(), "alice"))
			for name, id := range lives {
				if _, err := store.Load(t.Context(), id); (err == nil) != (name == "another-programs") {
					t.Errorf("the session of %s: %v", name, err)
				}
			}
			for name, stays := range map[string]bool{"alice": true, "sim-é": false} {
				if _, err := users.User(t.Context(), name); (err == nil) != stays {
					t.Errorf("%s: %v, stays %v", name, err, stays)
				}
			}
		})
	}
}
