package naive

import (
	"fmt"
	"path"

	"github.com/golang-jwt/jwt/v5"
)

// MISTAKE: kid is taken for the name of a file (path traversal; RFC 8725, section 3.10; CWE-22). The attacker chooses
// any file whose content they know, like the empty /dev/null, and signs with that.
//
// The files are those of a map: nothing of this machine is read, whatever kid says.
//
// THE RIGHT WAY: token.Keyring, where kid is compared with the names of the keys that are there.
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
