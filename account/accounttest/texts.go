package accounttest

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"authlab/account"
)

// texts tests that a directory takes any text of a client or an attacker as it is. filled returns a directory with carol
// in it.
func texts(t *testing.T, filled func(t *testing.T) account.Directory) {
	carol := carol()

	t.Run("roles are a list of any words, or empty", func(t *testing.T) {
		d := filled(t)
		for i, roles := range [][]string{nil, {}, {""}, {"admin", "admin"}, {"NULL", "null"}, {"a,b", "{}", `"`, `\`, "'; --", "día 🗝"}} {
			created := account.User{Name: fmt.Sprint("user-", i), Roles: roles}
			if err := d.Create(t.Context(), created, "hash"); err != nil {
				t.Fatal(err)
			}
			if err := d.SetRoles(t.Context(), "carol", roles); err != nil {
				t.Fatal(err)
			}
			for _, name := range []string{created.Name, "carol"} {
				if got, err := d.User(t.Context(), name); err != nil || !slices.Equal(got.Roles, roles) {
					t.Errorf("%s has %q, %v; want %q", name, got.Roles, err, roles)
				}
			}
		}
	})

	t.Run("a name is only a name, and every other is another", func(t *testing.T) {
		d := filled(t)
		names := []string{
			"CAROL", "carol ", " carol", "", "c%", "_arol", "car\nol", `carol\`, "carol'; DROP TABLE authlab_users; --", "' OR ''='", `"carol"`, "$1",
			"José", "Jose\u0301", "ｃａｒｏｌ", "СAROL", "李雷", "🎩", "a@b.example", "nobody\u200b",
		}
		for _, name := range names {
			if _, err := d.User(t.Context(), name); !errors.Is(err, account.ErrUnknownUser) {
				t.Errorf("%q before it was created: %v, want ErrUnknownUser", name, err)
			}
			if err := d.Create(t.Context(), account.User{Name: name, Email: "e:" + name}, "h:"+name); err != nil {
				t.Errorf("Create %q: %v", name, err)
			}
		}
		for _, name := range names {
			if got, hash, err := d.PasswordHash(t.Context(), name); err != nil || got.Name != name || got.Email != "e:"+name || hash != "h:"+name {
				t.Errorf("PasswordHash of %q = %+v, %q, %v", name, got, hash, err)
			}
		}
		if got, err := d.User(t.Context(), "carol"); err != nil || !reflect.DeepEqual(got, carol) {
			t.Errorf("carol became %+v, %v", got, err)
		}
	})

	t.Run("a name that is no text is an unknown user, and no outage", func(t *testing.T) {
		d := filled(t)
		for _, name := range []string{"carol\x00", "\x00", "carol\xff", "\xed\xa0\x80"} {
			_, err := d.User(t.Context(), name)
			_, _, hashErr := d.PasswordHash(t.Context(), name)
			for what, err := range map[string]error{
				"User": err, "PasswordHash": hashErr,
				"SetRoles": d.SetRoles(t.Context(), name, carol.Roles),
				"SetEmail": d.SetEmail(t.Context(), name, carol.Email), "EmptyCart": d.EmptyCart(t.Context(), name),
				"SetPasswordHash": d.SetPasswordHash(t.Context(), name, "hash"),
			} {
				if !errors.Is(err, account.ErrUnknownUser) {
					t.Errorf("%s of %q: %v, want ErrUnknownUser", what, name, err)
				}
			}
		}
	})
}
