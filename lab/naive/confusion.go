package naive

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net/http"
	"sync"

	"github.com/gin-gonic/gin"
	"github.com/golang-jwt/jwt/v5"
)

// MISTAKE: the token chooses the algorithm that verifies it (algorithm confusion; RFC 8725, sections 2.1 and 3.1). The
// file rsa.pem is a public key, for RS256. For a token with the header HS256 the same bytes become the secret of an HMAC:
// an attacker downloads the public key and signs with it.
//
// THE RIGHT WAY: token.Key, which is for one algorithm only.
func (t *Twin) key(token *jwt.Token) (any, error) {
	if unsigned(token) { // none.go
		return jwt.UnsafeAllowNoneSignatureType, nil
	}
	file, err := t.keyFile(token) // kid.go
	if err != nil {
		return nil, err
	}
	if _, ok := token.Method.(*jwt.SigningMethodRSA); ok {
		return jwt.ParseRSAPublicKeyFromPEM(file)
	}
	return file, nil
}

// MISTAKE: 1024 bits are too few for RSA (RFC 7518, section 3.3, wants 2048). token.NewKey refuses that.
const rsaBits = 1024

// rsaKey makes the key once for all twins of a process: it is what takes longest when a lab starts.
var rsaKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, rsaBits) })

// makeKeys fills the twin's file system with keys.
func (t *Twin) makeKeys() error {
	var err error
	if t.rsa, err = rsaKey(); err != nil {
		return fmt.Errorf("naive: make key: %w", err)
	}
	der, err := x509.MarshalPKIXPublicKey(&t.rsa.PublicKey)
	if err != nil {
		return fmt.Errorf("naive: make key: %w", err)
	}
	t.files = map[string][]byte{
		keyFolder + "/" + hmacFile: []byte(secret),
		keyFolder + "/" + rsaFile:  pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}),
		"/dev/null":                {},
	}
	return nil
}

// handlePublicKey handles the "GET /naive/public-key.pem" route. Publishing a public key is no mistake.
func (t *Twin) handlePublicKey(c *gin.Context) {
	c.Data(http.StatusOK, "application/x-pem-file", t.files[keyFolder+"/"+rsaFile])
}
