package postgres_test

import (
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"authlab/account/postgres"
	"authlab/account/postgres/postgrestest"
	"authlab/lab/testkit"
)

func TestTheAddressSetsTheNumberOfConnections(t *testing.T) {
	address := postgrestest.Address(t)
	for want, address := range map[int32]string{8: address, 3: postgrestest.With(t, address, "pool_max_conns", "3")} {
		if got := postgres.MaxConnections(open(t, address)); got != want {
			t.Errorf("%d connections, want %d", got, want)
		}
	}
}

func TestTheErrorOfABadAddressDoesNotShowThePassword(t *testing.T) {
	for _, address := range []string{
		"", "localhost", "mysql://root:secret@localhost/users", "host=localhost password=secret",
		"postgres://secret", "postgres://user:secret@localhost", // no database
		"postgres://user:secret@localhost:port/users",
		"postgres://user:secret/more@localhost/users",
		"postgres://user:%zzsecret@localhost/users",
		"postgres://user:more@secret:5432:1/users",
		"postgres://[secret/users",
		"postgres://user:secret@localhost/users?sslmode=perhaps",
		"postgres://user:secret@localhost/users?pool_max_conns=many",
		"postgres://localhost/users?password=secret&connect_timeout=soon",
	} {
		d, err := postgres.Open(t.Context(), address)
		if !errors.Is(err, postgres.ErrAddress) || d != nil {
			t.Errorf("%s: %v, want ErrAddress", address, err)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: the error shows the password: %v", address, err)
		}
	}
}

func TestTheErrorOfADatabaseThatCannotBeReachedIsOneLineWithoutThePassword(t *testing.T) {
	address := postgrestest.Address(t)
	w, silent := newWire(t, address)
	w.listen(false)
	right := parse(t, address)
	password, _ := right.User.Password()
	for name, tt := range map[string]struct{ host, database, password, want string }{
		"no server listens":  {"127.0.0.1:1", right.Path, "s3cr3t", "postgres at 127.0.0.1:1 cannot be reached: "},
		"no such host":       {"nowhere.invalid", right.Path, "s3cr3t", "postgres at nowhere.invalid:5432 cannot be reached: "},
		"no server answers":  {parse(t, silent).Host, right.Path, "s3cr3t", "cannot be reached: "},
		"no such database":   {right.Host, "/nothing-here", password, `database "nothing-here" does not exist`},
		"the wrong password": {right.Host, right.Path, "s3cr3t", "password authentication failed"},
	} {
		t.Run(name, func(t *testing.T) {
			u := *right
			u.Host, u.Path, u.User = tt.host, tt.database, url.UserPassword(right.User.Username(), tt.password)
			start := time.Now()
			_, err := postgres.Open(t.Context(), u.String())
			if err == nil && name == "the wrong password" {
				testkit.Missing(t, "this PostgreSQL asks for no password")
			}
			if err == nil || errors.Is(err, postgres.ErrAddress) || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("error %v, want %q in it", err, tt.want)
			}
			if took := time.Since(start); took >= 5*time.Second {
				t.Errorf("took %s", took)
			}
			if strings.Contains(err.Error(), "s3cr3t") || strings.Contains(err.Error(), "\n") {
				t.Errorf("error %q", err)
			}
		})
	}
}

func parse(t *testing.T, address string) *url.URL {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal("the address is no URL") // and is not shown, because there may be a password in it
	}
	return u
}
