package web

import (
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/gin-gonic/gin"

	"authlab/account"
)

func TestARequestWhoseCallerIsNotKnownReachesNoHandler(t *testing.T) {
	gin.SetMode(gin.ReleaseMode)
	s := &Server{config: Config{Logger: slog.New(slog.DiscardHandler)}}
	identified := func(who caller, err error) gin.HandlerFunc {
		return mounted{read: func(*gin.Context) (caller, error) { return who, err }}.identify
	}
	alice := caller{user: account.User{Name: "alice"}}
	for name, tt := range map[string]struct {
		before []gin.HandlerFunc
		want   int
	}{
		"a known caller":               {[]gin.HandlerFunc{identified(alice, nil), s.requireCaller}, http.StatusOK},
		"a refused credential":         {[]gin.HandlerFunc{identified(caller{}, errNoPassword), s.requireCaller}, http.StatusUnauthorized},
		"an error that has no verdict": {[]gin.HandlerFunc{identified(caller{}, errors.New("odd")), s.requireCaller}, http.StatusInternalServerError},
		"a route without identify":     {[]gin.HandlerFunc{s.requireCaller}, http.StatusInternalServerError},
		"one without requireCaller":    {nil, http.StatusInternalServerError},
	} {
		reached := ""
		r := gin.New()
		r.Use(func(c *gin.Context) {
			ctx, _ := withCall(c.Request.Context())
			c.Request = c.Request.WithContext(ctx)
		}, s.recoverPanic)
		r.GET("/", append(tt.before, func(c *gin.Context) { reached = callerOf(c).user.Name })...)
		answer := httptest.NewRecorder()
		r.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil))
		if answer.Code != tt.want || (reached == "alice") != (tt.want == http.StatusOK) {
			t.Errorf("%s: %d, want %d; the handler has %q", name, answer.Code, tt.want, reached)
		}
	}
}
