// Package compose is the lab out of containers, as a target of the experiments.
//
//	experiment ──▶ Target ──▶ /lab/… through nginx      what the console can do by itself
//	                     └──▶ docker compose kill …     what takes Docker, as a person would type it
//
// After each change it waits until the change can be seen: nginx sends requests to a replica again, a replica reaches
// Redis, all sign with the new key. It waits for a time to pass only where nginx shows nothing: until it has looked a name
// up anew.
package compose

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"authlab/lab/compose/agent"
	"authlab/lab/contract"
	"authlab/lab/experiment"
)

const (
	file = "docker-compose.yml"
	// always is how many replicas the file starts, and most how many it has.
	always, most = 3, 4
)

// Config says where the lab is.
type Config struct {
	Dir string       // of docker-compose.yml; the current one
	Say func(string) // hears what takes long, in a sentence; nothing does
	Run Run          // how docker is called; the docker of this machine
	// Confirm is asked before a lab that is there already is reset, which logs its users out. An error leaves it as it is.
	// Without it, Open does not ask.
	Confirm func(context.Context) error
}

// A Target is a lab out of containers. Make one with Open, and Close it.
type Target struct {
	*contract.Remote
	docker docker
	say    func(string)
	client *http.Client
	ours   bool // it was not up before, and is taken down at the end
	beside *beside
	// reports is the clock of the second service, which the console does not reach.
	reports *agent.Client

	mu     sync.Mutex // one change at a time
	broken state
	ahead  time.Duration // how far the second service's clock is ahead
	killed time.Time     // when a replica was last killed
}

// A state is what has been broken and not been mended yet.
type state struct {
	replicas  int             // how many there should be
	killed    map[string]bool // of those
	silent    map[string]bool // of those, paused
	redis     bool            // stopped
	flush     bool            // Redis is to be empty when it is back
	home      bool            // cut off
	guarded   bool            // the containers of the profile sentinel are there
	ownKeys   bool
	olderKeys bool // keys from before go on verifying
}

func whole() state {
	return state{replicas: always, killed: map[string]bool{}, silent: map[string]bool{}}
}

var _ experiment.Target = (*Target)(nil)

// Open returns the lab of a folder. If it is not up, it is brought up, and Close takes it down again.
func Open(ctx context.Context, config Config) (*Target, error) {
	if config.Say == nil {
		config.Say = func(string) {}
	}
	if _, err := os.Stat(filepath.Join(config.Dir, file)); err != nil {
		return nil, fmt.Errorf("there is no %s here; run this in the folder of the repository", file)
	}
	if config.Run == nil {
		config.Run = run(config.Dir)
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.Proxy = nil
	t := &Target{
		docker: docker{config.Run}, say: config.Say, broken: whole(),
		client: &http.Client{Transport: transport, Timeout: requestTimeout},
	}
	if err := t.open(ctx, config.Confirm); err != nil {
		return nil, errors.Join(err, t.Close(ctx))
	}
	return t, nil
}

func (t *Target) open(ctx context.Context, confirm func(context.Context) error) error {
	there, err := t.docker.anything(ctx)
	if err != nil {
		return err
	}
	if there && confirm != nil {
		if err := confirm(ctx); err != nil {
			return err
		}
	}
	if !there {
		t.ours = true
		t.say("starting the containers with docker compose up --build, which takes minutes the first time; they end with this run")
		if err := t.docker.compose(ctx, "up", "-d", "--build"); err != nil {
			return err
		}
	} else if err := t.complete(ctx); err != nil {
		return err
	}
	if err := t.findReports(ctx); err != nil {
		return err
	}
	address, err := t.docker.published(ctx, "nginx", "8080")
	if err != nil {
		return err
	}
	if t.Remote, err = contract.NewRemote("http://" + address); err != nil {
		return err
	}
	if t.beside, err = startBeside(ctx, t.URL()); err != nil {
		return err
	}
	return t.Reset(ctx)
}

// complete has all of a lab run that is there in part. What is paused has to go on first: docker compose up refuses it.
func (t *Target) complete(ctx context.Context) error {
	paused, err := t.docker.paused(ctx)
	if err != nil {
		return err
	}
	if len(paused) > 0 {
		if err := t.docker.compose(ctx, append([]string{"unpause"}, paused...)...); err != nil {
			return err
		}
	}
	return t.docker.compose(ctx, "up", "-d", "--no-recreate")
}

// Close ends what Open started, also when ctx has ended.
func (t *Target) Close(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTimeout)
	defer cancel()
	failed := []error{t.beside.close()}
	t.client.CloseIdleConnections()
	if t.ours {
		t.say("taking the containers down")
		failed = append(failed, t.docker.compose(ctx, "--profile", profile, "down", "-v"))
	}
	return errors.Join(failed...)
}
