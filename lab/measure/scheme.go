package measure

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"

	"authlab/web/scheme"
)

// logins are the schemes that have a login: all but basic.
func logins() []scheme.Scheme { return scheme.All()[1:] }

// credentialIn finds, in the answer to a login, what the client keeps.
func credentialIn(sch scheme.Scheme, a answer) (string, error) {
	if sch.Credential == scheme.Bearer {
		var pair struct {
			AccessToken string `json:"access_token"`
		}
		if err := json.Unmarshal(a.body, &pair); err != nil || pair.AccessToken == "" {
			return "", fmt.Errorf("%s: no token in the answer to a login", sch.Name)
		}
		return pair.AccessToken, nil
	}
	cookies := (&http.Response{Header: a.header}).Cookies()
	if len(cookies) != 1 {
		return "", fmt.Errorf("%s: %d cookies in the answer to a login, want 1", sch.Name, len(cookies))
	}
	return cookies[0].Value, nil
}

// show puts a credential into a request.
func show(sch scheme.Scheme, r *http.Request, credential string) {
	switch sch.Credential {
	case scheme.Password:
		r.Header.Set("Authorization", "Basic "+credential)
	case scheme.Bearer:
		r.Header.Set("Authorization", "Bearer "+credential)
	default:
		r.AddCookie(&http.Cookie{Name: sch.CookieName, Value: credential})
	}
}

// passwordCredential is what basic sends each time (RFC 7617).
func passwordCredential(who person) string {
	return base64.StdEncoding.EncodeToString([]byte(who.name + ":" + who.password))
}

// loginRequest is a login.
func loginRequest(sch scheme.Scheme, host string, who person) ([]byte, error) {
	body, err := json.Marshal(map[string]string{"username": who.name, "password": who.password})
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequest(http.MethodPost, "http://"+host+sch.Login, bytes.NewReader(body)) //nolint:noctx // it is only written down
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	return written(r)
}

// written is a request as it is sent, with no header that it could do without.
func written(r *http.Request) ([]byte, error) {
	r.Header.Set("User-Agent", "") // otherwise Go adds its own
	var text bytes.Buffer
	err := r.Write(&text)
	return text.Bytes(), err
}
