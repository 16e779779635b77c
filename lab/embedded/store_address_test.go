package embedded_test

import (
	"strings"
	"testing"

	"authlab/lab/embedded"
)

func TestTheErrorOfABadRedisAddressDoesNotShowThePassword(t *testing.T) {
	for _, address := range []string{
		"secret", ":secret@localhost", "redis://:secret@localhost:port", "redis://user:1/secret@localhost:6379",
		"redis://user:1#secret@localhost", "rediss://:secret@localhost:6379", "secret://localhost:6379",
		"rediss://secret@localhost:6379", "redis://:secret@127.0.0.1:1",
	} {
		lab, err := embedded.Start(t.Context(), embedded.Config{Listen: "127.0.0.1:0", Replicas: 1, Redis: address})
		if err == nil {
			t.Errorf("%q is taken", address)
			_ = lab.Close()
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: the error shows the password: %v", address, err)
		}
	}
}
