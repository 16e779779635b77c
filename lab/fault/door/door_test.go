package door_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"authlab/lab/fault/door"
)

// serve serves behind a door, and counts what was delivered.
func serve(t *testing.T) (*door.Door, string, *atomic.Int32) {
	t.Helper()
	d, err := door.Open(t.Context(), "127.0.0.1:0", nil)
	if err != nil {
		t.Fatal(err)
	}
	var delivered atomic.Int32
	server := &httptest.Server{Listener: d, Config: &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		delivered.Add(1)
		_, _ = w.Write(body)
	})}}
	server.Start()
	t.Cleanup(server.Close)
	return d, server.URL, &delivered
}

// post sends a request on a connection of its own, or on one that is kept.
func post(ctx context.Context, client *http.Client, url string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader("x"))
	if err != nil {
		return err
	}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	_, err = io.ReadAll(response.Body)
	return err
}

func TestASilentDoorAnswersNothingAndThenWhatHasWaited(t *testing.T) {
	for name, kept := range map[string]bool{"a new connection": false, "one that was kept": true} {
		t.Run(name, func(t *testing.T) {
			d, url, delivered := serve(t)
			client := &http.Client{Transport: &http.Transport{DisableKeepAlives: !kept}}
			defer client.CloseIdleConnections()
			if err := post(t.Context(), client, url); err != nil {
				t.Fatal(err)
			}
			d.Silence()
			d.Silence()
			impatient, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			defer cancel()
			if err := post(impatient, client, url); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("in the silence: %v", err)
			}
			answered := make(chan error, 1)
			go func() { answered <- post(t.Context(), client, url) }()
			if n := delivered.Load(); n != 1 || !d.Silent() {
				t.Errorf("%d were delivered, silent %t", n, d.Silent())
			}
			d.Speak()
			if err := <-answered; err != nil || d.Silent() {
				t.Errorf("after the silence: %v, silent %t", err, d.Silent())
			}
		})
	}
}

func TestADoorThatRefusesResetsWhatThereIsAndListensAgainAtItsAddress(t *testing.T) {
	d, url, delivered := serve(t)
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	if err := post(t.Context(), client, url); err != nil {
		t.Fatal(err)
	}
	d.Silence()
	hung := make(chan error, 1)
	go func() { hung <- post(t.Context(), client, url) }()
	if err := d.Refuse(); err != nil {
		t.Fatal(err)
	}
	if err := <-hung; err == nil {
		t.Error("what waited was answered")
	}
	if err := post(t.Context(), client, url); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("while it refuses: %v", err)
	}
	if !d.Refusing() || d.Silent() || delivered.Load() != 1 {
		t.Errorf("refusing %t, silent %t, %d delivered", d.Refusing(), d.Silent(), delivered.Load())
	}
	for range 2 {
		if err := d.Listen(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if err := post(t.Context(), client, url); err != nil || d.Refusing() {
		t.Errorf("afterwards: %v, refusing %t", err, d.Refusing())
	}
}

func TestADoorThatIsClosedAcceptsNothingAlsoWhereItRefuses(t *testing.T) {
	for name, before := range map[string]func(*door.Door) error{
		"open": func(*door.Door) error { return nil }, "refusing": (*door.Door).Refuse,
	} {
		d, err := door.Open(t.Context(), "127.0.0.1:0", nil)
		if err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() {
			_, err := d.Accept()
			ended <- err
		}()
		if err := errors.Join(before(d), d.Close(), d.Close()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := <-ended; !errors.Is(err, net.ErrClosed) {
			t.Errorf("%s: %v", name, err)
		}
		if err := d.Listen(t.Context()); !errors.Is(err, net.ErrClosed) {
			t.Errorf("%s: it listens again: %v", name, err)
		}
	}
}
