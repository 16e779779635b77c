package measure

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"

	"github.com/redis/go-redis/v9"

	"authlab/account"
	"authlab/session"
	"authlab/token"
	"authlab/web"
	"authlab/web/scheme"
)

// A stand is one replica, served as always, and one line to it.
type stand struct {
	config web.Config
	app    *web.Server
	tape   *tape
	client *redis.Client
	server *http.Server
	ended  chan struct{}
	host   string
	line   *line
}

// openStand starts a replica on a Redis at an address. The rest is in config.
func openStand(ctx context.Context, redisAddress string, config web.Config) (*stand, error) {
	client, err := web.OpenRedis("redis://" + redisAddress)
	if err != nil {
		return nil, err
	}
	s := &stand{config: config, tape: newTape(), client: client, ended: make(chan struct{})}
	client.AddHook(s.tape)
	s.config.Redis = client
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, errors.Join(err, client.Close())
	}
	s.host = listener.Addr().String()
	s.app = web.New(s.config)
	s.server = web.NewHTTPServer(s.app.Handler(), nil)
	go func() {
		defer close(s.ended)
		_ = s.server.Serve(web.ProblemListener(listener, s.config.Name, nil)) // it ends when close closes it
	}()
	if s.line, err = dialLine(ctx, s.host); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (s *stand) close() {
	if s.line != nil {
		_ = s.line.conn.Close() // there is nothing left to send
	}
	_ = s.server.Close() // nobody waits for an answer any more
	<-s.ended
	s.client.Close()
}

// logIn logs somebody in and returns what the client keeps, and the answer. basic keeps the password.
func (s *stand) logIn(sch scheme.Scheme, who person) (string, answer, error) {
	if sch.Login == "" {
		return passwordCredential(who), answer{}, nil
	}
	request, err := loginRequest(sch, s.host, who)
	if err != nil {
		return "", answer{}, err
	}
	a, err := s.line.ask(request)
	if err != nil {
		return "", answer{}, fmt.Errorf("log in with %s: %w", sch.Name, err)
	}
	credential, err := credentialIn(sch, a)
	return credential, a, err
}

// A person can log in.
type person struct{ name, password string }

// alice is the demo account that everything is measured with.
func alice() person {
	demo := account.Demos()[0]
	return person{demo.Name, demo.Password}
}

// newKeys makes what a replica signs with.
func newKeys(algorithm string) (*token.Keyring, error) {
	key, err := token.GenerateKey(algorithm)
	if err != nil {
		return nil, err
	}
	return token.NewKeyring(key)
}

// cheapDirectory has alice, and others, with a password hash that costs next to nothing: who only has to be logged in
// need not pay for it.
func cheapDirectory(ctx context.Context, hasher *account.Hasher, others ...person) (account.Directory, error) {
	directory := account.NewMemory()
	for _, who := range append(others, alice()) {
		name := func(int) string { return who.name }
		if err := account.CreateSimulated(ctx, directory, hasher, 1, name, who.password); err != nil {
			return nil, err
		}
	}
	return directory, directory.SetRoles(ctx, alice().name, account.Demos()[0].Roles)
}

// realDirectory has alice with her real password hash.
func realDirectory(ctx context.Context, hasher *account.Hasher) (account.Directory, error) {
	directory := account.NewMemory()
	hash, err := hasher.Hash(ctx, alice().password)
	if err != nil {
		return nil, err
	}
	return directory, directory.Create(ctx, account.Demos()[0].User, hash)
}

func newCookieKeys() (*session.CookieKeys, error) {
	return session.NewCookieKeys([]byte("a key that signs only while something is measured"))
}
