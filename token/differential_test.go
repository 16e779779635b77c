package token_test

import (
	"errors"
	"reflect"
	"testing"

	"github.com/golang-jwt/jwt/v5"

	"authlab/token"
)

// libraryReads is what golang-jwt reads by itself in a token, with the same requirements.
func libraryReads(b *setup, text string) (token.Claims, error) {
	parser := jwt.NewParser(
		jwt.WithValidMethods([]string{b.key.Algorithm()}), jwt.WithStrictDecoding(), jwt.WithExpirationRequired(), jwt.WithIssuedAt(),
		jwt.WithIssuer(token.DefaultIssuer), jwt.WithAudience(token.DefaultAudience), jwt.WithTimeFunc(b.clock),
	)
	var claims token.Claims
	_, err := parser.ParseWithClaims(text, &claims, func(t *jwt.Token) (any, error) {
		if t.Header["kid"] != b.key.ID() {
			return nil, errors.New("unknown kid")
		}
		return b.private, nil // of HS256: the same secret signs and verifies
	})
	return claims, err
}

// checkAgainstLibrary verifies a token with both. What Verify accepts, the library accepts, and reads the same in it. What
// Verify alone refuses, it refuses for its format.
func checkAgainstLibrary(t testing.TB, b *setup, text string) (accepted bool) {
	t.Helper()
	want, libraryErr := libraryReads(b, text)
	got, err := b.Verify(text)
	switch {
	case err == nil && libraryErr != nil:
		t.Errorf("%q is accepted, and golang-jwt says: %v", text, libraryErr)
	case err == nil && !reflect.DeepEqual(got.Claims, want):
		t.Errorf("%q: %+v, and golang-jwt reads %+v", text, got.Claims, want)
	case err != nil && libraryErr == nil && !errors.Is(err, token.ErrFormat):
		t.Errorf("%q: %v, and golang-jwt accepts it", text, err)
	}
	return err == nil
}

// signText signs any header and payload as we do.
func signText(t testing.TB, b *setup, header, payload string) string {
	t.Helper()
	text := b64(header) + "." + b64(payload)
	signature, err := jwt.SigningMethodHS256.Sign(text, b.private)
	must(t, err)
	return text + "." + b64(string(signature))
}

// FuzzVerifyReadsWhatTheLibraryReads signs what it is given, so that decoding is all that can fail.
func FuzzVerifyReadsWhatTheLibraryReads(f *testing.F) {
	b := newSetup(f, token.HS256)
	good, _, err := b.Issue(alice)
	must(f, err)
	header, payload := string(segment(f, good, 0)), string(segment(f, good, 1))
	if !checkAgainstLibrary(f, b, signText(f, b, header, payload)) {
		f.Fatal("what Issue writes is refused, so nothing is compared")
	}
	end := payload[len(payload)-1:]
	for _, more := range []string{
		`,"nbf":1`, `,"nbf":"1"`, `,"aud":"authlab"`, `,"Exp":99999999999`, `,"\u0065xp":1`, `,"other":{"exp":1,"exp":2,"a":["}",{"b":":"}]}`,
		`,"":"\\"`, `, "x" : "\"," `, `,"x":"{\"exp\":1}"`, `,"roles":null`, ` `, `,"x":1e999`, `} {`, `,`,
	} {
		f.Add(header, payload[:len(payload)-1]+more+end)
	}
	for _, other := range []string{
		`{"alg":"HS256"}`, `{"alg":"none","typ":"at+jwt"}`, `[]`, `null`, ` ` + header, header + ` `, header[:len(header)-1] + `,"crit":[]}`,
		header[:len(header)-1] + `,"ALG":"none"}`, header[:len(header)-1] + `,"typ":1}`,
	} {
		f.Add(other, payload)
	}
	f.Fuzz(func(t *testing.T, header, payload string) {
		if len(header)+len(payload) < token.MaxLength/2 {
			checkAgainstLibrary(t, b, signText(t, b, header, payload))
		}
	})
}
