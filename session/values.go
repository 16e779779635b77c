package session

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"time"
	"unicode/utf8"
)

// Values are what handlers keep in a session, by sessions.Default(c).Set: the JSON of each value, by its name.
//
// A value comes back from every store with the type that it had. JSON by itself cannot do that: an int would come back as
// a float64, and value.(int) would panic. So the name of the type stands beside the value, except for the types that JSON
// has itself:
//
//	"dark"  true  1.5  null  ["a",1.5]     string  bool  float64  nil  []any
//	{"int":5}  {"time.Time":"2026-…"}      every other type that can be kept
//
// The types are bool, string, every integer and float, []byte, []string, []int, map[string]string, time.Time,
// time.Duration, nil, and []any of these. Saving another type is ErrValueType: keep its parts, or its JSON as []byte. The
// list is closed, so the bytes of a cookie or of a store cannot make the server build any other type, as encoding/gob
// would.
type Values map[string]json.RawMessage

// decoders are the types that JSON does not have, by their names in Go.
var decoders = map[string]func([]byte) (any, error){
	"int": as[int], "int8": as[int8], "int16": as[int16], "int32": as[int32], "int64": as[int64],
	"uint": as[uint], "uint8": as[uint8], "uint16": as[uint16], "uint32": as[uint32], "uint64": as[uint64],
	"float32": as[float32], "[]uint8": as[[]byte], "[]string": as[[]string], "[]int": as[[]int],
	"map[string]string": as[map[string]string], "time.Time": as[time.Time], "time.Duration": as[time.Duration],
}

func as[T any](text []byte) (any, error) {
	var value T
	err := json.Unmarshal(text, &value)
	return value, err
}

// EncodeValues encodes the values of a gorilla session. Their names have to be strings.
func EncodeValues(values map[any]any) (Values, error) {
	encoded := make(Values, len(values))
	for key, value := range values {
		name, ok := key.(string)
		if !ok {
			return nil, fmt.Errorf("%w: its name %v is no string", ErrValueType, key)
		}
		var err error
		if encoded[name], err = encode(value); err != nil {
			return nil, fmt.Errorf("%q: %w", name, err)
		}
	}
	return encoded, nil
}

// Decode is the reverse of EncodeValues.
func (v Values) Decode() (map[any]any, error) {
	values := make(map[any]any, len(v))
	for name, text := range v {
		var err error
		if values[name], err = decode(text); err != nil {
			return nil, fmt.Errorf("%q: %w", name, err)
		}
	}
	return values, nil
}

func encode(value any) (json.RawMessage, error) {
	switch value.(type) {
	case string, []string, map[string]string:
		if !utf8.ValidString(fmt.Sprint(value)) { // JSON would silently change it
			return nil, fmt.Errorf("%w: a string that is not UTF-8; use []byte", ErrValueType)
		}
	}
	switch value := value.(type) {
	case nil, bool, float64, string:
		return json.Marshal(value)
	case []any:
		list := make([]json.RawMessage, len(value))
		for i := range value {
			var err error
			if list[i], err = encode(value[i]); err != nil {
				return nil, err
			}
		}
		return json.Marshal(list)
	}
	name := fmt.Sprintf("%T", value)
	if decoders[name] == nil {
		return nil, fmt.Errorf("%w: its type is %s", ErrValueType, name)
	}
	return json.Marshal(map[string]any{name: value})
}

func decode(text json.RawMessage) (any, error) {
	text = bytes.TrimSpace(text)
	switch {
	case bytes.HasPrefix(text, []byte("[")):
		var list []json.RawMessage
		if err := json.Unmarshal(text, &list); err != nil {
			return nil, err
		}
		values := make([]any, len(list))
		for i := range list {
			var err error
			if values[i], err = decode(list[i]); err != nil {
				return nil, err
			}
		}
		return values, nil
	case bytes.HasPrefix(text, []byte("{")):
		var named map[string]json.RawMessage
		if err := json.Unmarshal(text, &named); err != nil {
			return nil, err
		}
		for name, value := range named {
			if decode := decoders[name]; decode != nil && len(named) == 1 {
				return decode(value)
			}
		}
		return nil, fmt.Errorf("%w: %.60s", ErrValueType, text)
	}
	return as[any](text)
}

// merge makes the changes of one request in the newest values: those by which wanted differs from shown. The values that
// other requests changed in the meantime stay. ErrConflict: they changed one of the same, also if both made the same of
// it, because two requests that count 1 have to make 2.
func merge(newest, shown, wanted Values) (Values, error) {
	merged, names := Values{}, Values{}
	maps.Copy(merged, newest)
	maps.Copy(names, shown)
	maps.Copy(names, wanted)
	for name := range names {
		if bytes.Equal(shown[name], wanted[name]) {
			continue
		}
		if !bytes.Equal(newest[name], shown[name]) {
			return nil, fmt.Errorf("the value %q: %w", name, ErrConflict)
		}
		if merged[name] = wanted[name]; wanted[name] == nil {
			delete(merged, name)
		}
	}
	return merged, nil
}
