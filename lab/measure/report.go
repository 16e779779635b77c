package measure

import "runtime"

// Report is what `authlab bench --json` prints. Times are in microseconds (us). If the run was stopped early, some lists
// are empty and some rows missing.
type Report struct {
	Machine    Machine     `json:"machine"`
	Requests   int         `json:"requests"` // that were asked for, of each scheme
	DurationMS int64       `json:"duration_ms"`
	Baseline   string      `json:"baseline"`       // the route that the ratios compare with
	OneRequest []Request   `json:"one_request"`    // the baseline first
	OneLogin   []Login     `json:"one_login"`      // without basic, which never logs in
	Algorithms []Algorithm `json:"algorithms"`     // the default first
	Distances  []Distance  `json:"store_distance"` // near first
}

// Machine is the machine on which it was measured.
type Machine struct {
	OS   string `json:"os"`
	Arch string `json:"arch"`
	CPUs int    `json:"cpus"`
	Go   string `json:"go"`
}

// Request is the cost of one request, GET {base}/me, of a user who is logged in.
type Request struct {
	Scheme          string  `json:"scheme"`
	Requests        int     `json:"requests"` // that were measured
	MedianUS        float64 `json:"median_us"`
	TimesBaseline   float64 `json:"times_baseline"`
	P99US           float64 `json:"p99_us,omitzero"` // missing: fewer than 100 requests
	Allocs          int64   `json:"allocs,omitzero"` // missing: the run was stopped before they were counted
	AllocBytes      int64   `json:"alloc_bytes,omitzero"`
	CredentialBytes int     `json:"credential_bytes"` // as it is sent
	RequestBytes    int     `json:"request_bytes"`
	ResponseBytes   int     `json:"response_bytes"`
	WireBytes       int     `json:"wire_bytes"` // request and response
	StoreCommands   int     `json:"store_commands"`
}

// Login is the cost of one login with a name and a password. The kept bytes are keys and records as text, for a user with
// no other login; the overhead of Go's and Redis's data structures is not counted.
type Login struct {
	Scheme          string  `json:"scheme"`
	Logins          int     `json:"logins"`
	MedianUS        float64 `json:"median_us"`
	HashUS          float64 `json:"hash_us"` // median of the password hash
	RestUS          float64 `json:"rest_us"` // median of all the rest
	TimesBaseline   float64 `json:"rest_times_baseline"`
	WireBytes       int     `json:"wire_bytes"`
	StoreCommands   int     `json:"store_commands"`
	StoreRoundTrips int     `json:"store_round_trips"`
	KeptReplica     int64   `json:"kept_replica_bytes"`
	KeptRedis       int64   `json:"kept_redis_bytes"`
}

// Algorithm is the cost of signing and of verifying with one algorithm, and of a request of token-stateless with it. The
// request repeats a token, and the server remembers a verified signature, so RequestUS does not include VerifyUS.
type Algorithm struct {
	Algorithm     string  `json:"algorithm"`
	SignUS        float64 `json:"sign_us"`   // medians
	VerifyUS      float64 `json:"verify_us"` // of a new token, with its claims
	SignAllocs    int64   `json:"sign_allocs"`
	VerifyAllocs  int64   `json:"verify_allocs"`
	TokenBytes    int     `json:"token_bytes"`
	RequestUS     float64 `json:"request_us"`
	TimesBaseline float64 `json:"request_times_baseline"`
}

// Distance is the time of one request with the store at a distance. The wire that delays the commands adds a little of its
// own; at 0 ms there is none.
type Distance struct {
	StoreMS  int64   `json:"store_ms"`
	Requests []Timed `json:"requests"` // the baseline first
}

// Timed is the time of one request.
type Timed struct {
	Scheme        string  `json:"scheme"`
	Requests      int     `json:"requests"`
	MedianUS      float64 `json:"median_us"`
	TimesBaseline float64 `json:"times_baseline"` // at the same distance
}

// Baseline is the route that the ratios compare with: a small JSON object from the same server, without a login.
const Baseline = "GET /livez"

func newReport(config Config) Report {
	return Report{
		Machine:  Machine{OS: runtime.GOOS, Arch: runtime.GOARCH, CPUs: runtime.NumCPU(), Go: runtime.Version()},
		Requests: config.Requests, Baseline: Baseline,
		OneRequest: []Request{}, OneLogin: []Login{}, Algorithms: []Algorithm{}, Distances: []Distance{},
	}
}
