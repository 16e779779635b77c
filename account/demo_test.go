package account_test

import (
	"testing"

	"authlab/account"
)

func TestDemosThatAreThereCostNoHashAndStayAsTheyAre(t *testing.T) {
	directory, hasher := account.NewMemory(), account.NewHasher(1)
	if err := account.CreateDemos(t.Context(), directory, hasher); err != nil {
		t.Fatal(err)
	}
	if err := directory.SetRoles(t.Context(), "alice", []string{account.RoleUser}); err != nil {
		t.Fatal(err)
	}
	release := account.Occupy(hasher) // who hashes now would wait for ever
	defer release()
	if err := account.CreateDemos(t.Context(), directory, hasher); err != nil {
		t.Fatal(err)
	}
	if alice, err := directory.User(t.Context(), "alice"); err != nil || len(alice.Roles) != 1 {
		t.Errorf("%+v, %v", alice, err)
	}
}
