package measure

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"authlab/web/scheme"
)

// loginSchemes are the schemes that have a login: all but basic.
func loginSchemes() []scheme.Scheme { return scheme.All()[1:] }

// credentialIn finds the credential in the response to a login.
func credentialIn(sch scheme.Scheme, res response) (string, error) {
	if sch.Credential == scheme.Bearer {
		var pair struct {
			AccessToken string `json:"access_token"`
		}
		if err := json.Unmarshal(res.body, &pair); err != nil || pair.AccessToken == "" {
			return "", fmt.Errorf("%s: no token in the answer to a login", sch.Name)
		}
		return pair.AccessToken, nil
	}
	cookies := (&http.Response{Header: res.header}).Cookies()
	cookies = slices.DeleteFunc(cookies, func(cookie *http.Cookie) bool {
		return strings.HasSuffix(cookie.Path, "/login") // a browser sends it there alone
	})
	if len(cookies) != 1 {
		return "", fmt.Errorf("%s: %d cookies in the answer to a login, want 1", sch.Name, len(cookies))
	}
	return cookies[0].Value, nil
}

// addCredential puts a credential into a request.
func addCredential(sch scheme.Scheme, r *http.Request, credential string) {
	switch sch.Credential {
	case scheme.Password:
		r.Header.Set("Authorization", "Basic "+credential)
	case scheme.Bearer:
		r.Header.Set("Authorization", "Bearer "+credential)
	default:
		r.AddCookie(&http.Cookie{Name: sch.CookieName, Value: credential})
	}
}

// passwordCredential is the credential of basic (RFC 7617, section 2).
func passwordCredential(name string) string {
	return base64.StdEncoding.EncodeToString([]byte(name + ":" + alice().Password))
}

func loginRequest(sch scheme.Scheme, host, name string) ([]byte, error) {
	body, err := json.Marshal(map[string]string{"username": name, "password": alice().Password})
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequest(http.MethodPost, "http://"+host+sch.Login, bytes.NewReader(body)) //nolint:noctx // it is only serialized
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	return serialize(r)
}

// serialize returns the bytes of a request, with no header that it does not need.
func serialize(r *http.Request) ([]byte, error) {
	r.Header.Set("User-Agent", "") // otherwise Go adds its own
	var text bytes.Buffer
	err := r.Write(&text)
	return text.Bytes(), err
}
