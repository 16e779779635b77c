package experiment

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"authlab/lab/contract"
	"authlab/web/scheme"
)

// What a request is for.
const (
	actionLogin   = "login"
	actionLogout  = "logout"
	actionRefresh = "refresh"
	actionPage    = "page"
)

func actionOf(name, path string) string {
	switch s := named(name); {
	case path == "":
		return actionPage
	case path == s.Login:
		return actionLogin
	case path == s.Refresh:
		return actionRefresh
	case s.Logout != "" && strings.HasPrefix(path, s.Logout): // logout-everywhere too
		return actionLogout
	}
	return actionPage
}

// isOfScheme tells the requests that belong to a scheme from others, like those for /livez.
func isOfScheme(u *User, path string) bool {
	return actionOf(u.Scheme, path) != actionPage || strings.HasPrefix(path, base(u.Scheme)+"/") || strings.HasPrefix(path, "/reports/")
}

// serviceOf is the service that a user asks for a path.
func (r *recorder) serviceOf(u *User, path string) string {
	switch {
	case u.url == r.target.URL():
		return ""
	case strings.HasPrefix(path, base(BackendForFrontend)+"/"):
		return "backend"
	}
	return "reports"
}

// problemOf is the last part of a problem's type.
func problemOf(answer Answer, header http.Header) string {
	if header.Get("Content-Type") != "application/problem+json" {
		return ""
	}
	var problem struct{ Type string }
	if json.Unmarshal(answer.Body, &problem) != nil {
		return ""
	}
	return problem.Type[strings.LastIndex(problem.Type, ":")+1:]
}

// What a lookup came to. Empty: the answer does not tell.
const (
	lookupFound    = "found"
	lookupMissing  = "missing"
	lookupGood     = "good"
	lookupBad      = "bad"
	lookupNoAnswer = "no-answer"
)

// lookupsOf is what the server looked at, by Server-Timing, and what that came to, by status and problem. What a replica
// looks up in its own memory is no entry of Server-Timing; the answer tells it all the same.
func lookupsOf(b contract.Beat, timing contract.Timing) []contract.Lookup {
	var lookups []contract.Lookup
	if named(b.Scheme).RememberedAt == scheme.InReplica && b.Service == "" && b.Action != actionLogin && b.Replica != "" && b.Credential != nil {
		if result := recordResult(b); result == lookupFound || result == lookupMissing {
			lookups = append(lookups, contract.Lookup{Where: "replica", Result: result})
		}
	}
	for i, entry := range timing {
		l := contract.Lookup{Where: entry.Name, Desc: entry.Desc, MS: entry.MS}
		last := !slices.ContainsFunc(timing[i+1:], func(e contract.TimingEntry) bool { return e.Name == entry.Name })
		switch entry.Name {
		case "store":
			l.Where, l.Result = storeResult(b, entry.Desc, last)
		case "hash":
			l.Result = pick(b, lookupGood, map[string]string{"bad-credentials": lookupBad})
		case "users":
			l.Result = pick(b, lookupFound, map[string]string{"user-gone": lookupMissing, "users-unavailable": lookupNoAnswer})
		case "signature":
			l.Result = signatureResult(b, timing[i+1:])
		case "home":
			l.Result = pick(b, lookupFound, map[string]string{"unknown-at-home": lookupMissing, "home-unavailable": lookupNoAnswer})
			if !last && l.Result != lookupFound {
				l.Result = ""
			}
		}
		if n := len(lookups); n > 0 && lookups[n-1].Where == l.Where && lookups[n-1].Result == l.Result && lookups[n-1].Desc == l.Desc {
			lookups[n-1].MS, lookups[n-1].Count = lookups[n-1].MS+l.MS, max(lookups[n-1].Count, 1)+1
			continue
		}
		lookups = append(lookups, l)
	}
	return lookups
}

// pick is what a lookup came to in an answer that accepts the credential, or refuses it for a reason.
func pick(b contract.Beat, accepted string, refused map[string]string) string {
	if b.Status/100 == 2 || b.Problem == "not-admin" {
		return accepted
	}
	return refused[b.Problem]
}

// recordResult says whether a session record was there.
func recordResult(b contract.Beat) string {
	return pick(b, lookupFound, map[string]string{"session-unknown": lookupMissing, "session-expired": lookupFound, "session-not-proved": lookupFound, "store-unavailable": lookupNoAnswer})
}

// storeResult says in which part of Redis a lookup was, and what it came to. The commands that write find nothing.
func storeResult(b contract.Beat, desc string, last bool) (where, result string) {
	command := strings.TrimPrefix(desc, "redis ")
	switch {
	case command == "MGET":
		where = "denylist"
		result = pick(b, lookupMissing, map[string]string{"token-revoked": lookupFound, "store-unavailable": lookupNoAnswer})
	case command == "GETEX":
		where, result = "redis", recordResult(b)
	case b.Action == actionRefresh && command == "EVAL" && (!last || b.Status/100 != 2): // the last one of a success confirms
		where = "redis"
		result = pick(b, lookupFound, map[string]string{"refresh-unknown": lookupMissing, "refresh-reused": lookupFound, "store-unavailable": lookupNoAnswer})
	case b.Problem == "store-unavailable":
		where, result = "redis", lookupNoAnswer
	default:
		where = "redis"
	}
	if result == lookupNoAnswer && !last {
		result = "" // it is the last that the server gave up at
	}
	return where, result
}

// signatureResult says whether a signature was good. A refusal for what is checked after it says so too.
func signatureResult(b contract.Beat, later contract.Timing) string {
	switch b.Problem {
	case "token-signature", "session-tampered", "token-invalid", "proof-invalid":
		return lookupBad
	case "token-time", "token-claims", "token-revoked", "session-expired", "session-unknown", "user-gone", "store-unavailable", "proof-nonce", "proof-used", "token-bound":
		return lookupGood
	}
	if len(later) > 0 { // the second service asked home about it then
		return lookupGood
	}
	return pick(b, lookupGood, nil)
}
