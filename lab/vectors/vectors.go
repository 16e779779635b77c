// Package vectors holds what others say about signed tokens against what a service says: Project Wycheproof's vectors, and the
// examples of RFC 7515, 7520 and 8037. The vectors of Wycheproof are embedded, a hundred megabytes, so only tests import this
// package.
package vectors

import (
	"embed"
	"encoding/json"
	"io/fs"
	"testing"

	"github.com/c2sp/wycheproof"
)

// The files of vectors about signatures and their keys. RFC holds the examples of RFC 7515, 8037, and 7520, section 4.5; the
// others of RFC 7520 are in Signature. All four have the same form.
const (
	Signature = "json_web_signature_test.json"
	Crypto    = "json_web_crypto_test.json"
	Key       = "json_web_key_test.json"
	RFC       = "rfc.json"
)

//go:embed rfc.json
var examples embed.FS

// A Deviation is a list of vectors of which a service does not say what others say, and why.
type Deviation struct {
	File   string
	IDs    []int // the tcId of each
	Reason string
}

// A Checker verifies a signed text. Its key is a JWK or a JWK Set, with the private half of each.
type Checker func(key json.RawMessage, jws string) error

// Run asks check about every vector, and says how many were agreed on. A vector on which check differs has to be a deviation,
// and every deviation has to be one. Encrypted texts are left out, and the vectors with a key that skip tells.
func Run(t *testing.T, check Checker, skip func(key json.RawMessage) bool, deviations []Deviation) {
	for _, file := range []string{Signature, Crypto, Key, RFC} {
		t.Run(file, func(t *testing.T) {
			differs := map[int]bool{} // what is said to differ, and did not yet
			for _, d := range deviations {
				for _, id := range d.IDs {
					if d.File == file {
						differs[id] = true
					}
				}
			}
			agreed, total := 0, 0
			for _, group := range read(t, file) {
				for _, test := range group.Tests {
					if test.JWS == nil || skip(group.Key) {
						continue
					}
					total++
					err := check(group.Key, string(*test.JWS))
					agrees := (err == nil) == (test.Result == "valid")
					if agrees {
						agreed++
					}
					if agrees == differs[test.ID] {
						t.Errorf("%d (%s, %s) is %s, and we say: %v; a deviation on the list: %t", test.ID, group.Comment, test.Comment, test.Result, err, differs[test.ID])
					}
					delete(differs, test.ID)
				}
			}
			if len(differs) > 0 || agreed == 0 {
				t.Errorf("%d were agreed on, and these deviations are of vectors that were not asked: %v", agreed, differs)
			}
			t.Logf("%s: %d of %d agreed", file, agreed, total)
		})
	}
}

type group struct {
	Comment string          `json:"comment"`
	Key     json.RawMessage `json:"private"`
	Tests   []struct {
		ID      int    `json:"tcId"`
		Comment string `json:"comment"`
		JWS     *jws   `json:"jws"`
		Result  string `json:"result"`
	} `json:"tests"`
}

func read(t *testing.T, file string) []group {
	t.Helper()
	source := wycheproof.TestVectors
	if file == RFC {
		source = examples
	}
	text, err := fs.ReadFile(source, file)
	if err != nil {
		t.Fatal(err)
	}
	var vectors struct {
		Groups []group `json:"testGroups"`
	}
	if err := json.Unmarshal(text, &vectors); err != nil {
		t.Fatal(err)
	}
	return vectors.Groups
}

// A jws in the JSON serialization is taken as it is written.
type jws string

func (j *jws) UnmarshalJSON(text []byte) error {
	if text[0] == '"' {
		return json.Unmarshal(text, (*string)(j))
	}
	*j = jws(text)
	return nil
}

// AsSet returns a JWK Set as it is, and a JWK as a set of one.
func AsSet(key json.RawMessage) json.RawMessage {
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if json.Unmarshal(key, &set) == nil && set.Keys != nil {
		return key
	}
	return append(append([]byte(`{"keys":[`), key...), "]}"...)
}
