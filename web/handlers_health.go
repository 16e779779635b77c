package web

import (
	"net/http"

	"github.com/gin-gonic/gin"
)

// handleLivez handles the "GET /livez" route. It answers as long as the process does.
func (s *Server) handleLivez(c *gin.Context) {
	c.JSON(http.StatusOK, gin.H{"replica": s.config.Name, "status": "alive"})
}

// handleReadyz handles the "GET /readyz" route. It answers 503 only while this replica is ending. If Redis is down, the
// answer says so and is still 200: most schemes work without it, and a balancer that took every replica away would stop
// those too.
func (s *Server) handleReadyz(c *gin.Context) {
	redis := "down"
	if s.RedisUp(c.Request.Context()) {
		redis = "up"
	}
	if s.draining.Load() {
		c.JSON(http.StatusServiceUnavailable, gin.H{"replica": s.config.Name, "status": "draining", "redis": redis})
		return
	}
	c.JSON(http.StatusOK, gin.H{"replica": s.config.Name, "status": "ready", "redis": redis})
}
