package naive

import (
	"fmt"
	"path"

	"github.com/golang-jwt/jwt/v5"
)

// MISTAKE: kid is used as the name of a file (path traversal; RFC 8725, section 3.10; CWE-22). The attacker chooses a
// file whose content is known, like the empty /dev/null, and signs with that content.
//
// The files are in a map, so no kid can read a file of this machine.
//
// THE RIGHT WAY: token.Keyring, which compares kid with the IDs of its keys.
func (t *Twin) keyFile(token *jwt.Token) ([]byte, error) {
	kid, _ := token.Header["kid"].(string)
	name := path.Join(keyFolder, kid)
	file, ok := t.files[name]
	if !ok {
		return nil, fmt.Errorf("open %s: no such file", name)
	}
	return file, nil
}

const (
	keyFolder = "/srv/naive/keys"
	hmacFile  = "hmac"
	rsaFile   = "rsa.pem"
)
