package token

import (
	"encoding/json"
	"testing"

	"authlab/lab/vectors"
)

// TestVectorsOfOthers asks the steps of Verify that are about the form of a token, its key and its signature. What a vector
// carries is no access token, so typ and claims are left to the other tests.
func TestVectorsOfOthers(t *testing.T) {
	vectors.Run(t, checkVector, func(json.RawMessage) bool { return false }, []vectors.Deviation{
		{File: vectors.Signature, IDs: []int{
			264, 265, 266, 267, 268, 269, 270, 271, 272, 273, 274, 275, 287, 288, 320, 321, 322, 323, 325, 326, 327, 328, 346, 347, 350, 351,
		}, Reason: "RS384, RS512, PS256, PS384, PS512 and ES512 are none of Algorithms"},
		{File: vectors.Key, IDs: []int{14, 15}, Reason: "HS384 and HS512 are none of Algorithms"},
		{File: vectors.RFC, IDs: []int{4}, Reason: "ES512 is none of Algorithms"},
		{File: vectors.Signature, IDs: []int{259}, Reason: "an access token has claims, so one without a payload is refused before its signature is checked"},
		{File: vectors.RFC, IDs: []int{7}, Reason: "its payload travels apart, and an access token carries its own"},
		{File: vectors.Signature, IDs: []int{349}, Reason: `its key_ops are one text, "sign, verify", which is neither`},
		{File: vectors.Signature, IDs: []int{367, 370}, Reason: "these have lost the padding that they are about, and are the text of 357, which is valid"},
		{File: vectors.Signature, IDs: []int{372, 373}, Reason: "a question mark is in them, and is not of base64url (RFC 7515, section 2)"},
	})
}

func checkVector(key json.RawMessage, jws string) error {
	ring, err := ParseKeyring(vectors.AsSet(key))
	if err != nil {
		return err
	}
	var h header
	text, err := decodeSigned(jws, h.fields())
	if err != nil {
		return err
	}
	k, ok := ring.find(h.KeyID)
	if !ok {
		k = ring.Signing() // a token that names no key leaves to the application how it is found
	}
	return k.check(h.Algorithm, text)
}
