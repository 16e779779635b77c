package embedded

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"authlab/lab/testkit"

	"github.com/go-jose/go-jose/v4"
	"github.com/golang-jwt/jwt/v5"
)

// The second service verifies by code of its own. What the first one refuses, it refuses too, and it takes the same.
func TestBothServicesTakeTheSameTokens(t *testing.T) {
	c, err := Start(t.Context(), Config{Replicas: 1})
	testkit.Must(t, err)
	defer c.Close()
	private, err := c.keys.MarshalPrivate()
	testkit.Must(t, err)
	var keys jose.JSONWebKeySet
	testkit.Must(t, json.Unmarshal(private, &keys))
	key, now := keys.Keys[0], time.Now().Unix()
	// claims are those of a good token, with one of them written in another way; "" leaves it out.
	claims := func(name, instead string) string {
		var members []string
		for _, claim := range [][2]string{
			{"iss", `"authlab"`}, {"sub", `"alice"`}, {"aud", `["authlab"]`}, {"jti", `"1"`}, {"sid", `"2"`}, {"client_id", `"authlab"`},
			{"roles", `["user"]`}, {"exp", fmt.Sprint(now + 600)}, {"iat", fmt.Sprint(now)}, {"nbf", fmt.Sprint(now)},
			{"auth_time", fmt.Sprint(now)},
		} {
			if claim[0] == name {
				claim[1] = instead
			}
			if claim[1] != "" {
				members = append(members, fmt.Sprintf("%q:%s", claim[0], claim[1]))
			}
		}
		return "{" + strings.Join(members, ",") + "}"
	}
	header := fmt.Sprintf(`"alg":"ES256","kid":%q,"typ":"at+jwt"`, key.KeyID)
	good, goodHeader := claims("", ""), "{"+header+"}"
	tail := strings.TrimSuffix(good, "}")
	in := func(change time.Duration) string { return fmt.Sprint(now + int64(change/time.Second)) }
	for _, tt := range []struct {
		name, header, payload string
		want                  int
	}{
		{"good", goodHeader, good, 200},
		{"a space before it", " " + goodHeader, " " + good, 200},
		{"typ written out", strings.Replace(goodHeader, "at+jwt", "application/AT+jwt", 1), good, 200},
		{"an audience that is text", goodHeader, claims("aud", `"authlab"`), 200},
		{"no nbf", goodHeader, claims("nbf", ""), 200},
		{"no roles", goodHeader, claims("roles", ""), 200},
		{"another claim", goodHeader, tail + `,"more":1}`, 200},
		{"a backslash in a value", goodHeader, tail + `,"more":"\""}`, 200},
		{"exp with a fraction", goodHeader, claims("exp", in(time.Minute)+".5"), 200},
		{"exp with an exponent", goodHeader, claims("exp", fmt.Sprintf("%de1", now/10+100)), 200},

		{"cnf as null", goodHeader, tail + `,"cnf":null}`, 200},
		{"bound to a key that nothing proves", goodHeader, tail + `,"cnf":{"jkt":"x"}}`, 401},
		{"bound to a key in a way that is not known", goodHeader, tail + `,"cnf":{}}`, 401},
		{"cnf as text", goodHeader, tail + `,"cnf":"x"}`, 401},
		{"exp as text", goodHeader, claims("exp", `"`+in(time.Minute)+`"`), 401},
		{"exp as null", goodHeader, claims("exp", "null"), 401},
		{"exp below zero", goodHeader, claims("exp", "-1"), 401},
		{"exp too far away", goodHeader, claims("exp", "1e300"), 401},
		{"exp that is over", goodHeader, claims("exp", in(-time.Second)), 401},
		{"no exp", goodHeader, claims("exp", ""), 401},
		{"no auth_time", goodHeader, claims("auth_time", ""), 200},
		{"auth_time as text", goodHeader, claims("auth_time", `"`+in(0)+`"`), 401},
		{"iat as text", goodHeader, claims("iat", `"`+in(0)+`"`), 401},
		{"iat in the future", goodHeader, claims("iat", in(time.Minute)), 401},
		{"no iat", goodHeader, claims("iat", ""), 401},
		{"nbf in the future", goodHeader, claims("nbf", in(time.Minute)), 401},
		{"nbf as text", goodHeader, claims("nbf", `"`+in(0)+`"`), 401},
		{"nbf as null", goodHeader, claims("nbf", "null"), 401},
		{"no iss", goodHeader, claims("iss", ""), 401},
		{"another iss", goodHeader, claims("iss", `"other"`), 401},
		{"no aud", goodHeader, claims("aud", ""), 401},
		{"an empty aud", goodHeader, claims("aud", "[]"), 401},
		{"another aud", goodHeader, claims("aud", `["other"]`), 401},
		{"no sub", goodHeader, claims("sub", ""), 401},
		{"an empty sub", goodHeader, claims("sub", `""`), 401},
		{"sub as a number", goodHeader, claims("sub", "7"), 401},
		{"no jti", goodHeader, claims("jti", ""), 401},
		{"no sid", goodHeader, claims("sid", ""), 401},
		{"no client_id", goodHeader, claims("client_id", ""), 401},
		{"roles as text", goodHeader, claims("roles", `"admin"`), 401},
		{"roles of numbers", goodHeader, claims("roles", `[1]`), 401},
		{"sub twice", goodHeader, tail + `,"sub":"bob"}`, 401},
		{"sub twice, in another case", goodHeader, tail + `,"SUB":"bob"}`, 401},
		{"sub twice, by an escape", goodHeader, tail + `,"\u0073ub":"bob"}`, 401},
		{"a name with a backslash", goodHeader, tail + `,"m\u006fre":1}`, 401},
		{"sub twice, with a long s", goodHeader, tail + `,"ſub":"bob"}`, 401},
		{"a claim twice that has no meaning here", goodHeader, tail + `,"more":1,"more":2}`, 401},
		{"alg twice", `{"alg":"none",` + header + "}", good, 401},
		{"kid twice, in another case", "{" + header + `,"KID":"other"}`, good, 401},
		{"crit", "{" + header + `,"crit":["exp"]}`, good, 401},
		{"an unknown header", "{" + header + `,"cty":"JWT"}`, good, 401},
		{"jku", "{" + header + `,"jku":"http://127.0.0.1:1/"}`, good, 401},
		{"jwk", "{" + header + `,"jwk":{"kty":"oct"}}`, good, 401},
		{"b64", "{" + header + `,"b64":false}`, good, 401},
		{"kid as a number", strings.Replace(goodHeader, `"`+key.KeyID+`"`, "1", 1), good, 401},
		{"no kid", `{"alg":"ES256","typ":"at+jwt"}`, good, 401},
		{"an ID token", strings.Replace(goodHeader, "at+jwt", "JWT", 1), good, 401},
		{"no typ", fmt.Sprintf(`{"alg":"ES256","kid":%q}`, key.KeyID), good, 401},
		{"another alg", strings.Replace(goodHeader, "ES256", "EdDSA", 1), good, 401},
		{"a header that is a list", "[" + goodHeader + "]", good, 401},
		{"a payload that is a list", goodHeader, "[" + good + "]", 401},
		{"two payloads", goodHeader, good + good, 401},
		{"a payload that ends early", goodHeader, tail, 401},
		{"an empty payload", goodHeader, "", 401},
	} {
		signed := base64.RawURLEncoding.EncodeToString([]byte(tt.header)) + "." + base64.RawURLEncoding.EncodeToString([]byte(tt.payload))
		signature, err := jwt.SigningMethodES256.Sign(signed, key.Key)
		testkit.Must(t, err)
		encoded := base64.RawURLEncoding.EncodeToString(signature)
		sent := map[string]int{"Bearer " + signed + "." + encoded: tt.want}
		if tt.name == "good" {
			sent["bearer   "+signed+"."+encoded] = 200
			for _, other := range []string{"=", "A"} {
				sent["Bearer "+signed+"."+encoded+other] = 401
			}
			sent["Bearer "+signed+"."+spelledOtherwise(encoded)] = 401
			sent["Bearer"] = 401
		}
		for authorization, want := range sent {
			for _, url := range []string{c.URL() + "/token/stateless/me", c.services.urls.Reports + "/reports/token"} {
				if got := testkit.Send(t, http.MethodGet, url, "", "Authorization", authorization); got.StatusCode != want {
					t.Errorf("%s: %s answers %d, want %d", tt.name, url, got.StatusCode, want)
				}
			}
		}
	}
}

// spelledOtherwise changes the bits of the last character that stand for no byte.
func spelledOtherwise(signature string) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	last := strings.IndexByte(alphabet, signature[len(signature)-1])
	return signature[:len(signature)-1] + alphabet[last^1:last^1+1]
}
