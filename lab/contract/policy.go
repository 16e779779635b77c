package contract

// PolicyHeader is the request header in which a client names the balancer's policy.
const PolicyHeader = "X-Balance"

// The balancer's policies by name. Without a name it is RoundRobin.
const (
	RoundRobin = "round-robin" // each request goes to the next replica
	Sticky     = "sticky"      // a cookie of the balancer's own keeps a client on one replica
	Hash       = "hash"        // the client's address decides
)

// Policies lists the names of all policies.
func Policies() []string { return []string{RoundRobin, Sticky, Hash} }
