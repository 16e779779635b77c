package experiment

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"slices"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/golang-jwt/jwt/v5"

	"authlab/lab/experiment/texts"
)

// realToken is bob's, and the key that it was signed with.
func realToken(t *testing.T) (string, publicKey) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	token := jwt.NewWithClaims(jwt.SigningMethodES256, jwt.MapClaims{"sub": "bob", "roles": []string{"user"}, "exp": 4e9})
	token.Header["kid"], token.Header["typ"] = "key-1", "at+jwt"
	text, err := token.SignedString(private)
	if err != nil {
		t.Fatal(err)
	}
	jwk, err := json.Marshal(jose.JSONWebKey{Key: &private.PublicKey, KeyID: "key-1"})
	if err != nil {
		t.Fatal(err)
	}
	return text, publicKey{"key-1", &private.PublicKey, jwk}
}

func TestForgeriesAreManyAndEachMakesAnAdminOfBob(t *testing.T) {
	real, key := realToken(t)
	forged, err := forgeries(real, []publicKey{key})
	if err != nil {
		t.Fatal(err)
	}
	names, texts := map[string]bool{}, map[string]bool{real: true}
	for _, f := range forged {
		if names[f.name] || texts[f.text] {
			t.Errorf("%s is there twice, or is the real token", f.name)
		}
		names[f.name], texts[f.text] = true, true
		parts := strings.Split(f.text, ".")
		if len(parts) != 3 || !strings.Contains(decoded(parts[1]), `"roles":["user","admin"]`) || !strings.Contains(decoded(parts[1]), `"sub":"bob"`) {
			t.Errorf("%s says %s", f.name, decoded(parts[1]))
		}
		if !json.Valid([]byte(decoded(parts[0]))) {
			t.Errorf("the header of %s is %s", f.name, decoded(parts[0]))
		}
		// A server that has the right key and checks the algorithm takes none of them.
		_, err := jwt.Parse(f.text, func(*jwt.Token) (any, error) { return key.key, nil }, jwt.WithValidMethods([]string{"ES256"}))
		if err == nil {
			t.Errorf("%s is no forgery", f.name)
		}
	}
	if len(forged) < 30 {
		t.Errorf("%d forgeries", len(forged))
	}
	without, err := forgeries(real, nil) // of a server that signs with a secret
	if err != nil || len(without) >= len(forged) {
		t.Errorf("without a public key: %d forgeries, %v", len(without), err)
	}
}

// A forgery has to be a good one: with the mistake that it is made for, it is taken.
func TestAForgeryIsTakenByWhoMakesTheMistake(t *testing.T) {
	real, key := realToken(t)
	forged, err := forgeries(real, []publicKey{key})
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(key.key)
	if err != nil {
		t.Fatal(err)
	}
	file := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	fixed := func(key any) jwt.Keyfunc { return func(*jwt.Token) (any, error) { return key, nil } }
	for name, mistake := range map[string]jwt.Keyfunc{
		"alg none":                           fixed(jwt.UnsafeAllowNoneSignatureType),
		"alg none and no exp":                fixed(jwt.UnsafeAllowNoneSignatureType),
		"alg twice":                          fixed(jwt.UnsafeAllowNoneSignatureType),
		"the public key as HMAC secret: PEM": fixed(file),
		"the public key as HMAC secret: PEM without its last line break": fixed(file[:len(file)-1]),
		"the public key as HMAC secret: DER":                             fixed(der),
		"the public key as HMAC secret: JWK":                             fixed(key.jwk),
		"kid is a path to an empty file":                                 fixed([]byte{}),
		"kid is a query":                                                 fixed([]byte{}),
		"jwk: the key in the header": func(token *jwt.Token) (any, error) {
			text, err := json.Marshal(token.Header["jwk"])
			if err != nil {
				return nil, err
			}
			var k jose.JSONWebKey
			err = json.Unmarshal(text, &k)
			return k.Key, err
		},
		"x5c: the certificate in the header": func(token *jwt.Token) (any, error) {
			text, err := json.Marshal(map[string]any{"kty": "EC", "x5c": token.Header["x5c"]})
			if err != nil {
				return nil, err
			}
			var chain struct{ X5c [][]byte }
			if err := json.Unmarshal(text, &chain); err != nil {
				return nil, err
			}
			certificate, err := x509.ParseCertificate(chain.X5c[0])
			if err != nil {
				return nil, err
			}
			return certificate.PublicKey, nil
		},
	} {
		i := slices.IndexFunc(forged, func(f forgery) bool { return f.name == name })
		if i < 0 {
			t.Errorf("there is no forgery %q", name)
			continue
		}
		if _, err := jwt.Parse(forged[i].text, mistake); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAForgeryThatIsTakenIsNamed(t *testing.T) {
	f, english := forgeryResult{seen: map[int]int{}}, texts.Must(texts.English)
	for _, tt := range []struct {
		name   string
		status int
		want   string
	}{
		{"one", 401, "all 401"},
		{"two", 200, "200 ×1, 401 ×1: two"},
		{"three", 200, "200 ×2, 401 ×1: two, three"},
		{"four", 403, "200 ×2, 401 ×1, 403 ×1: two, three, four"},
		{"five", 200, "200 ×3, 401 ×1, 403 ×1: two, three, four, …"},
	} {
		f.note(tt.name, tt.status)
		if got := f.outcome().In(english, "forgery"); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestAWrongCredentialIsDangerousWhereItIsAccepted(t *testing.T) {
	for _, tt := range []struct {
		seen map[int]int
		want Outcome
		text string
	}{
		{map[int]int{401: 95}, changesGet(401), "401"},
		{map[int]int{200: 95}, changesGet(200), "200"},
		{map[int]int{403: 95}, changesGet(403), "403"},
		{map[int]int{401: 94, 200: 1}, Dangerous.tally(map[int]int{401: 94, 200: 1}), "200 ×1, 401 ×94"},
		{map[int]int{401: 94, 403: 1}, Dangerous.tally(map[int]int{401: 94, 403: 1}), "401 ×94, 403 ×1"},
		{map[int]int{401: 94, 503: 1}, Meaning("").tally(map[int]int{401: 94, 503: 1}), "401 ×94, 503 ×1"},
	} {
		got := changesGot(tt.seen)
		if text := got.In(texts.Must(texts.English), "tamper"); !got.Equal(tt.want) || text != tt.text {
			t.Errorf("%v: %q, %s; want %q, %s", tt.seen, text, got, tt.text, tt.want)
		}
	}
	for status, want := range map[int]Meaning{401: Kept, 200: Dangerous, 403: Dangerous} {
		if got := changesGet(status).Means; got != want {
			t.Errorf("%d means %q, want %q", status, got, want)
		}
	}
}

func TestARespelledTokenIsTheSameToALenientDecoder(t *testing.T) {
	real, key := realToken(t)
	other := respelled(real)
	keyOf := func(*jwt.Token) (any, error) { return key.key, nil }
	if _, err := jwt.Parse(other, keyOf); err != nil || other == real {
		t.Errorf("lenient: %v, and changed: %v", err, other != real)
	}
	if _, err := jwt.Parse(other, keyOf, jwt.WithStrictDecoding()); err == nil {
		t.Error("a strict decoder took it too")
	}
}

func TestOnlyASecretThatIsOnTheListIsCracked(t *testing.T) {
	signed := func(secret string) string {
		text, err := jwt.New(jwt.SigningMethodHS256).SignedString([]byte(secret))
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	real, _ := realToken(t)
	words := []string{"one", "two", "three"}
	for name, tt := range map[string]struct {
		token string
		word  string
		tries int
	}{
		"the first":                {signed("one"), "one", 1},
		"the last":                 {signed("three"), "three", 3},
		"another":                  {signed("four"), "", 3},
		"a token without a secret": {real, "", 0},
		"no token":                 {"garbage", "", 0},
		"a broken signature":       {signed("one") + "!", "", 0},
	} {
		if got := crack(tt.token, words); got.word != tt.word || got.tries != tt.tries {
			t.Errorf("%s: %q after %d, want %q after %d", name, got.word, got.tries, tt.word, tt.tries)
		}
	}
	list := guesses()
	if compact := slices.Compact(slices.Sorted(slices.Values(list))); len(compact) != len(list) || !slices.Contains(list, "secret") {
		t.Errorf("of %d words %d are different", len(list), len(compact))
	}
}
