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

func TestADemoResetGivesTheOwnPasswordBack(t *testing.T) {
	directory, hasher := account.NewMemory(), account.NewHasher(1)
	if err := account.CreateDemos(t.Context(), directory, hasher); err != nil {
		t.Fatal(err)
	}
	reset := account.DemoReset{Directory: directory, Hasher: hasher}
	for _, hash := range []string{"", "another"} {
		if hash != "" {
			other, err := hasher.Hash(t.Context(), hash)
			if err != nil {
				t.Fatal(err)
			}
			if err := directory.SetPasswordHash(t.Context(), "alice", other); err != nil {
				t.Fatal(err)
			}
		}
		if err := reset.Reset(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := account.NewAuthenticator(directory, hasher).Authenticate(t.Context(), "alice", "wonderland"); err != nil {
			t.Errorf("after a change to %q and a reset: %v", hash, err)
		}
	}
	release := account.Occupy(hasher) // a hash would wait for ever
	defer release()
	if err := reset.Reset(t.Context()); err != nil {
		t.Error(err)
	}
}
