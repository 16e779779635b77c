package contract_test

import (
	"maps"
	"slices"
	"testing"

	"authlab/lab/contract"
)

func TestServerTimingIsReadEntryByEntry(t *testing.T) {
	for name, tt := range map[string]struct {
		headers []string
		want    contract.Timing
	}{
		"none":                  {nil, nil},
		"an empty header":       {[]string{"", " , "}, nil},
		"a name alone":          {[]string{"cache"}, contract.Timing{{Name: "cache"}}},
		"whole":                 {[]string{`store;desc="redis GETEX";dur=0.25`}, contract.Timing{{"store", "redis GETEX", 0.25}}},
		"another order":         {[]string{`store;dur=0.25;desc=redis`}, contract.Timing{{"store", "redis", 0.25}}},
		"two headers":           {[]string{"a;dur=1, b;dur=2", "a;dur=3"}, contract.Timing{{"a", "", 1}, {"b", "", 2}, {"a", "", 3}}},
		"no space":              {[]string{"a;dur=1,b;dur=2"}, contract.Timing{{"a", "", 1}, {"b", "", 2}}},
		"a comma in quotes":     {[]string{`store;desc="redis SET, ZADD";dur=1`}, contract.Timing{{"store", "redis SET, ZADD", 1}}},
		"a semicolon in quotes": {[]string{`hash;desc="argon2id; t=2";dur=30`}, contract.Timing{{"hash", "argon2id; t=2", 30}}},
		"no number":             {[]string{`hash;dur=long`}, contract.Timing{{Name: "hash"}}},
	} {
		if got := contract.ParseServerTiming(tt.headers...); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
	}
}

func TestServerTimingIsCountedAndAddedUp(t *testing.T) {
	timing := contract.ParseServerTiming(`hash;desc="password hash (argon2id)";dur=30.5, store;desc="redis GETEX";dur=0.25`, `store;desc="redis SET";dur=0.5`)
	if got := timing.Count(); !maps.Equal(got, map[string]int{"hash": 1, "store": 2}) {
		t.Errorf("counted %v", got)
	}
	if timing.MS("hash") != 30.5 || timing.MS("store") != 0.75 || timing.MS("users") != 0 {
		t.Errorf("added up %v", timing)
	}
	if got := (contract.Timing)(nil).Count(); got != nil {
		t.Errorf("nothing counts %v", got)
	}
}
