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

// A signedText is a JWS in compact form (RFC 7515, section 7.1), decoded. Its signature was not checked yet.
type signedText struct {
	payload   []byte
	signed    string // what the signature is about: header and payload as the token spells them
	signature []byte
}

// decode decodes an access token, and checks neither signature nor claims.
func decode(token string) (header, *Claims, signedText, error) {
	var h header
	t, err := decodeSigned(token, h.fields())
	if err != nil {
		return h, nil, t, err
	}
	if !isType(h.Type, mediaType) {
		return h, nil, t, fmt.Errorf("%w: typ is %.20q and not %q", ErrFormat, h.Type, mediaType)
	}
	claims := &Claims{}
	if _, err := readObject(t.payload, claims.fields()); err != nil {
		return h, nil, t, fmt.Errorf("%w: the payload is %w", ErrFormat, err)
	}
	return h, claims, t, nil
}

func (h *header) fields() []field {
	return []field{{"alg", &h.Algorithm}, {"kid", &h.KeyID}, {"typ", &h.Type}}
}

// decodeSigned decodes a JWS, and reads its header into fields. It refuses what JWT libraries accept and should not:
//
//   - line breaks: Go's base64 skips them even when it is strict, so one token would have many spellings;
//   - a name that is twice in an object: two parsers can read two different tokens (RFC 7515 and RFC 7519, section 4);
//   - crit: a recipient that does not know an extension must refuse the token (RFC 7515, section 4.1.11);
//   - every header but those fields: a key comes from where the caller says, and never from a token's jku or x5c.
func decodeSigned(token string, fields []field) (signedText, error) {
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
	others, err := readObject(texts[0], fields)
	if err != nil {
		return signedText{}, fmt.Errorf("%w: the header is %w", ErrFormat, err)
	}
	if len(others) > 0 {
		return signedText{}, fmt.Errorf("%w: the header names %.20q, which we never write", ErrFormat, others[0])
	}
	return signedText{payload: texts[1], signed: token[:len(segments[0])+1+len(segments[1])], signature: texts[2]}, nil
}

// isType compares the typ of a header. One without a slash stands for the media type with "application/" in front (RFC
// 7515, section 4.1.9).
func isType(typ, want string) bool {
	return strings.TrimPrefix(strings.ToLower(typ), "application/") == want
}
