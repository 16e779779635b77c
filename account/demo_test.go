package account_test

import (
	"testing"

	"authlab/account"
	"authlab/lab/testkit"
)

func TestDemosThatAreThereCostNoHashAndStayAsTheyAre(t *testing.T) {
	directory, hasher := account.NewMemory(), account.NewHasher(1)
	testkit.Must(t, account.CreateDemos(t.Context(), directory, hasher))
	testkit.Must(t, directory.SetRoles(t.Context(), "alice", []string{account.RoleUser}))
	release := account.Occupy(hasher) // who hashes now would wait for ever
	defer release()
	testkit.Must(t, account.CreateDemos(t.Context(), directory, hasher))
	if alice, err := directory.User(t.Context(), "alice"); err != nil || len(alice.Roles) != 1 {
		t.Errorf("%+v, %v", alice, err)
	}
}

func TestADemoResetGivesTheOwnPasswordBack(t *testing.T) {
	directory, hasher := account.NewMemory(), account.NewHasher(1)
	testkit.Must(t, account.CreateDemos(t.Context(), directory, hasher))
	reset := account.DemoReset{Directory: directory, Hasher: hasher}
	for _, hash := range []string{"", "another"} {
		if hash != "" {
			other, err := hasher.Hash(t.Context(), hash)
			testkit.Must(t, err)
			testkit.Must(t, directory.SetPasswordHash(t.Context(), "alice", other))
		}
		testkit.Must(t, reset.Reset(t.Context()))
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
