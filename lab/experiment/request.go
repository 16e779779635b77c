package experiment

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"authlab/lab/contract"
	"authlab/web/scheme"
)

// An Answer is what came back.
type Answer struct {
	Status    int
	Replica   string
	Body      []byte
	Took      time.Duration
	SetCookie bool           // a cookie other than the balancer's was set or taken away
	Nonce     string         // the server asks for it in the next proof
	Timing    map[string]int // entries of Server-Timing by name: hash, users, store, signature
}

// expect is do for a request that has to be answered with this status; any other is an unexpectedError.
func (u *User) expect(ctx context.Context, status int, method, path string, body any) (Answer, error) {
	answer, err := u.do(ctx, method, path, body)
	if err == nil && answer.Status != status {
		err = unexpectedError{answer, u.Scheme + ": " + method + " " + path}
	}
	return answer, err
}

// An unexpectedError is an answer with a status that an experiment cannot go on with.
type unexpectedError struct {
	Answer
	request string
}

func (e unexpectedError) Error() string { return fmt.Sprintf("%s: %d %s", e.request, e.Status, e.Body) }

// do sends a request, and once more if the server asks for a nonce in its proof.
func (u *User) do(ctx context.Context, method, path string, body any) (Answer, error) {
	for again := true; ; again = false {
		request, err := u.request(ctx, method, path, body)
		if err != nil {
			return Answer{}, err
		}
		answer, err := u.send(request)
		if err != nil || answer.Nonce == "" || !again {
			return answer, err
		}
		u.nonce = answer.Nonce
	}
}

// request is what this user would send.
func (u *User) request(ctx context.Context, method, path string, body any) (*http.Request, error) {
	var text io.Reader
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			return nil, err
		}
		text = bytes.NewReader(encoded)
	}
	request, err := http.NewRequestWithContext(ctx, method, u.url+path, text)
	if err != nil {
		return nil, err
	}
	request.Header.Set("X-Balance", u.Policy)
	request.Header.Set("X-Forwarded-For", u.address)
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	switch {
	case u.Scheme == Basic && u.password != "":
		request.SetBasicAuth(u.Name, u.password)
	case u.key != nil:
		if err := u.prove(request); err != nil {
			return nil, err
		}
	case u.Access != "":
		request.Header.Set("Authorization", "Bearer "+u.Access)
	}
	for name, value := range u.cookies {
		request.Header.Add("Cookie", name+"="+value)
	}
	return request, nil
}

// send sends a request, and has it recorded.
func (u *User) send(request *http.Request) (Answer, error) {
	sending := u.recorder.begin(u, request)
	answer, header, err := u.exchange(request)
	u.recorder.end(request.Context(), sending, u, answer, header)
	return answer, err
}

func (u *User) exchange(request *http.Request) (Answer, http.Header, error) {
	start := time.Now()
	u.setCookies = nil
	response, err := u.client.Do(request)
	if err != nil {
		return Answer{}, nil, err
	}
	defer response.Body.Close()
	answer := Answer{Status: response.StatusCode, Replica: response.Header.Get("X-Served-By"), Nonce: response.Header.Get("DPoP-Nonce")}
	if answer.Body, err = io.ReadAll(io.LimitReader(response.Body, 1<<20)); err != nil {
		return Answer{}, nil, err
	}
	answer.Took = time.Since(start)
	answer.Timing = contract.ParseServerTiming(response.Header.Values("Server-Timing")...).Count()
	u.setCookies = slices.DeleteFunc(response.Cookies(), func(cookie *http.Cookie) bool {
		return strings.HasSuffix(cookie.Path, "/login") // a browser sends it there alone
	})
	for _, cookie := range u.setCookies {
		cookie.Name, _ = scheme.Unmarked(cookie.Name) // this client visits one lab
		if u.isLogin(cookie) {
			answer.SetCookie = true
		}
		u.cookies[cookie.Name] = cookie.Value
		if cookie.MaxAge < 0 {
			delete(u.cookies, cookie.Name)
		}
	}
	return answer, response.Header, nil
}
