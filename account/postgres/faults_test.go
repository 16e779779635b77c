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
	"authlab/lab/testkit"
)

// queries are all that a directory has.
func queries(ctx context.Context, d account.Directory) map[string]func() error {
	return map[string]func() error{
		"User":            func() error { _, err := d.User(ctx, "carol"); return err },
		"PasswordHash":    func() error { _, _, err := d.PasswordHash(ctx, "carol"); return err },
		"SetRoles":        func() error { return d.SetRoles(ctx, "carol", carol.Roles) },
		"SetEmail":        func() error { return d.SetEmail(ctx, "carol", carol.Email) },
		"SetPasswordHash": func() error { return d.SetPasswordHash(ctx, "carol", "hash") },
		"Cart":            func() error { _, err := d.Cart(ctx, "carol"); return err },
		"AddToCart":       func() error { _, err := d.AddToCart(ctx, "carol", "book"); return err },
		"EmptyCart":       func() error { return d.EmptyCart(ctx, "carol") },
		"Create":          func() error { return d.Create(ctx, account.User{Name: "dave"}, "hash") },
	}
}

// broken asserts that every query fails within a second, and not with an error that is an answer. All run at once, several
// times each: more than there are connections.
func broken(t *testing.T, d account.Directory) {
	t.Helper()
	var all sync.WaitGroup
	for range 4 {
		for name, ask := range queries(t.Context(), d) {
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

// whole asserts that queries succeed again soon, and returns how long that took.
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
func faulty(t *testing.T) (*wire, *postgres.Directory) {
	t.Helper()
	w, address := newWire(t, postgrestest.Address(t))
	d := open(t, address)
	testkit.Must(t, d.Create(t.Context(), carol, "hash"))
	testkit.Must(t, postgres.Fill(t.Context(), d))
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
		broken(t, d) // while pgx ends those
		w.listen(true)
		t.Log("back after", whole(t, d))
	}
}

func TestADirectoryIsOpenedByTheFirstQueryThatCan(t *testing.T) {
	w, address := newWire(t, postgrestest.Address(t))
	d := postgres.New(address)
	t.Cleanup(d.Close)
	w.cut()
	broken(t, d)
	w.mend()
	testkit.Must(t, d.Create(t.Context(), carol, "hash"))
	whole(t, d)
	if _, err := postgres.New("mysql://localhost").User(t.Context(), "carol"); !errors.Is(err, postgres.ErrAddress) {
		t.Errorf("a bad address: %v, want ErrAddress", err)
	}
}
