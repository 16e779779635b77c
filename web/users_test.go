package web_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"

	"authlab/account"
	"authlab/web/scheme"
)

// A faultyDirectory answers with a fault, once it has one.
type faultyDirectory struct {
	account.Directory
	fault atomic.Pointer[error]
}

var (
	errRefused = errors.New("connection refused, password=hunter2secret")
	errPanic   = errors.New("this one panics, with hunter2secret in its words")
)

func (d *faultyDirectory) failure() error {
	err := d.fault.Load()
	if err == nil {
		return nil
	}
	if errors.Is(*err, errPanic) {
		panic(*err)
	}
	return *err
}

func (d *faultyDirectory) User(ctx context.Context, name string) (account.User, error) {
	if err := d.failure(); err != nil {
		return account.User{}, err
	}
	return d.Directory.User(ctx, name)
}

func (d *faultyDirectory) PasswordHash(ctx context.Context, name string) (account.User, string, error) {
	if err := d.failure(); err != nil {
		return account.User{}, "", err
	}
	return d.Directory.PasswordHash(ctx, name)
}

func (d *faultyDirectory) SetEmail(ctx context.Context, name, email string) error {
	if err := d.failure(); err != nil {
		return err
	}
	return d.Directory.SetEmail(ctx, name, email)
}

// loggedIn is a world on a faulty directory, with a client that is logged in by every scheme.
func loggedIn(t *testing.T) (*world, *faultyDirectory, *client) {
	t.Helper()
	w := newWorld(t)
	users := &faultyDirectory{Directory: w.directory}
	config := w.config(t, "app-1")
	config.Directory = users
	c := newClient(t, w.startWith(t, config))
	for _, r := range routes() {
		c.login(r.scheme, "alice")
	}
	return w, users, c
}

func TestAUserWhoIsGoneIsRefusedWhereUsersAreLookedUp(t *testing.T) {
	_, users, c := loggedIn(t)
	users.fault.Store(&account.ErrUnknownUser)
	for _, r := range routes() {
		name := "user-gone"
		if r.scheme == scheme.Basic {
			name = "bad-credentials"
		}
		if looksUp(r) {
			c.get(401, r.base+"/me").isProblem(t, 401, name, r.scheme)
		} else {
			c.get(200, r.base+"/me")
		}
		c.post(401, r.base+"/email", `{"email":"a@new.example"}`).isProblem(t, 401, name, r.scheme)
	}
	c.post(401, "/token/refresh", refreshBody(c.pair.RefreshToken)).isProblem(t, 401, "user-gone", scheme.TokenStateless)
}

func TestAUsersDatabaseThatIsDownIsA503AndNotA401(t *testing.T) {
	_, users, c := loggedIn(t)
	users.fault.Store(&errRefused)
	unavailable := func(a answer, scheme string) {
		t.Helper()
		problem := a.isProblem(t, 503, "users-unavailable", scheme)
		if strings.Contains(problem.Detail, "hunter2") || a.header.Get("Retry-After") == "" || len(a.cookies) > 0 {
			t.Errorf("detail %q, Retry-After %q, cookies %v", problem.Detail, a.header.Get("Retry-After"), a.cookies)
		}
	}
	for _, r := range routes() {
		if looksUp(r) {
			unavailable(c.get(503, r.base+"/me"), r.scheme)
		} else {
			c.get(200, r.base+"/me")
		}
		unavailable(c.post(503, r.base+"/email", `{"email":"a@new.example"}`), r.scheme)
	}
	for _, r := range logins() {
		unavailable(c.post(503, r.login, goodLogin(0)), r.scheme)
	}
	users.fault.Store(nil)
	for _, r := range routes() {
		c.get(200, r.base+"/me")
	}
}

func TestAPanicIsOurMistakeAndTellsNothing(t *testing.T) {
	w, users, c := loggedIn(t)
	w.mistakes = true
	w.secrets["hunter2secret"] = true
	users.fault.Store(&errPanic)
	for _, path := range []string{"/basic/me", "/session/memory/me", "/session/redis/admin"} {
		problem := c.get(500, path).isProblem(t, 500, "internal", strings.ReplaceAll(strings.TrimPrefix(path[:strings.LastIndex(path, "/")], "/"), "/", "-"))
		if strings.Contains(problem.Detail, "hunter2") {
			t.Errorf("detail %q", problem.Detail)
		}
	}
	if log := w.log.String(); !strings.Contains(log, `"msg":"panic"`) || !strings.Contains(log, "faultyDirectory") {
		t.Errorf("the log has no stack:\n%s", log)
	}
	users.fault.Store(nil)
	c.get(200, "/basic/me")
}

// looksUp tells the schemes that ask the users database at each request.
func looksUp(r route) bool {
	return r.scheme == scheme.Basic || r.scheme == scheme.SessionMemory || r.scheme == scheme.SessionRedis
}
