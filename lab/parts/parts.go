// Package parts is for tests of what a machine may lack: a Redis, a PostgreSQL, a browser, containers. Such a test is skipped
// where its part is missing, and fails there if the environment variable AUTHLAB_TEST_PARTS is all.
package parts

import (
	"fmt"
	"os"
	"testing"
)

// Missing ends a test that this machine lacks a part for, and says why.
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
