package experiment

import (
	"encoding/base64"
	"net/http"
	"strings"
)

// wrongCredentialsGot says what it means if credentials that are wrong got these statuses. With 403 a server says no to a
// user whom it knows, so it has accepted the credential, as it has with 200.
func wrongCredentialsGot(seen map[int]int) Meaning {
	switch {
	case seen[http.StatusOK]+seen[http.StatusForbidden] > 0:
		return Dangerous
	case len(seen) == 1 && seen[http.StatusUnauthorized] > 0:
		return Kept
	}
	return ""
}

// tampered makes many wrong credentials out of a right one.
func tampered(scheme, credential string) []string {
	if scheme == Basic {
		return []string{credential[:len(credential)-1], "W" + credential[1:]} // each costs a password hash
	}
	var changed []string
	for i := range len(credential) {
		// Every character of an ID; of what is long, every fifth, and the last of each part, whose spare bits a lenient
		// decoder would not look at.
		last := i == len(credential)-1 || credential[i+1] == '.' || credential[i+1] == '='
		if credential[i] == '.' || (len(credential) > 64 && i%5 != 0 && !last) {
			continue
		}
		changed = append(changed, credential[:i]+neighbour(credential[i])+credential[i+1:])
	}
	return append(changed, edited(credential)...)
}

// neighbour is the character whose value in base64url differs in the lowest bit.
func neighbour(c byte) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	i := strings.IndexByte(alphabet, c)
	if i < 0 {
		return "A"
	}
	return alphabet[i^1 : i^1+1]
}

// edited gives the user another role, where the credential says what roles they have, and keeps the signature.
func edited(credential string) []string {
	const have, want = `"admin"`, `"owner"`
	if parts := strings.Split(credential, "."); len(parts) == 3 && strings.Contains(decoded(parts[1]), have) {
		payload := strings.Replace(decoded(parts[1]), have, want, 1)
		return []string{parts[0] + "." + base64.RawURLEncoding.EncodeToString([]byte(payload)) + "." + parts[2]}
	}
	outer := strings.SplitN(decoded(credential), "|", 3)
	if len(outer) == 3 && strings.Contains(decoded(outer[1]), have) {
		outer[1] = base64.URLEncoding.EncodeToString([]byte(strings.Replace(decoded(outer[1]), have, want, 1)))
		return []string{base64.URLEncoding.EncodeToString([]byte(strings.Join(outer, "|")))}
	}
	return nil
}
