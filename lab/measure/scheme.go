package measure

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"

	"authlab/web"
)

// A scheme is one way of logging in and of saying who one is.
type scheme struct {
	name, base string
	login      string // where to log in; empty: nowhere, the password is sent each time
	header     bool   // the credential is sent as Authorization: Bearer, and not as a cookie
}

// schemes are all of them, in the order of the tables.
func schemes() []scheme {
	return []scheme{
		{name: web.Basic, base: "/basic"},
		{name: web.SessionMemory, base: "/session/memory", login: "/session/memory/login"},
		{name: web.SessionRedis, base: "/session/redis", login: "/session/redis/login"},
		{name: web.SessionCookie, base: "/session/cookie", login: "/session/cookie/login"},
		{name: web.TokenStateless, base: "/token/stateless", login: "/authenticate", header: true},
		{name: web.TokenRevocable, base: "/token/revocable", login: "/authenticate", header: true},
		{name: web.TokenCookie, base: "/token/cookie", login: "/token/cookie/login"},
	}
}

// logins are the schemes that have one.
func logins() []scheme { return schemes()[1:] }

// credentialIn finds, in the answer to a login, what the client keeps.
func (sch scheme) credentialIn(a answer) (string, error) {
	if sch.header {
		var pair struct {
			AccessToken string `json:"access_token"`
		}
		if err := json.Unmarshal(a.body, &pair); err != nil || pair.AccessToken == "" {
			return "", fmt.Errorf("%s: no token in the answer to a login", sch.name)
		}
		return pair.AccessToken, nil
	}
	cookies := (&http.Response{Header: a.header}).Cookies()
	if len(cookies) != 1 {
		return "", fmt.Errorf("%s: %d cookies in the answer to a login, want 1", sch.name, len(cookies))
	}
	return cookies[0].Value, nil
}

// show puts a credential into a request.
func (sch scheme) show(r *http.Request, credential string) {
	switch {
	case sch.login == "":
		r.Header.Set("Authorization", "Basic "+credential)
	case sch.header:
		r.Header.Set("Authorization", "Bearer "+credential)
	default:
		r.AddCookie(&http.Cookie{Name: sch.name, Value: credential})
	}
}

// passwordCredential is what basic sends each time (RFC 7617).
func passwordCredential(who person) string {
	return base64.StdEncoding.EncodeToString([]byte(who.name + ":" + who.password))
}

// loginRequest logs somebody in.
func (sch scheme) loginRequest(host string, who person) ([]byte, error) {
	body, err := json.Marshal(map[string]string{"username": who.name, "password": who.password})
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequest(http.MethodPost, "http://"+host+sch.login, bytes.NewReader(body)) //nolint:noctx // it is only written down
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
