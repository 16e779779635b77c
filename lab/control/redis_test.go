package control_test

import (
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"authlab/lab/contract"
	"authlab/lab/control"
	"authlab/lab/testkit"
	"authlab/web"
)

func TestAStoreGrowsOlderAndIsEmptiedAndOtherKeysStay(t *testing.T) {
	server := miniredis.RunT(t)
	client, err := web.OpenRedis("redis://" + server.Addr())
	testkit.Must(t, err)
	defer client.Close()
	const id = "session:0123456789abcdef0123456789abcdef"
	for key, ttl := range map[string]time.Duration{
		"authlab:" + id: time.Hour, "authlab:denied:short": time.Minute, "authlab:family:lasting": 0, "another-programs": time.Minute,
	} {
		testkit.Must(t, client.Set(t.Context(), key, "data", ttl).Err())
	}
	testkit.Must(t, control.Age(t.Context(), client, 15*time.Minute))
	if left := server.TTL("authlab:" + id); left != 45*time.Minute {
		t.Errorf("of an hour %s are left, want 45 minutes", left)
	}
	if server.Exists("authlab:denied:short") || !server.Exists("authlab:family:lasting") || server.TTL("another-programs") != time.Minute {
		t.Errorf("what is over should be gone, and the rest be there: %v", server.Keys())
	}
	view, err := control.RedisKeys(t.Context(), client)
	testkit.Must(t, err)
	if len(view.Keys) != 2 || view.KeyCount["session"] != 1 || view.KeyCount["family"] != 1 {
		t.Errorf("the picture: %+v", view)
	}
	for _, key := range view.Keys {
		if strings.Contains(id, key.Key) {
			t.Errorf("%q is shown whole", key.Key)
		}
	}
	var bytes contract.Bytes
	testkit.Must(t, control.AddRedisBytes(t.Context(), &bytes, client))
	if want := int64(len("authlab:"+id) + len("data")); bytes.ByKind["session"] != want {
		t.Errorf("the session weighs %d bytes, want %d", bytes.ByKind["session"], want)
	}
	testkit.Must(t, control.Flush(t.Context(), client))
	if keys := server.Keys(); len(keys) != 1 || keys[0] != "another-programs" {
		t.Errorf("after a flush there are %v", keys)
	}
}
