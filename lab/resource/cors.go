package resource

import (
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"
)

// allowOrigin lets pages of the configured origins read the response (Fetch Standard, CORS protocol). CORS protects
// browsers' users only: a client that is not a browser needs no permission. It never allows credentials, so a browser
// sends no cookie along, and a page can do here only what its token allows.
func (s *Service) allowOrigin(c *gin.Context) {
	c.Header("Vary", "Origin")
	if s.allowed(c) {
		c.Header("Access-Control-Allow-Origin", c.GetHeader("Origin"))
		c.Header("Access-Control-Expose-Headers", headerCalls+", "+headerServedBy+", WWW-Authenticate")
	}
}

func (s *Service) allowed(c *gin.Context) bool {
	return slices.Contains(s.config.AllowedOrigins, c.GetHeader("Origin"))
}

// handlePreflight handles OPTIONS for the routes that take a token: the browser asks whether the page may send one.
func (s *Service) handlePreflight(c *gin.Context) {
	if !s.allowed(c) {
		s.refuse(c, errOrigin)
		return
	}
	c.Header("Access-Control-Allow-Methods", http.MethodGet)
	c.Header("Access-Control-Allow-Headers", "Authorization, X-Balance")
	c.Header("Access-Control-Max-Age", "600") // seconds
	c.Status(http.StatusNoContent)
	c.Writer.WriteHeaderNow()
}
