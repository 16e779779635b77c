package experiment

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"time"
)

// A cracking is what came of guessing the secret of a token: offline, so that no server can notice or slow it down.
type cracking struct {
	word  string // empty: none of the words
	tries int
	took  time.Duration
}

// crack tries words as the secret of a token. A token that is not signed with HS256 has no secret to guess: 0 tries.
func crack(token string, words []string) cracking {
	parts := strings.Split(token, ".")
	if len(parts) != 3 || !strings.Contains(decoded(parts[0]), `"alg":"HS256"`) {
		return cracking{}
	}
	want, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil {
		return cracking{}
	}
	start := time.Now()
	for i, word := range words {
		mac := hmac.New(sha256.New, []byte(word))
		mac.Write([]byte(parts[0] + "." + parts[1]))
		if hmac.Equal(mac.Sum(nil), want) {
			return cracking{word, i + 1, time.Since(start)}
		}
	}
	return cracking{"", len(words), time.Since(start)}
}
