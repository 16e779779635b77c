package agent

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"authlab/lab/contract"
)

var (
	// ErrAway means that there is no agent at an address.
	ErrAway = errors.New("the replica is away")
	// ErrSilent means that an agent accepts connections and does not answer: its process is stopped, with its memory.
	ErrSilent = errors.New("the replica is silent")
)

// dialTimeout is how long it may take to find a replica by its name and to connect to it. A replica that is there is found
// in a few milliseconds; for a name that is not there, DNS can take many seconds to say so.
const dialTimeout = 500 * time.Millisecond

// timeout is how long one answer may take. An agent asks Redis before it answers, and waits for that up to 800 ms.
const timeout = 1500 * time.Millisecond

// A Client asks the agent of a replica.
type Client struct {
	address string
	client  *http.Client
}

// NewClient returns a client of the agent at an address like app-1:8079. It connects when it is first used.
func NewClient(address string) *Client {
	transport := contract.NewTransport()
	transport.Proxy = nil // the replicas are in the same network
	transport.DialContext = (&net.Dialer{Timeout: dialTimeout}).DialContext
	return &Client{address: address, client: &http.Client{Transport: transport, Timeout: timeout}}
}

// Memory asks what the replica remembers.
func (c *Client) Memory(ctx context.Context) (Memory, error) {
	var memory Memory
	err := c.ask(ctx, http.MethodGet, "/memory", nil, &memory)
	return memory, err
}

// Set replaces the replica's conditions.
func (c *Client) Set(ctx context.Context, conditions Conditions) error {
	return c.ask(ctx, http.MethodPost, "/conditions", conditions, nil)
}

// Forget makes the replica as if it had just been started so.
func (c *Client) Forget(ctx context.Context, startup contract.Startup) error {
	return c.ask(ctx, http.MethodPost, "/forget", startup, nil)
}

// SetDoor opens the replica's door or shuts it: DoorOpen, DoorSilent or DoorRefuses.
func (c *Client) SetDoor(ctx context.Context, state string) error {
	return c.ask(ctx, http.MethodPost, "/door", doorBody{state}, nil)
}

func (c *Client) ask(ctx context.Context, method, path string, body, into any) error {
	err := contract.Call(ctx, c.client, "", method, "http://"+c.address+path, body, into)
	reached, isNet := errors.AsType[*net.OpError](err)
	_, refused := errors.AsType[contract.Problem](err)
	_, unsent := errors.AsType[*url.Error](err)
	switch {
	case err == nil:
		return nil
	case refused:
		return fmt.Errorf("agent at %s: %s: %w", c.address, path, err)
	case errors.Is(err, context.DeadlineExceeded) && (!isNet || reached.Op != "dial"):
		return fmt.Errorf("agent at %s: %w: %w", c.address, ErrSilent, err)
	case unsent:
		return fmt.Errorf("agent at %s: %w: %w", c.address, ErrAway, err)
	}
	return fmt.Errorf("agent at %s: %s: %w", c.address, path, err)
}
