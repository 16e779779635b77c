package embedded_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"authlab/lab/contract"
	"authlab/lab/embedded"
	"authlab/lab/testkit"
)

func TestThePagesAreThereWithoutAnyReplicaAndAreNoRequestsOfTheirs(t *testing.T) {
	c, target := start(t, embedded.Config{})
	ctx := t.Context()
	var failed []error
	for _, replica := range []string{"app-1", "app-2", "app-3"} {
		failed = append(failed, target.Break(ctx, contract.OfReplica(contract.ReplicaKilled, replica)))
	}
	testkit.Must(t, errors.Join(failed...))
	for path, want := range map[string]string{
		"/": "<!doctype html>", "/playground?lang=es": "<!doctype html>", "/inspector": "<!doctype html>",
		"/assets/walkthrough.js": "function", "/assets/schemes.json": `"session-redis"`,
	} {
		page := testkit.Send(t, http.MethodGet, c.URL()+path, "")
		if page.StatusCode != http.StatusOK || !strings.Contains(strings.ToLower(page.Text), want) || page.Header.Get("X-Served-By") != "" {
			t.Errorf("%s: %s", path, page.Status)
		}
	}
	if response := testkit.Send(t, http.MethodGet, c.URL()+"/livez", ""); response.StatusCode != http.StatusBadGateway {
		t.Errorf("a replica answers: %s", response.Status)
	}
	view, err := target.View(ctx)
	testkit.Must(t, err)
	for _, r := range view.Replicas {
		if r.Requests != 0 {
			t.Errorf("%s: %d requests", r.Name, r.Requests)
		}
	}
}
