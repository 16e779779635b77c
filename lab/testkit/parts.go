package testkit

import (
	"fmt"
	"os"
	"testing"
)

// Missing ends a test that this machine lacks a part for, like a Redis, a PostgreSQL or a browser, and says why. The test is
// skipped, and fails if the environment variable AUTHLAB_TEST_PARTS is all.
func Missing(t testing.TB, why any) {
	t.Helper()
	if os.Getenv("AUTHLAB_TEST_PARTS") == "all" {
		t.Fatalf("%v, and nothing may be left out", why)
	}
	t.Skip(why)
}

// Named returns what an environment variable names: the address of a part.
func Named(t testing.TB, variable string) string {
	t.Helper()
	address := os.Getenv(variable)
	if address == "" {
		Missing(t, fmt.Sprintf("%s names nothing to test on", variable))
	}
	return address
}
