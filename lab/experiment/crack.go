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
	input, signature, ok := cutLast(token, ".")
	head, _, _ := strings.Cut(token, ".")
	if !ok || !strings.Contains(decoded(head), `"alg":"HS256"`) {
		return cracking{}
	}
	want, err := base64.RawURLEncoding.DecodeString(signature)
	if err != nil {
		return cracking{}
	}
	start := time.Now()
	for i, word := range words {
		mac := hmac.New(sha256.New, []byte(word))
		mac.Write([]byte(input))
		if hmac.Equal(mac.Sum(nil), want) {
			return cracking{word, i + 1, time.Since(start)}
		}
	}
	return cracking{"", len(words), time.Since(start)}
}

func cutLast(text, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(text, sep); i >= 0 {
		return text[:i], text[i+len(sep):], true
	}
	return text, "", false
}
