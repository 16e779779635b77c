// Package token is the login that the client carries.
//
// At login the server signs an access token, a JWT that says who the user is and for how long, and keeps nothing. At
// each request the client sends the token, and any server that has the public key can check it without asking another.
// The price: a signed token cannot be changed or deleted. It is good until it expires, unless the server keeps a list of
// tokens that it no longer accepts, and asks that list at every request.
//
//	login     Service.Login ──▶ access token, signed with Keyring     (lives 15 minutes)
//	                        └─▶ refresh token, kept in Redis          (lives 8 hours; works once)
//
//	request   FromHeader ──▶ Service.Verify         format, signature, times, claims: no lookup
//	                         Service.CheckRevoked   is it on the denylist? one Redis command, and only if you call it
//
//	bound     Service.CheckProof, UseProof ──▶ LoginBound, VerifyBound, RefreshBound: the same for a client that holds a key
//
//	later     Service.Refresh            a new pair for a refresh token
//	          Service.Logout             this login ends, for servers that call CheckRevoked
//	          Service.LogoutEverywhere   every login of the user ends, likewise
//	          Keyring.JWKS               the public keys, for other services
//
// To begin, make a key with GenerateKey, a NewKeyring of it, and a NewService of the keyring and a Redis. The examples of
// Service show the handlers of a gin server.
//
// A token that was stolen is as good as its owner's, unless it is bound to a key (RFC 9449). The price is a proof to sign and
// to check at every request, and a memory of the proofs that were used.
//
// Access tokens follow RFC 9068 (typ at+jwt) and RFC 8725; refresh tokens follow RFC 9700, section 4.14. The signatures
// are github.com/golang-jwt/jwt/v5's; format.go and object.go refuse what that library accepts and should not.
//
// The files, in the order in which to read them: errors.go; service.go, claims.go, issue.go, verify.go, format.go,
// object.go, verified_cache.go, source.go (a request's way); key.go, roca.go, keyring.go (keys); families.go, denylist.go (what Redis
// keeps); proof.go, nonce.go, used_proofs.go (tokens that are bound to a key).
package token
