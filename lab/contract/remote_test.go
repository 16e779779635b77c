package contract_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"authlab/lab/contract"
	"authlab/lab/testkit"
)

func TestRemoteTellsWhatATargetCannotDoFromWhatFailed(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/lab/faults/redis-stopped/break":
			w.WriteHeader(http.StatusNotImplemented)
		case "/lab/redis/flush":
			http.Error(w, `{"detail":"Redis is on fire."}`, http.StatusInternalServerError)
		case "/lab/cluster":
			fmt.Fprint(w, `{"target":"embedded","replicas":[{"name":"app-1","alive":true,"session_count":2}],"redis":{"alive":true,"key_count":{"session":3},"commands":{"GETEX":7,"SET":1}}}`)
		default:
			w.WriteHeader(http.StatusNoContent)
		}
	}))
	defer server.Close()
	target, err := contract.NewRemote(server.URL + "/")
	testkit.Must(t, err)
	if err := target.Break(t.Context(), contract.Fault{Name: contract.RedisStopped}); !errors.Is(err, contract.ErrNotOnTarget) {
		t.Errorf("501: %v, want ErrNotOnTarget", err)
	}
	if err := target.Flush(t.Context()); err == nil || errors.Is(err, contract.ErrNotOnTarget) || !strings.Contains(err.Error(), "Redis is on fire.") {
		t.Errorf("500: %v, want its detail", err)
	}
	if err := target.Break(t.Context(), contract.OfReplica(contract.ReplicaKilled, "app-1")); err != nil {
		t.Errorf("204: %v", err)
	}
	v, err := target.View(t.Context())
	if err != nil || v.Redis.Asked() != 8 || v.Redis.KeyCount["session"] != 3 || len(v.Replicas) != 1 || v.Replicas[0].SessionCount != 2 {
		t.Errorf("%+v, %v", v, err)
	}
	for _, address := range []string{"", "embedded", "127.0.0.1:8080", "ftp://host", "http://"} {
		if _, err := contract.NewRemote(address); err == nil {
			t.Errorf("%q was taken for the address of a lab", address)
		}
	}
}

// A run that is cut off must still be able to clean up: what it cancels is its own requests, and none that come after.
func TestACancelledControlTakesNoOtherWithIt(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	defer server.Close()
	target, err := contract.NewRemote(server.URL)
	testkit.Must(t, err)
	for i := range 4000 {
		ctx, cancel := context.WithCancel(t.Context())
		var cut sync.WaitGroup
		for range 4 {
			cut.Go(func() { target.Flush(ctx) })
		}
		time.AfterFunc(time.Duration(i%100)*10*time.Microsecond, cancel) // before, while and after they are answered
		for range 3 {
			if err := target.Reset(t.Context()); err != nil {
				t.Fatal(i, err)
			}
		}
		cut.Wait()
	}
}
