package token

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
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

// checkFormat returns the header of a token. It refuses, before the JWT library sees the token, what that library
// accepts and should not:
//
//   - line breaks in a segment: Go's base64 skips them even when it is strict, so one token would have many spellings;
//   - a name that is twice in an object: two parsers can read two different tokens (RFC 7515 and RFC 7519, section 4);
//   - crit: a recipient that does not know an extension must refuse the token (RFC 7515, section 4.1.11);
//   - every header that Issue does not write: keys come from the keyring, and never from a token's jku, jwk or x5c.
func checkFormat(token string) (header, error) {
	if len(token) > MaxLength {
		return header{}, fmt.Errorf("%w: %d bytes, and %d is the most", ErrFormat, len(token), MaxLength)
	}
	segments := strings.Split(token, ".")
	if len(segments) != 3 {
		return header{}, fmt.Errorf("%w: %d parts, and a token has three", ErrFormat, len(segments))
	}
	for i, name := range [...]string{"header", "payload", "signature"} {
		if segments[i] == "" || strings.ContainsFunc(segments[i], notBase64URL) {
			return header{}, fmt.Errorf("%w: the %s is not base64url", ErrFormat, name)
		}
	}
	var h header
	for i, name := range [...]string{"header", "payload"} {
		text, err := base64.RawURLEncoding.Strict().DecodeString(segments[i])
		if err != nil {
			return header{}, fmt.Errorf("%w: the %s is not base64url", ErrFormat, name)
		}
		names, err := memberNames(text)
		if err != nil {
			return header{}, fmt.Errorf("%w: the %s is %w", ErrFormat, name, err)
		}
		if i > 0 {
			continue
		}
		for _, member := range names {
			if member != "alg" && member != "kid" && member != "typ" {
				return header{}, fmt.Errorf("%w: the header names %.20q, which we never write", ErrFormat, member)
			}
		}
		if err := json.Unmarshal(text, &h); err != nil {
			return header{}, fmt.Errorf("%w: a member of the header is not text", ErrFormat)
		}
	}
	if !strings.EqualFold(h.Type, mediaType) {
		return header{}, fmt.Errorf("%w: typ is %.20q and not %q", ErrFormat, h.Type, mediaType)
	}
	return h, nil
}

func notBase64URL(r rune) bool {
	switch {
	case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', r == '-', r == '_':
		return false
	}
	return true
}

// memberNames returns the names in a JSON object. It is an error if the text is no object, or if a name is in it twice,
// also in another case, because encoding/json takes Alg for alg.
func memberNames(text []byte) ([]string, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	if first, err := decoder.Token(); err != nil || first != json.Delim('{') {
		return nil, errNotObject
	}
	var names []string
	for decoder.More() {
		token, err := decoder.Token()
		if err != nil {
			return nil, errNotObject
		}
		name, _ := token.(string)
		for _, other := range names {
			if strings.EqualFold(name, other) {
				return nil, fmt.Errorf("ambiguous: it names %.20q twice", name)
			}
		}
		names = append(names, name)
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return nil, errNotObject
		}
	}
	if _, err := decoder.Token(); err != nil {
		return nil, errNotObject
	}
	return names, nil
}
