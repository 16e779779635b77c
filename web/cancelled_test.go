package web_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"authlab/session"
	"authlab/web"
	"authlab/web/scheme"
)

// hungUp sends a request whose client has closed its connection already.
func hungUp(t *testing.T, w *world, server *web.Server, method, path, body string, headers ...string) answer {
	t.Helper()
	ctx, hangUp := context.WithCancel(t.Context())
	hangUp()
	request := httptest.NewRequest(method, path, strings.NewReader(body)).WithContext(ctx)
	request.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	w.sent()
	recorder := httptest.NewRecorder()
	server.Handler().ServeHTTP(recorder, request)
	return read(t, recorder.Result())
}

func TestAGuessCountsAlsoIfTheClientHangsUp(t *testing.T) {
	w, c := alone(t)
	statuses := map[int]int{}
	for range 120 { // about half of them are not checked, because the Hasher sees that the client is gone
		statuses[hungUp(t, w, c.server.Server, http.MethodPost, "/authenticate", loginBody("alice", "wrong")).status]++
	}
	if statuses[401] != 20 || statuses[429] == 0 {
		t.Errorf("answers by status: %v, want 20 passwords checked", statuses)
	}
}

func TestALogoutIsDoneAlsoIfTheClientHangsUp(t *testing.T) {
	for path, of := range map[string]struct{ scheme, method string }{
		"/session/redis/logout":            {scheme.SessionRedis, http.MethodPost},
		"/session/redis/logout-everywhere": {scheme.SessionRedis, http.MethodPost},
		"/session/redis/sessions/":         {scheme.SessionRedis, http.MethodDelete},
		"/token/logout":                    {scheme.TokenRevocable, http.MethodPost},
		"/token/logout-everywhere":         {scheme.TokenRevocable, http.MethodPost},
	} {
		t.Run(path, func(t *testing.T) {
			w, c := alone(t)
			c.login(of.scheme, "alice")
			r := routeOf(of.scheme)
			if of.method == http.MethodDelete {
				var list struct{ Sessions []session.Info }
				must(t, json.Unmarshal([]byte(c.get(200, "/session/redis/sessions").body), &list))
				path += list.Sessions[0].ID
			}
			headers := []string{"Authorization", "Bearer " + c.pair.AccessToken}
			if of.scheme == scheme.SessionRedis {
				headers = []string{"Cookie", scheme.SessionRedis + "=" + c.cookies[scheme.SessionRedis]}
			}
			if a := hungUp(t, w, c.server.Server, of.method, path, "", headers...); a.status != 204 {
				t.Errorf("%d: %s", a.status, a.body)
			}
			c.get(401, r.base+"/me")
		})
	}
}

func TestARefreshTokenIsSpentAlsoIfTheClientHangsUp(t *testing.T) {
	w, c := alone(t)
	c.login(scheme.TokenStateless, "alice")
	body := refreshBody(c.pair.RefreshToken)
	if a := hungUp(t, w, c.server.Server, http.MethodPost, "/token/refresh", body); a.status != 200 {
		t.Errorf("%d: %s", a.status, a.body)
	}
	c.post(401, "/token/refresh", body).isProblem(t, 401, "refresh-reused", scheme.TokenStateless)
}
