package postgres_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"authlab/account"
	"authlab/account/postgres"
	"authlab/account/postgres/postgrestest"
)

// questions are all that a directory can be asked.
func questions(ctx context.Context, d account.Directory) map[string]func() error {
	return map[string]func() error{
		"User":         func() error { _, err := d.User(ctx, "carol"); return err },
		"PasswordHash": func() error { _, _, err := d.PasswordHash(ctx, "carol"); return err },
		"SetRoles":     func() error { return d.SetRoles(ctx, "carol", carol.Roles) },
		"SetEmail":     func() error { return d.SetEmail(ctx, "carol", carol.Email) },
		"Create":       func() error { return d.Create(ctx, account.User{Name: "dave"}, "hash") },
	}
}

// broken asserts that every question has an error within a second, and none that looks like an answer. They are asked
// at once, several times over: more than there are connections.
func broken(t *testing.T, d account.Directory) {
	t.Helper()
	var all sync.WaitGroup
	for range 4 {
		for name, ask := range questions(t.Context(), d) {
			all.Go(func() {
				start := time.Now()
				err := ask()
				if err == nil || errors.Is(err, account.ErrUnknownUser) || errors.Is(err, account.ErrUserExists) {
					t.Errorf("%s: %v, want an error that is no answer", name, err)
				}
				if took := time.Since(start); took >= time.Second {
					t.Errorf("%s: took %s", name, took)
				}
			})
		}
	}
	all.Wait()
}

// whole asserts that questions have answers again soon, and returns how long that took.
func whole(t *testing.T, d account.Directory) time.Duration {
	t.Helper()
	start := time.Now()
	for {
		user, err := d.User(t.Context(), "carol")
		took := time.Since(start)
		if err == nil && user.Email == carol.Email {
			return took
		}
		if took > 5*time.Second {
			t.Fatalf("%s after it was mended: %v", took, err)
		}
	}
}

// faulty is a directory with carol in it and a wire to break. All its connections are open.
func faulty(t *testing.T, options ...postgres.Option) (*wire, *postgres.Directory) {
	t.Helper()
	w, address := newWire(t, postgrestest.Address(t))
	d := open(t, address, options...)
	if err := d.Create(t.Context(), carol, "hash"); err != nil {
		t.Fatal(err)
	}
	if err := postgres.Fill(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	return w, d
}

func TestADatabaseThatIsGoneIsAnErrorAndServiceReturnsByItself(t *testing.T) {
	w, d := faulty(t)
	for range 2 {
		w.cut()
		broken(t, d)
		w.mend()
		t.Log("back after", whole(t, d))
	}
}

func TestADatabaseThatIsSilentIsAnErrorAndServiceReturnsByItself(t *testing.T) {
	w, d := faulty(t)
	for range 2 {
		w.listen(false)
		broken(t, d) // on connections that were open
		broken(t, d) // while pgx takes leave of those
		w.listen(true)
		t.Log("back after", whole(t, d))
	}
}

func TestWhoeverHasLessPatienceHearsEarlier(t *testing.T) {
	w, d := faulty(t, postgres.WithPatience(100*time.Millisecond))
	w.listen(false)
	start := time.Now()
	_, err := d.User(t.Context(), "carol")
	if took := time.Since(start); !errors.Is(err, context.DeadlineExceeded) || took < 100*time.Millisecond || took >= postgres.DefaultPatience {
		t.Errorf("%v after %s", err, took)
	}
}
