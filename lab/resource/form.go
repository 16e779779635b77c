package resource

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"strings"
	"unicode"
)

// checkForm refuses what the JWT library would take although two programs may read it in two ways, and a header that home
// does not write (RFC 8725, sections 3.1 and 3.10). It trusts nothing that it reads.
func checkForm(token string) error {
	payload, err := checkParts(token)
	if err != nil {
		return err
	}
	_, err = members(payload)
	return err
}

// checkParts checks all of a token but what is in its payload, which it returns decoded.
func checkParts(token string) ([]byte, error) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil, objection("it does not have three parts")
	}
	var decoded [3][]byte
	for i, part := range parts {
		var err error
		// Go's base64 skips line breaks, so with them one token would have many spellings.
		if decoded[i], err = base64.RawURLEncoding.Strict().DecodeString(part); err != nil || part == "" || strings.ContainsAny(part, "\r\n") {
			return nil, objection("it is not base64url")
		}
	}
	header, err := members(decoded[0])
	if err != nil {
		return nil, err
	}
	for name := range header {
		if name != "alg" && name != "typ" && name != "kid" { // crit is one of these (RFC 7515, section 4.1.11)
			return nil, objection("its header has a member that home does not write")
		}
	}
	return decoded[1], nil
}

// members reads the names in a JSON object. A name that is there twice, also in another case, is refused: encoding/json
// takes the last of them, and another program the first (RFC 7519, section 4).
func members(text []byte) (map[string]bool, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	if start, err := decoder.Token(); err != nil || start != json.Delim('{') {
		return nil, objection("it is not made of JSON objects")
	}
	names, folded := map[string]bool{}, map[string]bool{}
	for decoder.More() {
		before := decoder.InputOffset()
		name, err := decoder.Token()
		if err != nil {
			return nil, objection("it is not made of JSON objects")
		}
		if bytes.IndexByte(text[before:decoder.InputOffset()], '\\') >= 0 {
			return nil, objection("it spells a name with a backslash, which home never does")
		}
		plain, _ := name.(string)
		same := strings.Map(smallestFold, plain)
		if folded[same] {
			return nil, objection("it says one thing twice")
		}
		folded[same], names[plain] = true, true
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return nil, objection("it is not made of JSON objects")
		}
	}
	if _, err := decoder.Token(); err != nil {
		return nil, objection("it is not made of JSON objects")
	}
	return names, nil
}

// smallestFold is the same for all letters that encoding/json takes for one another: K, k and the sign for kelvin.
func smallestFold(letter rune) rune {
	smallest := letter
	for other := unicode.SimpleFold(letter); other != letter; other = unicode.SimpleFold(other) {
		smallest = min(smallest, other)
	}
	return smallest
}
