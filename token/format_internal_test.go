package token

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// FuzzMemberNames compares the names that readObject finds with what encoding/json reads, name by name.
func FuzzMemberNames(f *testing.F) {
	var many string
	for i := range fewNames {
		many += fmt.Sprintf(`"name-%d":0,`, i)
	}
	for _, text := range []string{
		`{}`, ` {"a":1,"b":{"a":[{"a":2}]},"c":"a\",\"a"} `, `{"a":1,"A":2}`, `{"a":1,"\u0061":2}`, `{"K":1,"` + "\u212a" + `":2}`, `{"s":1,"ſ":2}`,
		`{"\\":1,"\\\\":2,"\"":3}`, `{"":1,"":2}`, "{\"\xff\":1,\"\xfe\":2}", `[{"a":1}]`, `"a"`, `{"a":1}{"a":1}`, `{"a":1`, `{"a":[",","a"],"b":1}`, "",
	} {
		f.Add([]byte(text))
		f.Add([]byte(strings.Replace(text, "{", "{"+many, 1))) // more than are compared one by one
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		want, ok := readNames(text)
		found, err := readObject(text, nil)
		if errors.Is(err, errBackslash) {
			return
		}
		if (err == nil) != ok {
			t.Fatalf("%q: %v, want an error: %t", text, err, !ok)
		}
		var got []string
		for _, name := range found {
			got = append(got, string(bytes.Map(func(r rune) rune { return r }, name))) // encoding/json replaces what is not UTF-8
		}
		if ok && !slices.Equal(got, want) {
			t.Fatalf("%q: %q, want %q", text, got, want)
		}
	})
}

// readNames is readObject as it is easy to understand. Its cost grows with the square of the number of names.
func readNames(text []byte) (names []string, ok bool) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	if start, err := decoder.Token(); err != nil || start != json.Delim('{') || !json.Valid(text) {
		return nil, false
	}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil || slices.ContainsFunc(names, func(other string) bool { return strings.EqualFold(other, name.(string)) }) {
			return nil, false
		}
		names = append(names, name.(string))
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return nil, false
		}
	}
	return names, true
}
