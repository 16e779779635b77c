package resource

import (
	"context"
	"net/http"

	"github.com/gin-gonic/gin"
)

// A report is what this service serves.
type report struct {
	Report    string `json:"report"`
	User      user   `json:"user"`
	Scheme    string `json:"scheme"`
	HomeCalls int    `json:"home_calls"`
	Service   string `json:"service"`
}

// An identifier finds out which user a request comes from.
type identifier func(context.Context, *http.Request) (user, error)

// handleReport handles the routes under /reports: it identifies the caller, and answers with the caller's report.
func (s *Service) handleReport(scheme string, identify identifier) gin.HandlerFunc {
	return func(c *gin.Context) {
		c.Set(schemeKey, scheme) // refuse needs it too
		ctx, cancel := context.WithTimeout(c.Request.Context(), homeTimeout)
		defer cancel()
		u, err := identify(ctx, c.Request)
		if err != nil {
			s.refuse(c, err)
			return
		}
		if u.Roles == nil {
			u.Roles = []string{} // an array in JSON, not null
		}
		respond(c, http.StatusOK, report{
			Report: "Everything that " + u.Name + " may see.", User: u, Scheme: scheme,
			HomeCalls: timingOf(ctx).homeCalls, Service: s.config.Name,
		})
	}
}

const schemeKey = "authlab/resource/scheme"

// bySession takes the caller's cookie to home, and asks there who the caller is.
func (s *Service) bySession(path string) identifier {
	return func(ctx context.Context, r *http.Request) (user, error) {
		return s.home.askUser(ctx, path, r.Header, "Cookie")
	}
}

// byToken verifies the token without home.
func (s *Service) byToken(ctx context.Context, r *http.Request) (user, error) {
	token, err := bearer(r)
	if err != nil {
		return user{}, err
	}
	return s.verifier.verify(ctx, token)
}

// byRevocableToken verifies the token, and then asks home whether it was revoked: only home's denylist knows.
func (s *Service) byRevocableToken(ctx context.Context, r *http.Request) (user, error) {
	if _, err := s.byToken(ctx, r); err != nil {
		return user{}, err
	}
	return s.home.askUser(ctx, "/token/revocable/me", r.Header, "Authorization")
}

// handleLivez handles the "GET /livez" route: the process answers.
func (s *Service) handleLivez(c *gin.Context) {
	respond(c, http.StatusOK, gin.H{"service": s.config.Name, "status": "alive"})
}

// handleReadyz handles the "GET /readyz" route. The service stays ready while home is down: callers with a token are
// still served.
func (s *Service) handleReadyz(c *gin.Context) {
	if s.draining.Load() {
		respond(c, http.StatusServiceUnavailable, gin.H{"service": s.config.Name, "status": "draining"})
		return
	}
	respond(c, http.StatusOK, gin.H{"service": s.config.Name, "status": "ready"})
}
