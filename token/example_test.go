package token_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/alicebob/miniredis/v2"
	"github.com/gin-gonic/gin"
	"github.com/redis/go-redis/v9"

	"authlab/account"
	"authlab/token"
)

// A Service issues a pair at login and verifies the access token at each request.
func ExampleService() {
	service, stop := exampleService()
	defer stop()

	r := gin.New()
	r.POST("/login", func(c *gin.Context) { // a server checks a password first, with account.Authenticator
		pair, err := service.Login(c.Request.Context(), account.User{Name: "alice"})
		if err != nil {
			c.AbortWithStatus(http.StatusServiceUnavailable)
			return
		}
		c.Header("Cache-Control", "no-store") // RFC 6749, section 5.1
		c.JSON(http.StatusOK, pair)
	})
	r.GET("/me", func(c *gin.Context) {
		text, err := token.FromHeader(c.Request)
		if err != nil {
			c.AbortWithStatus(http.StatusUnauthorized)
			return
		}
		verified, err := service.Verify(text)
		if err != nil {
			c.AbortWithStatus(http.StatusUnauthorized)
			return
		}
		c.String(http.StatusOK, "hello, %s", verified.Subject)
	})

	pair, _ := service.Login(exampleContext, account.User{Name: "alice"})
	fmt.Println(exampleGet(r, "/me", ""))
	fmt.Println(exampleGet(r, "/me", pair.AccessToken))
	fmt.Println(exampleGet(r, "/me", pair.AccessToken+"x"))
	// Output:
	// 401
	// 200 hello, alice
	// 401
}

// Issue signs a token without a refresh token. Verify says which check refused a token.
func ExampleService_Verify() {
	service, stop := exampleService()
	defer stop()
	text, claims, err := service.Issue(account.User{Name: "alice", Roles: []string{"user"}})
	if err != nil {
		panic(err)
	}
	verified, err := service.Verify(text)
	fmt.Println(verified.Subject, verified.Roles, verified.ID == claims.ID, err)
	_, err = service.Verify(text[:len(text)-1])
	fmt.Println(errors.Is(err, token.ErrInvalid), errors.Is(err, token.ErrTime))
	// Output:
	// alice [user] true <nil>
	// true false
}

// A server that must be able to take tokens back asks the denylist after each Verify: one Redis command.
func ExampleService_CheckRevoked() {
	service, stop := exampleService()
	defer stop()
	pair, err := service.Login(exampleContext, account.User{Name: "alice"})
	if err != nil {
		panic(err)
	}
	verified, err := service.Verify(pair.AccessToken)
	if err != nil {
		panic(err)
	}
	fmt.Println(service.CheckRevoked(exampleContext, verified.Claims))
	if err := service.Logout(exampleContext, verified.Claims); err != nil { // or LogoutEverywhere
		panic(err)
	}
	fmt.Println(service.CheckRevoked(exampleContext, verified.Claims))
	_, err = service.Verify(pair.AccessToken)
	fmt.Println("without the denylist:", err)
	// Output:
	// <nil>
	// token is not valid: revoked: logged out
	// without the denylist: <nil>
}

// LogoutEverywhere ends every login of a user.
func ExampleService_LogoutEverywhere() {
	service, stop := exampleService()
	defer stop()
	laptop, _ := service.Login(exampleContext, account.User{Name: "alice"})
	phone, _ := service.Login(exampleContext, account.User{Name: "alice"})
	if err := service.LogoutEverywhere(exampleContext, "alice"); err != nil {
		panic(err)
	}
	for _, pair := range []token.Pair{laptop, phone} {
		verified, _ := service.Verify(pair.AccessToken)
		_, err := service.Refresh(exampleContext, pair.RefreshToken)
		fmt.Println(service.CheckRevoked(exampleContext, verified.Claims) != nil, errors.Is(err, token.ErrFamilyEnded))
	}
	// Output:
	// true true
	// true true
}

// A refresh token works once. If it is used a second time, a copy was stolen, and the whole login ends.
func ExampleService_Refresh() {
	service, stop := exampleService()
	defer stop()
	first, err := service.Login(exampleContext, account.User{Name: "alice"})
	if err != nil {
		panic(err)
	}
	second, err := service.Refresh(exampleContext, first.RefreshToken)
	fmt.Println(second.TokenType, second.ExpiresIn, err)
	_, err = service.Refresh(exampleContext, first.RefreshToken)
	fmt.Println(err)
	_, err = service.Refresh(exampleContext, second.RefreshToken)
	fmt.Println(err)
	// Output:
	// Bearer 900 <nil>
	// refresh token is not valid: used before, so its family ends
	// refresh token is not valid: its family has ended
}

// To change the signing key without logging users out, the keys overlap.
func ExampleKeyring() {
	service, keys, stop := exampleServiceAndKeys()
	defer stop()
	old := keys.Signing()
	before, _, _ := service.Issue(account.User{Name: "alice"})

	next, err := token.GenerateKey(token.EdDSA)
	if err != nil {
		panic(err)
	}
	if err := keys.Add(next); err != nil { // other services fetch it from the JWKS
		panic(err)
	}
	if err := keys.Sign(next.ID()); err != nil {
		panic(err)
	}
	_, err = service.Verify(before)
	fmt.Println("while the keys overlap:", err)
	if err := keys.Drop(old.ID()); err != nil { // 15 minutes later, when the last token of the old key has expired
		panic(err)
	}
	_, err = service.Verify(before)
	fmt.Println("after the old key was dropped:", errors.Is(err, token.ErrSignature))
	// Output:
	// while the keys overlap: <nil>
	// after the old key was dropped: true
}

// Publish the public keys, so that other services can verify tokens by themselves.
func ExampleKeyring_JWKS() {
	_, keys, stop := exampleServiceAndKeys()
	defer stop()
	r := gin.New()
	r.GET("/.well-known/jwks.json", func(c *gin.Context) {
		c.Header("Cache-Control", "public, max-age=60")
		c.JSON(http.StatusOK, keys.JWKS())
	})
	fmt.Println(exampleGet(r, "/.well-known/jwks.json", "")[:3])
	for _, key := range keys.JWKS().Keys {
		fmt.Println(key.Algorithm, key.IsPublic())
	}
	// Output:
	// 200
	// ES256 true
}

// All replicas need the same keys, so keep them in a file that only the server may read.
func ExampleParseKeyring() {
	_, keys, stop := exampleServiceAndKeys()
	defer stop()
	text, err := keys.MarshalPrivate()
	if err != nil {
		panic(err)
	}
	again, err := token.ParseKeyring(text)
	if err != nil {
		panic(err)
	}
	fmt.Println(again.Signing().ID() == keys.Signing().ID())
	// Output: true
}

// exampleContext is a request's context.
var exampleContext = context.Background()

// exampleService is a Service with a new key, a user, and a Redis in this process.
func exampleService() (service *token.Service, stop func()) {
	service, _, stop = exampleServiceAndKeys()
	return service, stop
}

func exampleServiceAndKeys() (*token.Service, *token.Keyring, func()) {
	server, err := miniredis.Run()
	if err != nil {
		panic(err)
	}
	client := redis.NewClient(&redis.Options{Addr: server.Addr(), MaxRetries: -1})
	users := account.NewMemory()
	if err := users.Create(exampleContext, account.User{Name: "alice"}, "hash of a password"); err != nil {
		panic(err)
	}
	key, err := token.GenerateKey(token.DefaultAlgorithm)
	if err != nil {
		panic(err)
	}
	keys, err := token.NewKeyring(key)
	if err != nil {
		panic(err)
	}
	service := token.NewService(token.Config{Keys: keys, Directory: users, Redis: client, Prefix: "shop:"})
	return service, keys, func() { client.Close(); server.Close() }
}

// exampleGet returns the status and the body of the answer.
func exampleGet(server http.Handler, path, accessToken string) string {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	if accessToken != "" {
		r.Header.Set("Authorization", "Bearer "+accessToken)
	}
	w := httptest.NewRecorder()
	server.ServeHTTP(w, r)
	if w.Body.Len() == 0 {
		return fmt.Sprint(w.Code)
	}
	return fmt.Sprint(w.Code, " ", w.Body)
}

// A server that binds tokens to a key which its client holds. The client makes a proof for each request.
func ExampleService_CheckProof() {
	service, stop := exampleService()
	defer stop()
	router := gin.New()
	router.GET("/me", func(c *gin.Context) {
		text, err := token.FromBoundHeader(c.Request)
		if err != nil {
			c.AbortWithStatus(http.StatusUnauthorized)
			return
		}
		proof, err := service.CheckProof(c.Request, "https://"+c.Request.Host+c.Request.URL.EscapedPath(), text)
		if errors.Is(err, token.ErrNonce) {
			if nonce, err := service.Nonce(); err == nil {
				c.Header("DPoP-Nonce", nonce)
			}
		}
		if err == nil {
			_, err = service.VerifyBound(text, proof)
		}
		if err == nil {
			err = service.UseProof(c, proof) // last, so that only a client that has both can fill the memory
		}
		if err != nil {
			c.AbortWithStatus(http.StatusUnauthorized)
			return
		}
		c.Status(http.StatusOK)
	})
	r := httptest.NewRequest(http.MethodGet, "/me", nil)
	r.Header.Set("Authorization", "DPoP a-token-without-a-proof")
	answer := httptest.NewRecorder()
	router.ServeHTTP(answer, r)
	fmt.Println(answer.Code)
	// Output: 401
}
