package token

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode"
)

// MaxLength is the length of the longest token that Verify reads, in bytes.
const MaxLength = 8 << 10

// mediaType is the typ of an access token (RFC 9068, section 2.1). Requiring it keeps another kind of JWT that the same
// key signed from being used as an access token (RFC 8725, section 3.11).
const mediaType = "at+jwt"

var errNotObject = errors.New("not a JSON object")

type header struct {
	Algorithm string `json:"alg"`
	KeyID     string `json:"kid"`
	Type      string `json:"typ"`
}

// A split is a token, taken apart. Nothing in it is to be trusted before the signature is checked.
type split struct {
	header
	claims    Claims
	signed    string // what the signature is of
	signature []byte
}

// splitToken takes a token apart. An attacker can have written it, so what this costs must not grow faster than the length of
// the token. It refuses what the JWT library accepts and should not:
//
//   - line breaks: Go's base64 skips them even when it is strict, so one token would have many spellings;
//   - a name that is twice in an object: two parsers can read two different tokens (RFC 7515 and RFC 7519, section 4);
//   - crit: a recipient that does not know an extension must refuse the token (RFC 7515, section 4.1.11);
//   - every header that Issue does not write: keys come from the keyring, and never from a token's jku, jwk or x5c.
func splitToken(token string) (split, error) {
	if len(token) > MaxLength {
		return split{}, fmt.Errorf("%w: %d bytes, and %d is the most", ErrFormat, len(token), MaxLength)
	}
	segments := strings.Split(token, ".")
	if len(segments) != 3 {
		return split{}, fmt.Errorf("%w: %d parts, and a token has three", ErrFormat, len(segments))
	}
	var parts [3][]byte
	for i, name := range [...]string{"header", "payload", "signature"} {
		var err error
		parts[i], err = base64.RawURLEncoding.Strict().DecodeString(segments[i])
		if err != nil || segments[i] == "" || strings.ContainsAny(segments[i], "\r\n") {
			return split{}, fmt.Errorf("%w: the %s is not base64url", ErrFormat, name)
		}
	}
	if _, err := memberNames(parts[1]); err != nil {
		return split{}, fmt.Errorf("%w: the payload is %w", ErrFormat, err)
	}
	names, err := memberNames(parts[0])
	if err != nil {
		return split{}, fmt.Errorf("%w: the header is %w", ErrFormat, err)
	}
	for _, name := range names {
		if name != "alg" && name != "kid" && name != "typ" {
			return split{}, fmt.Errorf("%w: the header names %.20q, which we never write", ErrFormat, name)
		}
	}
	var h header
	if err := json.Unmarshal(parts[0], &h); err != nil {
		return split{}, fmt.Errorf("%w: a member of the header is not text", ErrFormat)
	}
	// RFC 7515, section 4.1.9: a typ without a slash stands for the media type with "application/" in front.
	if strings.TrimPrefix(strings.ToLower(h.Type), "application/") != mediaType {
		return split{}, fmt.Errorf("%w: typ is %.20q and not %q", ErrFormat, h.Type, mediaType)
	}
	t := split{header: h, signed: token[:len(segments[0])+1+len(segments[1])], signature: parts[2]}
	if err := json.Unmarshal(parts[1], &t.claims); err != nil {
		return split{}, fmt.Errorf("%w: it cannot be decoded", ErrFormat)
	}
	return t, nil
}

// memberNames returns the names in a JSON object. It is an error if the text is no object, or if a name is in it twice,
// also in another case, because encoding/json takes Alg for alg.
func memberNames(text []byte) ([]string, error) {
	if text = bytes.TrimLeft(text, " \t\r\n"); !json.Valid(text) || text[0] != '{' {
		return nil, errNotObject
	}
	// The text is valid, so a string of this object that does not follow a colon is a name.
	var names []string
	seen := map[string]bool{} // by folded name, so that many names do not cost the square of their number
	depth, before := 0, byte(0)
	for i := 0; i < len(text); i++ {
		switch c := text[i]; c {
		case '{', '[':
			depth++
			before = c
		case '}', ']':
			depth--
		case ',', ':':
			before = c
		case '"':
			end := i + 1
			for ; text[end] != '"'; end++ {
				if text[end] == '\\' {
					end++
				}
			}
			if depth == 1 && before != ':' {
				name, err := unquote(text[i : end+1])
				if err != nil {
					return nil, errNotObject
				}
				folded := strings.Map(fold, name)
				if seen[folded] {
					return nil, fmt.Errorf("ambiguous: it names %.20q twice", name)
				}
				seen[folded] = true
				names = append(names, name)
			}
			i = end
		}
	}
	return names, nil
}

// unquote returns the text of a JSON string.
func unquote(quoted []byte) (text string, err error) {
	if bytes.IndexByte(quoted, '\\') < 0 {
		return string(quoted[1 : len(quoted)-1]), nil
	}
	err = json.Unmarshal(quoted, &text)
	return text, err
}

// fold returns the same letter for all that strings.EqualFold takes for one another: k for k, K and the sign of kelvin.
func fold(letter rune) rune {
	first := letter
	for other := unicode.SimpleFold(letter); other != letter; other = unicode.SimpleFold(other) {
		first = min(first, other)
	}
	if 'A' <= first && first <= 'Z' {
		return first - 'A' + 'a' // as most names are written, so that they need not be copied
	}
	return first
}
