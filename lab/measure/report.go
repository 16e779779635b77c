package measure

import "runtime"

// Report is what `authlab bench --json` prints. A time is in microseconds (us), and a list is empty, or a row missing,
// if the run was stopped before it was measured.
type Report struct {
	Machine    Machine     `json:"machine"`
	Requests   int         `json:"requests"` // that were asked for, of each scheme
	DurationMS int64       `json:"duration_ms"`
	Baseline   string      `json:"baseline"`       // what a ratio compares with
	OneRequest []Request   `json:"one_request"`    // the baseline first
	OneLogin   []Login     `json:"one_login"`      // without basic, which never logs in
	Algorithms []Algorithm `json:"algorithms"`     // the default first
	Distances  []Distance  `json:"store_distance"` // near first
}

// Machine is where it was measured.
type Machine struct {
	OS   string `json:"os"`
	Arch string `json:"arch"`
	CPUs int    `json:"cpus"`
	Go   string `json:"go"`
}

// Request is the cost of one request, GET {base}/me, of somebody who is logged in.
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

// Login is the cost of one login with a name and a password. The bytes that stay at the server are keys and records as
// text, for a user who is logged in nowhere else; what a program or a Redis needs around each comes on top.
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
	KeptReplica     int     `json:"kept_replica_bytes"`
	KeptRedis       int     `json:"kept_redis_bytes"`
}

// Algorithm is the cost of signing and of verifying with one algorithm, and of a request of token-stateless with it. The
// request repeats a token, so its signature is remembered: what the algorithm costs is in the two columns before.
type Algorithm struct {
	Algorithm     string  `json:"algorithm"`
	SignUS        float64 `json:"sign_us"`   // medians
	VerifyUS      float64 `json:"verify_us"` // of a token that was never seen before, with all of its claims
	SignAllocs    int64   `json:"sign_allocs"`
	VerifyAllocs  int64   `json:"verify_allocs"`
	TokenBytes    int     `json:"token_bytes"`
	RequestUS     float64 `json:"request_us"`
	TimesBaseline float64 `json:"request_times_baseline"`
}

// Distance is the cost of one request when the store is that far away. Near is without a wire; the wire that makes the
// distance adds a little of its own.
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

// Baseline is the route that every ratio compares with: a small JSON object, on the same server, and no login.
const Baseline = "GET /livez"

func newReport(config Config) Report {
	return Report{
		Machine:  Machine{OS: runtime.GOOS, Arch: runtime.GOARCH, CPUs: runtime.NumCPU(), Go: runtime.Version()},
		Requests: config.Requests, Baseline: Baseline,
		OneRequest: []Request{}, OneLogin: []Login{}, Algorithms: []Algorithm{}, Distances: []Distance{},
	}
}
