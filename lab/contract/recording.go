package contract

// A Recording is what happened while an experiment ran: one Beat after the other, in the order in which each was over. Of
// many requests it holds some, and the totals count them all.
type Recording struct {
	Replicas int     `json:"replicas"` // when it began
	Beats    []Beat  `json:"beats"`
	Totals   []Total `json:"totals"` // by scheme, in the order of the one table
}

// A Total counts all requests of a scheme, also those that are no beat.
type Total struct {
	Scheme   string         `json:"scheme"`
	Requests int            `json:"requests"`
	Statuses map[string]int `json:"statuses"` // by number: "200"
}

// A BeatKind says what a beat is.
type BeatKind string

// The kinds of beats.
const (
	BeatRequest    BeatKind = "request"     // a client sent a request, and Status came back
	BeatMore       BeatKind = "more"        // Count further requests of Scheme are left out; the last of them was here
	BeatCopy       BeatKind = "copy"        // Client has now a copy of the credential of From.
	BeatStream     BeatKind = "stream"      // Client's stream of events goes on (Open), or has ended
	BeatBreak      BeatKind = "break"       // Fault began
	BeatMend       BeatKind = "mend"        // Fault ended
	BeatScale      BeatKind = "scale"       // there are Count replicas now
	BeatFlush      BeatKind = "flush"       // Redis was emptied
	BeatAdvance    BeatKind = "advance"     // all clocks were moved forward by Seconds
	BeatRotateKeys BeatKind = "rotate-keys" // new keys sign; Overlap: those before go on verifying
	BeatRoles      BeatKind = "roles"       // User has now Roles in the users database
	BeatSettings   BeatKind = "settings"    // the replicas work by Settings now
	BeatReset      BeatKind = "reset"       // the lab was made clean
)

// A Beat is one step of a recording. Which fields it has depends on its kind.
type Beat struct {
	AtMS float64  `json:"at_ms"` // when it was over, since the recording began
	Kind BeatKind `json:"kind"`

	// Of a request. Scheme and Client are also those of a copy; a request to no scheme, like /livez, is no beat. The naive
	// twin has "naive" for a scheme, and its clients no name.
	Scheme     string      `json:"scheme,omitempty"`
	Client     string      `json:"client,omitempty"` // "alice", or "alice-2" for another browser of hers or a thief's
	From       string      `json:"from,omitempty"`
	FromScheme string      `json:"from_scheme,omitempty"` // of From, if it is another: two schemes take the same token
	Kept       bool        `json:"kept,omitempty"`        // of a copy: From is the same user, who has set it aside
	Action     string      `json:"action,omitempty"`      // login, logout, refresh, or page
	Method     string      `json:"method,omitempty"`
	Path       string      `json:"path,omitempty"`    // without the query
	Service    string      `json:"service,omitempty"` // "": behind the balancer; else reports, issuer, backend or naive
	Policy     string      `json:"policy,omitempty"`
	Replica    string      `json:"replica,omitempty"` // which answered; "": none
	Status     int         `json:"status,omitempty"`  // 0: no answer came
	DurationMS float64     `json:"duration_ms,omitempty"`
	Credential *Credential `json:"credential,omitempty"` // what the request carried; nil: nothing
	Trick      string      `json:"trick,omitempty"`      // what an attacker has done to it or to the request, by name
	Given      *Credential `json:"given,omitempty"`      // what the answer gave
	Taken      bool        `json:"taken,omitempty"`      // the answer took the cookie away
	Lookups    []Lookup    `json:"lookups,omitempty"`    // in order
	Problem    string      `json:"problem,omitempty"`    // the last part of the problem's type: not-logged-in

	Fault   string   `json:"fault,omitempty"` // as Fault.String has it
	Count   int      `json:"count,omitempty"`
	Seconds float64  `json:"seconds,omitempty"` // also how wrong a clock, or how far away Redis is, of a break
	Overlap bool     `json:"overlap,omitempty"`
	Open    bool     `json:"open,omitempty"`
	User    string   `json:"user,omitempty"`
	Roles   []string `json:"roles,omitempty"` // the first 8 of Count

	Settings *Settings `json:"settings,omitempty"`

	// Changes is what is remembered otherwise than before this beat, by two looks at the lab.
	Changes []Change `json:"changes,omitempty"`
}

// A Credential is shown by what can be told apart and gives nothing away.
type Credential struct {
	Kind  string `json:"kind"`            // password, session-id, signed-cookie, token, refresh-token
	ID    string `json:"id,omitempty"`    // the first characters of what names it, the same as in a View: the session's, the token's jti. What no View lists has the first of its hash
	KeyID string `json:"kid,omitempty"`   // of the key that signed a token
	Bytes int    `json:"bytes,omitempty"` // its length
	// ExpiresIn is how many seconds a token has left by its own exp and the lab's clock, when the request was sent.
	ExpiresIn float64 `json:"expires_in,omitempty"`
}

// A Lookup is one thing that the server looked at to answer a request, as its Server-Timing tells.
type Lookup struct {
	Where  string  `json:"where"`  // hash, signature, replica (its own memory), redis, denylist, users, home (a second service asking the first)
	Result string  `json:"result"` // found, missing, good, bad, no-answer; "": the answer does not tell
	Desc   string  `json:"desc,omitempty"`
	MS     float64 `json:"ms"`
	Count  int     `json:"count,omitempty"` // how many lookups of this kind follow one another, if more than one
}

// A Change is one record that came or went.
type Change struct {
	Where string `json:"where"` // app-1, redis
	Kind  string `json:"kind"`  // session, and in Redis also sessions, denied, not-before, family
	ID    string `json:"id"`    // as in a View, without the kind before the colon
	User  string `json:"user,omitempty"`
	Gone  bool   `json:"gone,omitempty"`
}
