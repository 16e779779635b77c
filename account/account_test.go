package account_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"authlab/account"
	"authlab/account/accounttest"
	"authlab/lab/testkit"
)

func TestMemoryIsADirectory(t *testing.T) {
	accounttest.Directory(t, func(*testing.T) account.Directory { return account.NewMemory() })
}

func demo(t *testing.T) (*account.Authenticator, *account.Memory) {
	t.Helper()
	directory, hasher := account.NewMemory(), account.NewHasher(2)
	testkit.Must(t, account.CreateDemos(t.Context(), directory, hasher))
	return account.NewAuthenticator(directory, hasher), directory
}

func TestOnlyTheRightPasswordOfAKnownUserIsAccepted(t *testing.T) {
	authenticator, _ := demo(t)
	for _, tt := range []struct {
		name, password string
		want           error
	}{
		{"alice", "wonderland", nil},
		{"bob", "builder", nil},
		{"alice", "builder", account.ErrBadCredentials},
		{"alice", "", account.ErrBadCredentials},
		{"alice", "wonderland\x00", account.ErrBadCredentials},
		{"Alice", "wonderland", account.ErrBadCredentials},
		{"", "", account.ErrBadCredentials},
		{"nobody", "wonderland", account.ErrBadCredentials},
		{"alice", strings.Repeat("x", 1<<20), account.ErrBadCredentials},
	} {
		user, err := authenticator.Authenticate(t.Context(), tt.name, tt.password)
		if !errors.Is(err, tt.want) {
			t.Errorf("%q with %.20q: %v, want %v", tt.name, tt.password, err, tt.want)
		}
		if (err == nil) != (user.Name == tt.name && user.Name != "") {
			t.Errorf("%q: got user %q with error %v", tt.name, user.Name, err)
		}
	}
}

func TestAnUnknownUserCostsAHashToo(t *testing.T) {
	hasher := account.NewHasher(1)
	release := account.Occupy(hasher)
	authenticator := account.NewAuthenticator(account.NewMemory(), hasher)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := authenticator.Authenticate(ctx, "nobody", "x"); !errors.Is(err, account.ErrBusy) {
		t.Fatalf("with no slot free: %v, want ErrBusy, because an unknown user needs a slot as well", err)
	}
	release()
	if _, err := authenticator.Authenticate(t.Context(), "nobody", "x"); !errors.Is(err, account.ErrBadCredentials) {
		t.Fatalf("with a slot free: %v, want ErrBadCredentials", err)
	}
}

func TestAHashCarriesItsParametersAndANewSalt(t *testing.T) {
	hasher := account.NewHasher(1)
	one, err := hasher.Hash(t.Context(), "secret")
	testkit.Must(t, err)
	two, err := hasher.Hash(t.Context(), "secret")
	testkit.Must(t, err)
	if one == two {
		t.Error("the same password gave the same hash: no salt")
	}
	if !strings.HasPrefix(one, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("hash %q does not carry OWASP's parameters", one)
	}
	for _, h := range []string{one, two} {
		if ok, err := hasher.Matches(t.Context(), h, "secret"); !ok || err != nil {
			t.Errorf("Matches = %v, %v", ok, err)
		}
	}
}

func TestAStoredHashThatIsBrokenIsAnErrorAndNotAMatch(t *testing.T) {
	hasher := account.NewHasher(1)
	for _, encoded := range []string{
		"", "plain", "$2a$10$abcdefghijklmnopqrstuv", "$argon2id$v=19$m=19456,t=2,p=1$$",
		"$argon2id$v=16$m=19456,t=2,p=1$c2FsdHNhbHQ$a2V5a2V5a2V5a2V5a2V5",
		"$argon2id$v=19$m=4194304,t=2,p=1$c2FsdHNhbHQ$a2V5a2V5a2V5a2V5a2V5", // 4 GiB
		"$argon2id$v=19$m=19456,t=0,p=1$c2FsdHNhbHQ$a2V5a2V5a2V5a2V5a2V5",
	} {
		if ok, err := hasher.Matches(t.Context(), encoded, ""); ok || err == nil {
			t.Errorf("%q: %v, %v; want an error", encoded, ok, err)
		}
	}
}

func TestRolesChangeWhileManyLookAtThem(t *testing.T) {
	_, directory := demo(t)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 100 {
				if err := directory.SetRoles(t.Context(), "alice", []string{account.RoleUser}); err != nil {
					t.Error(err)
				}
				if _, err := directory.User(t.Context(), "alice"); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	testkit.Must(t, (&account.DemoReset{Directory: directory, Hasher: account.NewHasher(1)}).Reset(t.Context()))
	if u, err := directory.User(t.Context(), "alice"); err != nil || len(u.Roles) != 2 {
		t.Errorf("after a reset alice has %v (%v)", u.Roles, err)
	}
}

func TestSimulatedUsersLogInLikeOthersAndCanBeRemoved(t *testing.T) {
	directory, hasher := account.NewMemory(), account.NewHasher(2)
	name := func(i int) string { return fmt.Sprintf("user-%d", i) }
	for range 2 { // the second time they are there already
		testkit.Must(t, account.CreateSimulated(t.Context(), directory, hasher, 100, name, "simulated"))
	}
	authenticator := account.NewAuthenticator(directory, hasher)
	if user, err := authenticator.Authenticate(t.Context(), "user-99", "simulated"); err != nil || user.Name != "user-99" {
		t.Errorf("%+v, %v", user, err)
	}
	for _, tt := range [][2]string{{"user-99", "simulates"}, {"user-100", "simulated"}} {
		if _, err := authenticator.Authenticate(t.Context(), tt[0], tt[1]); !errors.Is(err, account.ErrBadCredentials) {
			t.Errorf("%v: %v, want ErrBadCredentials", tt, err)
		}
	}
	testkit.Must(t, directory.RemoveAllBut(t.Context(), "user-1"))
	if _, err := directory.User(t.Context(), "user-2"); !errors.Is(err, account.ErrUnknownUser) {
		t.Errorf("user-2 was kept: %v", err)
	}
	if _, err := directory.User(t.Context(), "user-1"); err != nil {
		t.Error(err)
	}
}

func BenchmarkHash(b *testing.B) {
	hasher := account.NewHasher(1)
	for b.Loop() {
		if _, err := hasher.Hash(b.Context(), "wonderland"); err != nil {
			b.Fatal(err)
		}
	}
}
