package experiment

import "strings"

// guesses are secrets that people think up, the ones that tutorials show among them. Real lists have millions.
func guesses() []string {
	return strings.Fields(`
		password 123456 12345678 123456789 qwerty admin letmein changeme test token
		key mykey my-key jwt jwtkey jwt-key jwt_secret jwtsecret secret secretkey
		secret-key secret_key mysecret my-secret my_secret my_secret_key mysecretkey supersecret super-secret super_secret
		supersecretkey topsecret your-secret your-256-bit-secret your_jwt_secret default example demo hello private
		privatekey signingkey hmac hs256 server backend golang authlab s3cr3t shhhhh`)
}
