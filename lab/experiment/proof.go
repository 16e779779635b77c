package experiment

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/golang-jwt/jwt/v5"

	"authlab/web/scheme"
)

// boundToKey is the credential of a client that holds a key.
const boundToKey = scheme.DPoP

func newKey() *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err) // the curve is a known one, and random bytes never fail
	}
	return key
}

// prove adds the access token, if there is one, and a proof for this one request that the client holds the key (RFC 9449,
// section 4.2).
func (u *User) prove(request *http.Request) error {
	address := *request.URL
	address.RawQuery = ""
	claims := jwt.MapClaims{"jti": rand.Text(), "htm": request.Method, "htu": address.String(), "iat": time.Now().Unix()}
	if u.nonce != "" {
		claims["nonce"] = u.nonce
	}
	if u.Access != "" {
		request.Header.Set("Authorization", "DPoP "+u.Access)
		sum := sha256.Sum256([]byte(u.Access))
		claims["ath"] = base64.RawURLEncoding.EncodeToString(sum[:])
	}
	proof := jwt.NewWithClaims(jwt.SigningMethodES256, claims)
	proof.Header["typ"], proof.Header["jwk"] = "dpop+jwt", jose.JSONWebKey{Key: u.key.Public()}
	text, err := proof.SignedString(u.key)
	request.Header.Set("DPoP", text)
	return err
}
