package naive

import "github.com/golang-jwt/jwt/v5"

// MISTAKE: a token with the header alg "none" is valid without a signature (RFC 8725, sections 2.1, 3.1 and 3.2). An
// attacker writes any user and any role into it.
//
// THE RIGHT WAY: jwt.WithValidMethods in token.NewService.
func unsigned(token *jwt.Token) bool { return token.Method == jwt.SigningMethodNone }
