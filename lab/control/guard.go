package control

import (
	"crypto/subtle"
	"net/http"

	"authlab/lab/contract"
)

// crossOrigin keeps a page of another site from breaking things in the lab of a visitor.
var crossOrigin = http.NewCrossOriginProtection()

// guard lets in clients on this machine, and clients that have the key. Asking for a loopback name in Host keeps a page
// on another site from reaching the lab under a name of its own (DNS rebinding).
func (c *Controls) guard(r *http.Request) error {
	key := r.Header.Get("X-Lab-Key")
	hasKey := c.config.LabKey != "" && subtle.ConstantTimeCompare([]byte(key), []byte(c.config.LabKey)) == 1
	switch {
	case crossOrigin.Check(r) != nil:
		return contract.NewProblem(http.StatusForbidden, "cross-origin", "Another site made the browser send this request.")
	case !hasKey && (!c.config.FromHere(r) || !contract.IsLoopback(r.Host)):
		return contract.NewProblem(http.StatusForbidden, "not-loopback", "The lab's controls answer on this machine only, unless a lab key is set and sent in X-Lab-Key.")
	}
	return nil
}
