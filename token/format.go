package token

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// MaxLength is the length of the longest token that Verify reads, in bytes.
const MaxLength = 8 << 10

// mediaType is the typ of an access token (RFC 9068, section 2.1). Requiring it keeps another kind of JWT that the same
// key signed from being used as an access token (RFC 8725, section 3.11).
const mediaType = "at+jwt"

var (
	errNotObject = errors.New("not a JSON object")
	errWrongType = errors.New("a JSON object with a member of the wrong type")
	errBackslash = errors.New("ambiguous: it spells a name with a backslash")
)

type header struct {
	Algorithm string `json:"alg"`
	KeyID     string `json:"kid"`
	Type      string `json:"typ"`
}

// A signedText is a JWS in compact form (RFC 7515, section 7.1), decoded. Its signature was not checked yet.
type signedText struct {
	payload   []byte
	signed    string // what the signature is about: header and payload as the token spells them
	signature []byte
}

// decode decodes an access token, and checks neither signature nor claims.
func decode(token string) (header, *Claims, signedText, error) {
	var h header
	t, err := decodeSigned(token, &h, "alg", "kid", "typ")
	if err != nil {
		return h, nil, t, err
	}
	if !isType(h.Type, mediaType) {
		return h, nil, t, fmt.Errorf("%w: typ is %.20q and not %q", ErrFormat, h.Type, mediaType)
	}
	claims := &Claims{}
	if _, err := decodeObject(t.payload, claims); err != nil {
		return h, nil, t, fmt.Errorf("%w: the payload is %w", ErrFormat, err)
	}
	return h, claims, t, nil
}

// decodeSigned decodes a JWS, and its header into what it is given. It refuses what JWT libraries accept and should not:
//
//   - line breaks: Go's base64 skips them even when it is strict, so one token would have many spellings;
//   - a name that is twice in an object: two parsers can read two different tokens (RFC 7515 and RFC 7519, section 4);
//   - crit: a recipient that does not know an extension must refuse the token (RFC 7515, section 4.1.11);
//   - every header but those that are named: a key comes from where the caller says, and never from a token's jku or x5c.
func decodeSigned(token string, header any, names ...string) (signedText, error) {
	if len(token) > MaxLength {
		return signedText{}, fmt.Errorf("%w: %d bytes, and %d is the most", ErrFormat, len(token), MaxLength)
	}
	segments := strings.Split(token, ".")
	if len(segments) != 3 {
		return signedText{}, fmt.Errorf("%w: %d parts, and a token has three", ErrFormat, len(segments))
	}
	var texts [3][]byte
	for i, name := range [...]string{"header", "payload", "signature"} {
		var err error
		texts[i], err = base64.RawURLEncoding.Strict().DecodeString(segments[i])
		if err != nil || segments[i] == "" || strings.ContainsAny(segments[i], "\r\n") {
			return signedText{}, fmt.Errorf("%w: the %s is not base64url", ErrFormat, name)
		}
	}
	found, err := decodeObject(texts[0], header)
	if err != nil {
		return signedText{}, fmt.Errorf("%w: the header is %w", ErrFormat, err)
	}
	for _, name := range found {
		if !slices.Contains(names, string(name)) {
			return signedText{}, fmt.Errorf("%w: the header names %.20q, which we never write", ErrFormat, name)
		}
	}
	return signedText{payload: texts[1], signed: token[:len(segments[0])+1+len(segments[1])], signature: texts[2]}, nil
}

// isType compares the typ of a header. One without a slash stands for the media type with "application/" in front (RFC
// 7515, section 4.1.9).
func isType(typ, want string) bool {
	return strings.TrimPrefix(strings.ToLower(typ), "application/") == want
}

// decodeObject decodes a JSON object and returns the names of its members. It is an error if the text is no object, if a
// member has the wrong type, or if a name is in it twice, also in another case, because encoding/json takes Alg for alg.
func decodeObject(text []byte, into any) (names [][]byte, err error) {
	var syntax *json.SyntaxError
	err = json.Unmarshal(text, into)
	switch {
	case errors.As(err, &syntax), !bytes.HasPrefix(bytes.TrimLeft(text, " \t\r\n"), []byte("{")):
		return nil, errNotObject
	case err != nil:
		return nil, errWrongType
	}
	names, err = memberNames(text)
	if err != nil {
		return nil, err
	}
	if name, found := duplicate(names); found {
		return nil, fmt.Errorf("ambiguous: it names %.20q twice", name)
	}
	return names, nil
}

// fewNames is more names than Issue writes.
const fewNames = 16

// duplicate returns a name that is twice in a list, also in another case. To compare each with all others is fastest for
// few, and would cost the square of their number for the many that an attacker can write into a token.
func duplicate(names [][]byte) (name []byte, found bool) {
	if len(names) <= fewNames {
		for i, name := range names {
			if slices.ContainsFunc(names[:i], func(other []byte) bool { return bytes.EqualFold(name, other) }) {
				return name, true
			}
		}
		return nil, false
	}
	seen := make(map[string]bool, len(names))
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

// memberNames returns the names of an object's members, and not those of the objects in it. The text is valid JSON: what
// stands between two quotation marks is a string, and a name is a string that does not follow a colon. A name that is
// spelled with a backslash is an error: it would have to be decoded before it can be compared, and Issue writes none.
func memberNames(object []byte) (names [][]byte, err error) {
	names = make([][]byte, 0, 10) // an access token has nine
	depth, previous := 0, byte(0) // previous is the last byte that is not white space
	for i := 0; i < len(object); i++ {
		switch object[i] {
		case ' ', '\t', '\r', '\n':
			continue
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		case '"':
			start := i + 1
			for i++; object[i] != '"'; i++ {
				if object[i] == '\\' {
					i++
				}
			}
			if depth != 1 || previous == ':' {
				break
			}
			name := object[start:i]
			if bytes.IndexByte(name, '\\') >= 0 {
				return nil, errBackslash
			}
			names = append(names, name)
		}
		previous = object[i]
	}
	return names, nil
}
