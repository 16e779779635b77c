package token_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"authlab/token"
)

// manyMembers returns a token whose payload names so many things, signed by nobody.
func manyMembers(b *setup, n int) string {
	var payload strings.Builder
	payload.WriteString(`{"sub":"alice"`)
	for i := range n {
		fmt.Fprintf(&payload, `,"%s":1`, strconv.FormatInt(int64(36+i), 36))
	}
	payload.WriteString("}")
	encode := base64.RawURLEncoding.EncodeToString
	header := fmt.Sprintf(`{"alg":%q,"kid":%q,"typ":"at+jwt"}`, b.key.Algorithm(), b.key.ID())
	return encode([]byte(header)) + "." + encode([]byte(payload.String())) + "." + encode(make([]byte, 64))
}

// What a forged token costs before it is refused: it may grow with the token's length, and not with its square.
func BenchmarkForgedToken(b *testing.B) {
	s := newSetup(b, token.HS256) // whose signature is checked fastest
	for _, members := range []int{10, 107, 215, 430, 850} {
		forged := manyMembers(s, members)
		b.Run(fmt.Sprintf("members=%d/bytes=%d", members, len(forged)), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := s.Verify(forged); !errors.Is(err, token.ErrSignature) {
					b.Fatal(err)
				}
			}
		})
	}
}
