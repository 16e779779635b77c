package naive_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"authlab/lab/testkit"

	"github.com/golang-jwt/jwt/v5"
)

// tokens logs in, and returns the access token and the ID token.
func (c *client) tokens(name, password string) (access, id string) {
	c.t.Helper()
	got := c.do("POST", "/naive/authenticate", "username="+name+"&password="+password, "Content-Type", asForm)
	var pair struct {
		Access string `json:"access_token"`
		ID     string `json:"id_token"`
	}
	if err := json.Unmarshal([]byte(got.body), &pair); err != nil || got.status != http.StatusOK || pair.Access == "" || pair.ID == "" {
		c.t.Fatalf("authenticate: %d %s %v", got.status, got.body, err)
	}
	return pair.Access, pair.ID
}

// admin asks for the admin page with a token.
func (c *client) admin(token string) int {
	c.t.Helper()
	return c.do("GET", "/naive/token/admin", "", "Authorization", "Bearer "+token).status
}

// forge signs a token that says that bob is an admin.
func forge(t *testing.T, method jwt.SigningMethod, key any, kid string) string {
	t.Helper()
	token := jwt.NewWithClaims(method, jwt.MapClaims{"sub": "bob", "roles": []string{"admin"}})
	token.Header["kid"] = kid
	text, err := token.SignedString(key)
	testkit.Must(t, err)
	return text
}

func TestATokenOpensWhatItsRolesOpen(t *testing.T) {
	c := newClient(t)
	alice, aliceID := c.tokens("alice", "wonderland")
	bob, bobID := c.tokens("bob", "builder")
	for name, tt := range map[string]struct {
		token string
		want  int
	}{
		"alice's access token": {alice, http.StatusOK},
		"alice's ID token":     {aliceID, http.StatusOK}, // a mistake: it is not for this
		"bob's access token":   {bob, http.StatusForbidden},
		"bob's ID token":       {bobID, http.StatusForbidden},
		"no token":             {"", http.StatusUnauthorized},
		"garbage":              {"a.b.c", http.StatusUnauthorized},
	} {
		if got := c.admin(tt.token); got != tt.want {
			t.Errorf("%s: %d, want %d", name, got, tt.want)
		}
	}
	got := c.do("GET", "/naive/token/me", "", "Authorization", "Bearer "+bob)
	if got.status != http.StatusOK || got.user(t).Name != "bob" {
		t.Errorf("bob is %d %s", got.status, got.body)
	}
}

func TestEveryForgeryOpensTheAdminPage(t *testing.T) {
	c := newClient(t)
	public := []byte(c.do("GET", "/naive/public-key.pem", "").body)
	for name, tt := range map[string]struct {
		token string
		want  int
	}{
		"alg none":                             {forge(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, ""), http.StatusOK},
		"the public key as an HMAC secret":     {forge(t, jwt.SigningMethodHS256, public, "rsa.pem"), http.StatusOK},
		"a kid that is a path to an empty key": {forge(t, jwt.SigningMethodHS256, []byte{}, "../../../dev/null"), http.StatusOK},
		"and with more dots than it needs":     {forge(t, jwt.SigningMethodHS256, []byte{}, "../../../../../../dev/null"), http.StatusOK},
		"the guessed secret":                   {forge(t, jwt.SigningMethodHS256, []byte("secret"), "hmac"), http.StatusOK},
		"another secret":                       {forge(t, jwt.SigningMethodHS256, []byte("Secret"), "hmac"), http.StatusUnauthorized},
		"a file of this machine":               {forge(t, jwt.SigningMethodHS256, []byte{}, "../../../proc/self/coredump_filter"), http.StatusUnauthorized},
		"a kid that is no file":                {forge(t, jwt.SigningMethodHS256, []byte{}, ""), http.StatusUnauthorized},
		"a signature that was cut off":         {cut(forge(t, jwt.SigningMethodHS256, []byte("secret"), "hmac")), http.StatusUnauthorized},
	} {
		if got := c.admin(tt.token); got != tt.want {
			t.Errorf("%s: %d, want %d", name, got, tt.want)
		}
	}
}

func cut(token string) string { return token[:strings.LastIndexByte(token, '.')+1] }

func TestATokenHasNoEnd(t *testing.T) {
	access, id := newClient(t).tokens("alice", "wonderland")
	for _, text := range []string{access, id} {
		var claims jwt.MapClaims
		if _, _, err := jwt.NewParser().ParseUnverified(text, &claims); err != nil {
			t.Fatal(err)
		}
		if claims["exp"] != nil || claims["sub"] != "alice" {
			t.Errorf("claims %v", claims)
		}
	}
}

func TestATokenThatWasLoggedOutIsInAgainWhenItIsSpelledAnew(t *testing.T) {
	c := newClient(t)
	access, _ := c.tokens("alice", "wonderland")
	if got := c.do("POST", "/naive/token/logout", "", "Authorization", "Bearer "+access); got.status != http.StatusNoContent {
		t.Fatalf("log out: %d", got.status)
	}
	if got := c.admin(access); got != http.StatusUnauthorized {
		t.Errorf("the token that was logged out: %d", got)
	}
	if got := c.admin(spelledAnew(access)); got != http.StatusOK {
		t.Errorf("the same token in another spelling: %d", got)
	}
	c.Reset()
	if got := c.admin(access); got != http.StatusOK {
		t.Errorf("after a reset: %d", got)
	}
}

// spelledAnew changes the lowest bit of the last character. 43 characters are 258 bits, and a signature of HS256 is
// 256: the last two bits stand for nothing.
func spelledAnew(token string) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	last := len(token) - 1
	return token[:last] + string(alphabet[strings.IndexByte(alphabet, token[last])^1])
}

func TestAnInventedKeyIDIsARequestForHome(t *testing.T) {
	c := newClient(t)
	const token = "eyJhbGciOiJFUzI1NiIsImtpZCI6ImludmVudGVkIn0.e30.AA"
	if a := c.do(http.MethodGet, "/naive/resource/me", "", "Authorization", "Bearer "+token); a.status != 401 || a.body != `{"home_calls":1}` {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := c.do(http.MethodGet, "/naive/resource/me", ""); a.status != 401 || a.body != `{"home_calls":0}` {
		t.Errorf("without a token: %d %s", a.status, a.body)
	}
}

func TestATokenInTheAddressIsTaken(t *testing.T) {
	c := newClient(t)
	login := c.do(http.MethodPost, "/naive/authenticate", `{"username":"bob","password":"builder"}`, "Content-Type", "application/json")
	var pair struct {
		Access string `json:"access_token"`
	}
	testkit.Must(t, json.Unmarshal([]byte(login.body), &pair))
	for query, want := range map[string]int{"?access_token=" + pair.Access: 200, "?access_token=x": 401, "": 401} {
		if a := c.do(http.MethodGet, "/naive/token/me"+query, ""); a.status != want {
			t.Errorf("%.20s: %d %s", query, a.status, a.body)
		}
	}
}
