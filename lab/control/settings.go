package control

import (
	"time"

	"authlab/lab/contract"
	"authlab/web"
)

// Tuned is a replica's tuning by the lab's settings.
func Tuned(s contract.Settings) web.Tuning {
	return web.Tuning{
		MaxSessions: s.MaxSessions, StaleSessions: time.Duration(s.StaleSessionsSeconds) * time.Second,
		StreamAsk: time.Duration(s.StreamAskSeconds) * time.Second, StreamTold: s.StreamTold,
		UndetectedReuse: time.Duration(s.UndetectedReuseSeconds) * time.Second,
	}
}
