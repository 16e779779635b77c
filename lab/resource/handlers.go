package resource

import (
	"context"
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"
)

// handleSession handles the "GET /reports/session/{store}" routes: it takes the caller's cookie home and asks there.
func (s *Service) handleSession(path string) gin.HandlerFunc {
	return func(c *gin.Context) {
		ctx, cancel := context.WithTimeout(c.Request.Context(), patience)
		defer cancel()
		s.answer(c)(s.home.who(ctx, path, c.Request.Header, "Cookie"))
	}
}

// handleToken handles the "GET /reports/token" route: it checks the token by itself.
func (s *Service) handleToken(c *gin.Context) {
	ctx, cancel := context.WithTimeout(c.Request.Context(), patience)
	defer cancel()
	s.answer(c)(s.verify(ctx, c.Request))
}

// handleRevocable handles the "GET /reports/revocable" route: it checks the token by itself, and then asks home whether
// it was taken back. Only home's denylist knows that.
func (s *Service) handleRevocable(c *gin.Context) {
	ctx, cancel := context.WithTimeout(c.Request.Context(), patience)
	defer cancel()
	if _, err := s.verify(ctx, c.Request); err != nil {
		s.refuse(c, err)
		return
	}
	s.answer(c)(s.home.who(ctx, "/token/revocable/me", c.Request.Header, "Authorization"))
}

func (s *Service) verify(ctx context.Context, r *http.Request) (user, error) {
	token, err := bearer(r)
	if err != nil {
		return user{}, err
	}
	return s.verifier.verify(ctx, token)
}

// A report is what this service is for.
type report struct {
	Report    string `json:"report"`
	User      user   `json:"user"`
	Scheme    string `json:"scheme"`
	HomeCalls int    `json:"home_calls"`
	Service   string `json:"service"`
}

func (s *Service) answer(c *gin.Context) func(user, error) {
	return func(u user, err error) {
		if err != nil {
			s.refuse(c, err)
			return
		}
		if u.Roles = slices.Clone(u.Roles); u.Roles == nil {
			u.Roles = []string{}
		}
		c.JSON(http.StatusOK, report{
			Report: "Everything that " + u.Name + " may see.", User: u, Scheme: c.GetString(schemeKey),
			HomeCalls: billOf(c.Request.Context()).calls, Service: s.config.Name,
		})
	}
}

// handleLivez handles the "GET /livez" route: the process answers.
func (s *Service) handleLivez(c *gin.Context) {
	c.JSON(http.StatusOK, gin.H{"service": s.config.Name, "status": "alive"})
}

// handleReadyz handles the "GET /readyz" route. Home being down is no reason to send no requests here: who comes with a
// token is still served.
func (s *Service) handleReadyz(c *gin.Context) {
	if s.draining.Load() {
		c.JSON(http.StatusServiceUnavailable, gin.H{"service": s.config.Name, "status": "draining"})
		return
	}
	c.JSON(http.StatusOK, gin.H{"service": s.config.Name, "status": "ready"})
}
