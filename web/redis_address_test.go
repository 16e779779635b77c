package web_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"

	"authlab/web"
)

func TestTheErrorOfABadRedisAddressDoesNotShowThePassword(t *testing.T) {
	for _, address := range []string{
		"secret", "secret@localhost", "http://:secret@localhost:6379", ":secret@localhost:6379",
		"redis://:secret@localhost:port", "redis://:sec%zzret@localhost", "redis://user:1/secret@localhost:6379",
		"redis://user:1?secret@localhost:6379", "redis://user:1#secret@localhost:6379", "redis://[secret@localhost",
		"redis://:secret@localhost/first", "redis://:secret@localhost?secret=1", "redis://:secret@localhost?db=secret",
		"redis://:secret\n@localhost", "redis://localhost?read_timeout=secret",
		"redis://:secret@localhost,localhost:port", "redis://:secret@localhost,localhost/1", "redis://:secret@one,redis://two",
		"redis+sentinel://:secret@localhost", "redis+sentinel://:secret@localhost/", "redis+sentinel://:secret@localhost/name/secret",
		"redis+sentinel://localhost/name?sentinel_password=secret&more=1", "redis+sentinel://localhost/name/0/secret",
		"unix+sentinel://:secret@localhost/name",
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
		if got := client.(*redis.Client).Options().Password; got != password {
			t.Errorf("the password is %q, want %q", got, password)
		}
		if err := client.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestAnAddressMayNameAClusterOrSentinels(t *testing.T) {
	for address, want := range map[string]string{
		"redis://user:a%2Cb@one,two:7000,three":                   "cluster [one:6379 two:7000 three:6379] user a,b false",
		"rediss://one,two":                                        "cluster [one:6379 two:6379]   true",
		"redis+sentinel://user:pass@one,two:7000/name/2":          "sentinel user pass 2 false",
		"rediss+sentinel://one/name?sentinel_password=a":          "sentinel   0 true",
		"redis://user:pass@one/2":                                 "one:6379 user pass 2 false",
		"redis+sentinel://one/name?sentinel_username=a&db=3":      "sentinel   3 false",
		"redis://one:6379,two:6379/0":                             "cluster [one:6379 two:6379]   false",
		"redis://[::1]:7000,[::1]:7001":                           "cluster [[::1]:7000 [::1]:7001]   false",
		"redis+sentinel://[::1]:26379,[::1]:26380/name":           "sentinel   0 false",
		"redis+sentinel://one/name?skip_verify=true&db=1":         "",
		"redis+sentinel://one/name/0?sentinel_password=%zzsecret": "",
	} {
		client, err := web.OpenRedis(address)
		if (err != nil) != (want == "") {
			t.Errorf("%s: %v", address, err)
		}
		if err != nil {
			continue
		}
		var got string
		switch client := client.(type) {
		case *redis.ClusterClient:
			o := client.Options()
			got = fmt.Sprintf("cluster %v %s %s %v", o.Addrs, o.Username, o.Password, o.TLSConfig != nil)
		case *redis.Client:
			o := client.Options()
			where := strings.ReplaceAll(o.Addr, "FailoverClient", "sentinel")
			got = fmt.Sprintf("%s %s %s %d %v", where, o.Username, o.Password, o.DB, o.TLSConfig != nil)
		}
		if got != want {
			t.Errorf("%s: %s, want %s", address, got, want)
		}
		if err := client.Close(); err != nil {
			t.Error(err)
		}
	}
}
