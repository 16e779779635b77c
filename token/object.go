package token

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"unicode"
	"unicode/utf8"
)

var (
	errNotObject = errors.New("not a JSON object")
	errWrongType = errors.New("a JSON object with a member of the wrong type")
	errBackslash = errors.New("ambiguous: it spells a name with a backslash")
)

// A field is where the value of one member of an object goes: a *string, or what json.Unmarshal takes.
type field struct {
	name string
	into any
}

// readObject reads a JSON object, and returns the names of the members that are not among fields. It is stricter than
// json.Unmarshal, because two parsers must not read two different tokens: a name may be there once, and in one spelling.
// Alg and alg are the same name, because encoding/json takes the one for the other, and a name with a backslash in it is
// refused: it would have to be decoded before it can be compared, and Issue writes none.
//
// It looks at the text once, where json.Unmarshal would have to be followed by a search for names.
func readObject(text []byte, fields []field) (others [][]byte, err error) {
	text = trimSpace(text)
	if !bytes.HasPrefix(text, []byte("{")) || !json.Valid(text) {
		return nil, errNotObject
	}
	var seen [16]bool // more than there are fields
	for text = trimSpace(text[1:]); text[0] != '}'; text = trimSpace(text) {
		var name, value []byte
		name, text = cutValue(text)
		value, text = cutValue(trimSpace(trimSpace(text)[1:])) // after the colon
		if text = trimSpace(text); text[0] == ',' {
			text = text[1:]
		}
		if name = name[1 : len(name)-1]; bytes.IndexByte(name, '\\') >= 0 {
			return nil, errBackslash
		}
		i := slices.IndexFunc(fields, func(f field) bool { return f.name == string(name) })
		switch {
		case i < 0:
			others = append(others, name)
		case seen[i]:
			return nil, ambiguous(name)
		default:
			seen[i] = true
			if store(value, fields[i].into) != nil {
				return nil, errWrongType
			}
		}
	}
	if name, found := duplicate(others, fields); found {
		return nil, ambiguous(name)
	}
	return others, nil
}

func ambiguous(name []byte) error {
	return fmt.Errorf("ambiguous: it names %.20q twice, or in another case", name)
}

// store is json.Unmarshal, which needs many times longer for a text of plain letters, and for a type that decodes itself.
func store(value []byte, into any) error {
	if instant, ok := into.(*Instant); ok {
		return instant.UnmarshalJSON(value)
	}
	if s, ok := into.(*string); ok && value[0] == '"' && bytes.IndexByte(value, '\\') < 0 && utf8.Valid(value) {
		*s = string(value[1 : len(value)-1])
		return nil
	}
	return json.Unmarshal(value, into)
}

// cutValue cuts the value that valid JSON begins with from what follows it.
func cutValue(text []byte) (value, rest []byte) {
	depth := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '{', '[':
			depth++
		case '"':
			for i++; text[i] != '"'; i++ {
				if text[i] == '\\' {
					i++
				}
			}
			if depth == 0 {
				return text[:i+1], text[i+1:]
			}
		case '}', ']':
			if depth--; depth == 0 {
				return text[:i+1], text[i+1:]
			}
			if depth < 0 { // of what is around a number, or a word
				return text[:i], text[i:]
			}
		case ',', ' ', '\t', '\r', '\n':
			if depth == 0 {
				return text[:i], text[i:]
			}
		}
	}
	return text, nil
}

func trimSpace(text []byte) []byte {
	for len(text) > 0 && (text[0] == ' ' || text[0] == '\t' || text[0] == '\r' || text[0] == '\n') {
		text = text[1:]
	}
	return text
}

// fewNames is more names than Issue writes.
const fewNames = 16

// duplicate returns a name that is twice in a list, or one of fields in another case. To compare each with all others is
// fastest for few, and would cost the square of their number for the many that an attacker can write into a token.
func duplicate(names [][]byte, fields []field) (name []byte, found bool) {
	if len(names) <= fewNames {
		for i, name := range names {
			same := func(other []byte) bool { return bytes.EqualFold(name, other) }
			if slices.ContainsFunc(names[:i], same) || slices.ContainsFunc(fields, func(f field) bool { return same([]byte(f.name)) }) {
				return name, true
			}
		}
		return nil, false
	}
	seen := make(map[string]bool, len(fields)+len(names))
	for _, f := range fields {
		seen[string(bytes.Map(fold, []byte(f.name)))] = true
	}
	for _, name := range names {
		folded := string(bytes.Map(fold, name))
		if seen[folded] {
			return name, true
		}
		seen[folded] = true
	}
	return nil, false
}

// fold returns the same letter for all that encoding/json takes for one another: K for k, K and the sign of kelvin.
func fold(letter rune) rune {
	first := letter
	for other := unicode.SimpleFold(letter); other != letter; other = unicode.SimpleFold(other) {
		first = min(first, other)
	}
	return first
}
