package session

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"
	"unicode/utf8"
)

// Values are what handlers keep in a session, by sessions.Default(c).Set.
//
// A value comes back from every store with the type that it had. JSON by itself cannot do that: an int would come back as
// a float64, and value.(int) would panic. So a record writes the name of the type beside the value, except for the types
// that JSON has itself:
//
//	"dark"  true  1.5  null  ["a",1.5]     string  bool  float64  nil  []any
//	{"int":5}  {"time.Time":"2026-…"}      every other type that can be kept
//
// The types are bool, string, every integer and float, []byte, []string, []int, map[string]string, time.Time,
// time.Duration, nil, and []any of these. Saving another type is ErrValueType: keep its parts, or its JSON as []byte. The
// list is closed, so the bytes of a cookie or of a store cannot make the server build any other type, as encoding/gob
// would.
type Values map[string]any

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

// MarshalJSON implements json.Marshaler.
func (v Values) MarshalJSON() ([]byte, error) {
	named := make(map[string]any, len(v))
	for key, value := range v {
		var err error
		if named[key], err = withType(value); err != nil {
			return nil, fmt.Errorf("%q: %w", key, err)
		}
	}
	return json.Marshal(named)
}

// clone returns a copy that shares nothing that can be changed.
func (v Values) clone() Values {
	if v == nil {
		return nil
	}
	copied := make(Values, len(v))
	for key, value := range v {
		copied[key] = cloneValue(value)
	}
	return copied
}

func cloneValue(value any) any {
	switch value := value.(type) {
	case []byte:
		return slices.Clone(value)
	case []string:
		return slices.Clone(value)
	case []int:
		return slices.Clone(value)
	case map[string]string:
		return maps.Clone(value)
	case []any:
		list := make([]any, len(value))
		for i := range value {
			list[i] = cloneValue(value[i])
		}
		return list
	}
	return value
}

// withType returns a value as JSON will write it.
func withType(value any) (any, error) {
	switch value := value.(type) {
	case nil, bool, float64:
		return value, nil
	case string:
		return value, validText(value)
	case []any:
		list := make([]any, len(value))
		for i := range value {
			var err error
			if list[i], err = withType(value[i]); err != nil {
				return nil, err
			}
		}
		return list, nil
	case []string:
		if err := validText(value...); err != nil {
			return nil, err
		}
	}
	name := fmt.Sprintf("%T", value)
	if decoders[name] == nil {
		return nil, fmt.Errorf("%w: its type is %s", ErrValueType, name)
	}
	return map[string]any{name: value}, nil
}

// validText refuses text that JSON would silently change.
func validText(texts ...string) error {
	for _, text := range texts {
		if !utf8.ValidString(text) {
			return fmt.Errorf("%w: a string that is not UTF-8; use []byte", ErrValueType)
		}
	}
	return nil
}

// UnmarshalJSON implements json.Unmarshaler.
func (v *Values) UnmarshalJSON(text []byte) error {
	var named map[string]json.RawMessage
	if err := json.Unmarshal(text, &named); err != nil {
		return err
	}
	*v = make(Values, len(named))
	for key, value := range named {
		var err error
		if (*v)[key], err = withoutType(value); err != nil {
			return fmt.Errorf("%q: %w", key, err)
		}
	}
	return nil
}

func withoutType(text json.RawMessage) (any, error) {
	switch text = bytes.TrimSpace(text); text[0] {
	case '[':
		var list []json.RawMessage
		if err := json.Unmarshal(text, &list); err != nil {
			return nil, err
		}
		values := make([]any, len(list))
		for i := range list {
			var err error
			if values[i], err = withoutType(list[i]); err != nil {
				return nil, err
			}
		}
		return values, nil
	case '{':
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
