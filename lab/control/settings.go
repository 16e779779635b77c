package control

import (
	"authlab/lab/contract"
	"authlab/web"
)

// Tuned is a replica's tuning by the lab's settings.
func Tuned(s contract.Settings) web.Tuning {
	return web.Tuning{MaxSessions: s.MaxSessions}
}
