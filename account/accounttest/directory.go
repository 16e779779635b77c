// Package accounttest tests that an account.Directory does what the interface says. Call Directory in a test of it.
package accounttest

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"authlab/account"
)

func carol() account.User {
	return account.User{Name: "carol", Roles: []string{account.RoleUser}, Email: "carol@example.com"}
}

// Directory runs the suite. open returns an empty directory; it is called once for each test in the suite.
func Directory(t *testing.T, open func(t *testing.T) account.Directory) {
	t.Helper()
	carol := carol()
	filled := func(t *testing.T) account.Directory {
		d := open(t)
		if err := d.Create(t.Context(), carol, "hash"); err != nil {
			t.Fatal(err)
		}
		return d
	}

	t.Run("a created user is found, with the hash and without", func(t *testing.T) {
		d := filled(t)
		got, err := d.User(t.Context(), "carol")
		if err != nil || !reflect.DeepEqual(got, carol) {
			t.Fatalf("User = %+v, %v; want %+v", got, err, carol)
		}
		got, hash, err := d.PasswordHash(t.Context(), "carol")
		if err != nil || hash != "hash" || !reflect.DeepEqual(got, carol) {
			t.Fatalf("PasswordHash = %+v, %q, %v", got, hash, err)
		}
	})

	t.Run("an unknown name is ErrUnknownUser everywhere", func(t *testing.T) {
		d := filled(t)
		_, err := d.User(t.Context(), "dave")
		_, _, hashErr := d.PasswordHash(t.Context(), "Carol") // names are case sensitive
		for what, err := range map[string]error{
			"User": err, "PasswordHash": hashErr,
			"SetRoles": d.SetRoles(t.Context(), "dave", nil),
			"SetEmail": d.SetEmail(t.Context(), "dave", "d@example.com"), "SetPasswordHash": d.SetPasswordHash(t.Context(), "dave", "hash"), "EmptyCart": d.EmptyCart(t.Context(), "dave"),
		} {
			if !errors.Is(err, account.ErrUnknownUser) {
				t.Errorf("%s: %v, want ErrUnknownUser", what, err)
			}
		}
	})

	t.Run("a name is created once", func(t *testing.T) {
		d := filled(t)
		thief := account.User{Name: "carol", Roles: []string{account.RoleAdmin}}
		if err := d.Create(t.Context(), thief, "other"); !errors.Is(err, account.ErrUserExists) {
			t.Fatalf("Create = %v, want ErrUserExists", err)
		}
		if got, _ := d.User(t.Context(), "carol"); !reflect.DeepEqual(got, carol) {
			t.Errorf("the first carol became %+v", got)
		}
	})

	t.Run("roles, e-mail and password change, and change nothing else", func(t *testing.T) {
		d := filled(t)
		if err := d.SetRoles(t.Context(), "carol", []string{"user", "admin"}); err != nil {
			t.Fatal(err)
		}
		if err := d.SetEmail(t.Context(), "carol", "new@example.com"); err != nil {
			t.Fatal(err)
		}
		if err := d.SetPasswordHash(t.Context(), "carol", "another"); err != nil {
			t.Fatal(err)
		}
		want := account.User{Name: "carol", Roles: []string{"user", "admin"}, Email: "new@example.com"}
		if got, hash, err := d.PasswordHash(t.Context(), "carol"); err != nil || !reflect.DeepEqual(got, want) || hash != "another" {
			t.Fatalf("PasswordHash = %+v, %q, %v; want %+v", got, hash, err, want)
		}
	})

	texts(t, filled)
	carts(t, filled)

	t.Run("if many create a name at once, one does", func(t *testing.T) {
		d := open(t)
		var created atomic.Int32
		var all sync.WaitGroup
		for i := range 16 {
			all.Go(func() {
				err := d.Create(t.Context(), account.User{Name: "erin", Email: fmt.Sprint(i)}, fmt.Sprint(i))
				if err == nil {
					created.Add(1)
				} else if !errors.Is(err, account.ErrUserExists) {
					t.Errorf("Create: %v, want ErrUserExists", err)
				}
			})
		}
		all.Wait()
		if got, hash, err := d.PasswordHash(t.Context(), "erin"); err != nil || created.Load() != 1 || got.Email != hash {
			t.Errorf("%d created her, and she is %+v with hash %q, %v", created.Load(), got, hash, err)
		}
	})

	t.Run("many users stay apart", func(t *testing.T) {
		d := open(t)
		const users = 500
		name := func(i int) string { return fmt.Sprintf("user-%d", i) }
		for i := range users {
			if err := d.Create(t.Context(), account.User{Name: name(i), Roles: []string{name(i)}, Email: name(i)}, name(i)); err != nil {
				t.Fatal(err)
			}
		}
		for i := range users {
			got, hash, err := d.PasswordHash(t.Context(), name(i))
			if err != nil || got.Name != name(i) || got.Email != name(i) || hash != name(i) || !slices.Equal(got.Roles, []string{name(i)}) {
				t.Fatalf("%s is %+v, %q, %v", name(i), got, hash, err)
			}
		}
	})

	t.Run("what is handed out is a copy", func(t *testing.T) {
		d := filled(t)
		got, err := d.User(t.Context(), "carol")
		if err != nil {
			t.Fatal(err)
		}
		got.Roles[0] = account.RoleAdmin
		if again, _ := d.User(t.Context(), "carol"); again.Roles[0] != account.RoleUser {
			t.Error("a caller changed the directory through the slice it was given")
		}
	})
}
