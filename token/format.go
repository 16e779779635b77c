package token

import (
	"encoding/base64"
	"fmt"
	"strings"
)

// MaxLength is the length of the longest token that Verify reads, in bytes.
const MaxLength = 8 << 10

// mediaType is the typ of an access token (RFC 9068, section 2.1). Requiring it keeps another kind of JWT that the same
// key signed from being used as an access token (RFC 8725, section 3.11).
const mediaType = "at+jwt"

type header struct{ Algorithm, KeyID, Type string }

// parts are the decoded parts of a token.
type parts struct {
	header    header
	claims    *Claims
	signed    string // what the signature is about: header and payload as the token spells them
	signature []byte
}

// decode decodes a token, and checks neither signature nor claims. It refuses what JWT libraries accept and should not:
//
//   - line breaks: Go's base64 skips them even when it is strict, so one token would have many spellings;
//   - a name that is twice in an object: two parsers can read two different tokens (RFC 7515 and RFC 7519, section 4);
//   - crit: a recipient that does not know an extension must refuse the token (RFC 7515, section 4.1.11);
//   - every header that Issue does not write: keys come from the keyring, and never from a token's jku, jwk or x5c.
func decode(token string) (parts, error) {
	if len(token) > MaxLength {
		return parts{}, fmt.Errorf("%w: %d bytes, and %d is the most", ErrFormat, len(token), MaxLength)
	}
	segments := strings.Split(token, ".")
	if len(segments) != 3 {
		return parts{}, fmt.Errorf("%w: %d parts, and a token has three", ErrFormat, len(segments))
	}
	var texts [3][]byte
	for i, name := range [...]string{"header", "payload", "signature"} {
		var err error
		texts[i], err = base64.RawURLEncoding.Strict().DecodeString(segments[i])
		if err != nil || segments[i] == "" || strings.ContainsAny(segments[i], "\r\n") {
			return parts{}, fmt.Errorf("%w: the %s is not base64url", ErrFormat, name)
		}
	}
	p := parts{claims: &Claims{}, signed: token[:len(segments[0])+1+len(segments[1])], signature: texts[2]}
	if _, err := readObject(texts[1], p.claims.fields()); err != nil {
		return parts{}, fmt.Errorf("%w: the payload is %w", ErrFormat, err)
	}
	others, err := readObject(texts[0], []field{{"alg", &p.header.Algorithm}, {"kid", &p.header.KeyID}, {"typ", &p.header.Type}})
	if err != nil {
		return parts{}, fmt.Errorf("%w: the header is %w", ErrFormat, err)
	}
	if len(others) > 0 {
		return parts{}, fmt.Errorf("%w: the header names %.20q, which we never write", ErrFormat, others[0])
	}
	// RFC 7515, section 4.1.9: a typ without a slash stands for the media type with "application/" in front.
	if strings.TrimPrefix(strings.ToLower(p.header.Type), "application/") != mediaType {
		return parts{}, fmt.Errorf("%w: typ is %.20q and not %q", ErrFormat, p.header.Type, mediaType)
	}
	return p, nil
}
