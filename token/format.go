package token

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
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
//   - line breaks: Go's base64 skips them even when it is strict, so one token would have many spellings;
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
	var parts [3][]byte
	for i, name := range [...]string{"header", "payload", "signature"} {
		var err error
		parts[i], err = base64.RawURLEncoding.Strict().DecodeString(segments[i])
		if err != nil || segments[i] == "" || strings.ContainsAny(segments[i], "\r\n") {
			return header{}, fmt.Errorf("%w: the %s is not base64url", ErrFormat, name)
		}
	}
	if _, err := memberNames(parts[1]); err != nil {
		return header{}, fmt.Errorf("%w: the payload is %w", ErrFormat, err)
	}
	names, err := memberNames(parts[0])
	if err != nil {
		return header{}, fmt.Errorf("%w: the header is %w", ErrFormat, err)
	}
	for _, name := range names {
		if name != "alg" && name != "kid" && name != "typ" {
			return header{}, fmt.Errorf("%w: the header names %.20q, which we never write", ErrFormat, name)
		}
	}
	var h header
	if err := json.Unmarshal(parts[0], &h); err != nil {
		return header{}, fmt.Errorf("%w: a member of the header is not text", ErrFormat)
	}
	// RFC 7515, section 4.1.9: a typ without a slash stands for the media type with "application/" in front.
	if strings.TrimPrefix(strings.ToLower(h.Type), "application/") != mediaType {
		return header{}, fmt.Errorf("%w: typ is %.20q and not %q", ErrFormat, h.Type, mediaType)
	}
	return h, nil
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
		if slices.ContainsFunc(names, func(other string) bool { return strings.EqualFold(name, other) }) {
			return nil, fmt.Errorf("ambiguous: it names %.20q twice", name)
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
