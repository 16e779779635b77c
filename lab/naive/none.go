package naive

import "github.com/golang-jwt/jwt/v5"

// MISTAKE: a token that says of itself that it needs no signature is believed (alg none; RFC 8725, sections 2.1, 3.1
// and 3.2). Somebody needed it for a test once. Whoever can write base64 is whoever they like.
//
// THE RIGHT WAY: jwt.WithValidMethods in token.NewService.
func unsigned(token *jwt.Token) bool { return token.Method == jwt.SigningMethodNone }
