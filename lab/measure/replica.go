package measure

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"

	"github.com/redis/go-redis/v9"

	"authlab/token"
	"authlab/web"
	"authlab/web/scheme"
)

// A replica is a server like any replica of the lab, and one connection to it.
type replica struct {
	app    *web.Server
	tape   *tape
	client redis.UniversalClient
	server *http.Server
	ended  chan struct{}
	host   string
	conn   *connection
}

// startReplica starts a replica with a Redis at an address. All else is in config.
func startReplica(ctx context.Context, redisAddress string, config web.Config) (*replica, error) {
	client, err := web.OpenRedis("redis://" + redisAddress)
	if err != nil {
		return nil, err
	}
	r := &replica{tape: newTape(), client: client, ended: make(chan struct{})}
	client.AddHook(r.tape)
	config.Redis = client
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, errors.Join(err, client.Close())
	}
	r.host = listener.Addr().String()
	r.app = web.New(config)
	r.server = web.NewHTTPServer(r.app.Handler(), nil)
	go func() {
		defer close(r.ended)
		_ = r.server.Serve(web.ProblemListener(listener, config.Name, nil)) // http.ErrServerClosed, after close
	}()
	if r.conn, err = dial(ctx, r.host); err != nil {
		r.close()
		return nil, err
	}
	return r, nil
}

func (r *replica) close() {
	if r.conn != nil {
		_ = r.conn.Close()
	}
	_ = r.server.Close() // no request is in progress
	<-r.ended
	r.client.Close()
}

// logIn logs a user in, and returns the credential and the response. With basic there is no login: the credential is the
// password.
func (r *replica) logIn(sch scheme.Scheme, name string) (string, response, error) {
	if sch.Login == "" {
		return passwordCredential(name), response{}, nil
	}
	request, err := loginRequest(sch, r.host, name)
	if err != nil {
		return "", response{}, err
	}
	res, err := r.conn.send(request)
	if err != nil {
		return "", response{}, fmt.Errorf("log in with %s: %w", sch.Name, err)
	}
	credential, err := credentialIn(sch, res)
	return credential, res, err
}

// newKeys makes the key that a replica signs tokens with.
func newKeys(algorithm string) (*token.Keyring, error) {
	key, err := token.GenerateKey(algorithm)
	if err != nil {
		return nil, err
	}
	return token.NewKeyring(key)
}
