package web_test

import (
	"net/url"
	"strings"
	"testing"

	"authlab/web"
)

func TestTheErrorOfABadRedisAddressDoesNotShowThePassword(t *testing.T) {
	for _, address := range []string{
		"secret", "secret@localhost", "http://:secret@localhost:6379", ":secret@localhost:6379",
		"redis://:secret@localhost:port", "redis://:sec%zzret@localhost", "redis://user:1/secret@localhost:6379",
		"redis://user:1?secret@localhost:6379", "redis://user:1#secret@localhost:6379", "redis://[secret@localhost",
		"redis://:secret@localhost/first", "redis://:secret@localhost?secret=1", "redis://:secret@localhost?db=secret",
		"redis://:secret\n@localhost", "redis://localhost?read_timeout=secret",
	} {
		client, err := web.OpenRedis(address)
		if err == nil || client != nil {
			t.Errorf("%q is taken", address)
			continue
		}
		if strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "zzret") {
			t.Errorf("%q: the error shows the password: %v", address, err)
		}
	}
	for _, password := range []string{"plain", "a/b", "a?b", "a#b", "a@b", "a%b", "a:b"} {
		client, err := web.OpenRedis((&url.URL{Scheme: "redis", User: url.UserPassword("user", password), Host: "localhost:6379"}).String())
		if err != nil {
			t.Errorf("%q, percent-encoded: %v", password, err)
			continue
		}
		if got := client.Options().Password; got != password {
			t.Errorf("the password is %q, want %q", got, password)
		}
		if err := client.Close(); err != nil {
			t.Error(err)
		}
	}
}
