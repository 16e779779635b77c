package resource

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/golang-jwt/jwt/v5"

	"authlab/lab/vectors"
)

// TestVectorsOfOthers asks what this service asks about the form of a token, its key and its signature. What a vector carries
// is no access token, so typ and claims are left to the other tests. Home publishes the public halves of the keys. A secret
// has none, so the vectors of HMAC are left out.
func TestVectorsOfOthers(t *testing.T) {
	secret := func(key json.RawMessage) bool { return bytes.Contains(key, []byte(`"oct"`)) }
	check := func(key json.RawMessage, jws string) error { return checkVector(t, key, jws) }
	vectors.Run(t, check, secret, []vectors.Deviation{
		{File: vectors.Signature, IDs: []int{
			264, 265, 266, 267, 268, 269, 270, 271, 272, 273, 274, 275, 287, 288, 320, 321, 322, 323, 325, 326, 327, 328, 346, 347, 350, 351,
		}, Reason: "home signs with none of RS384, RS512, PS256, PS384, PS512 and ES512"},
		{File: vectors.RFC, IDs: []int{4}, Reason: "home does not sign with ES512"},
		{File: vectors.Signature, IDs: []int{259}, Reason: "an access token has claims, so one without a payload is refused before its signature is checked"},
		{File: vectors.Signature, IDs: []int{355, 356}, Reason: "key_ops is not read: home writes use, which is"},
		{File: vectors.Crypto, IDs: []int{46}, Reason: "home refuses to start with a key of CVE-2017-15361"},
		{File: vectors.Key, IDs: []int{7}, Reason: "the same"},
	})
}

func checkVector(t *testing.T, key json.RawMessage, text string) error {
	var private, public jose.JSONWebKeySet
	if err := json.Unmarshal(vectors.AsSet(key), &private); err != nil {
		return err
	}
	for _, k := range private.Keys {
		public.Keys = append(public.Keys, k.Public())
	}
	if len(public.Keys) == 0 {
		return objection("home cannot publish such a key")
	}
	if _, err := checkParts(text); err != nil {
		return err
	}
	parts := strings.Split(text, ".")
	header, err := base64.RawURLEncoding.DecodeString(parts[0])
	if err != nil {
		return err
	}
	token := &jwt.Token{}
	if err := json.Unmarshal(header, &token.Header); err != nil {
		return err
	}
	alg, _ := token.Header["alg"].(string)
	if !slices.Contains(algorithms(), alg) {
		return objection("its alg is not taken here")
	}
	token.Method = jwt.GetSigningMethod(alg)
	switch kid, ok := token.Header["kid"].(string); {
	case !ok: // a token that names no key leaves to the application how it is found
		token.Header["kid"], public.Keys[0].KeyID = "the first", "the first"
	case len(public.Key(kid)) == 0:
		return objection("home has no key of the name that it gives")
	}
	k := newKeys(t.Context(), nil, nil, nil)
	k.copied.Store(&public)
	found, err := k.find(t.Context(), token)
	if err != nil {
		return err
	}
	signature, err := base64.RawURLEncoding.Strict().DecodeString(parts[2])
	if err != nil {
		return err
	}
	return token.Method.Verify(parts[0]+"."+parts[1], signature, found)
}
