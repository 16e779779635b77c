package embedded_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"authlab/lab/contract"
	"authlab/lab/embedded"
)

func TestThePagesAreThereWithoutAnyReplicaAndAreNoRequestsOfTheirs(t *testing.T) {
	c, target := start(t, embedded.Config{})
	ctx := t.Context()
	var failed []error
	for _, replica := range []string{"app-1", "app-2", "app-3"} {
		failed = append(failed, target.Break(ctx, contract.OfReplica(contract.ReplicaKilled, replica)))
	}
	if err := errors.Join(failed...); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"/": "<!doctype html>", "/playground?lang=es": "<!doctype html>", "/inspector": "<!doctype html>",
		"/assets/walkthrough.js": "function", "/assets/schemes.json": `"session-redis"`,
	} {
		response, err := http.Get(c.URL() + path)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil || response.StatusCode != http.StatusOK || !strings.Contains(strings.ToLower(string(body)), want) || response.Header.Get("X-Served-By") != "" {
			t.Errorf("%s: %s, %v", path, response.Status, err)
		}
	}
	response, err := http.Get(c.URL() + "/livez")
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusBadGateway {
		t.Errorf("a replica answers: %s", response.Status)
	}
	view, err := target.View(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range view.Replicas {
		if r.Requests != 0 {
			t.Errorf("%s: %d requests", r.Name, r.Requests)
		}
	}
}
