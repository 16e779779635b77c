package experiment

import (
	"fmt"
	"slices"
)

// All lists every experiment, in the order in which a class would meet them.
func All() []Experiment {
	return []Experiment{
		httpForgets(),
		referenceOrValue(),
		roundRobin(),
		sticky(),
		stickyReplicaDies(),
		replicaSilent(),
		rollingDeploy(),
		scaleOut(),
		oneAddress(),
		redisDown(),
		redisBack(),
		failover(),
		reloginHerd(),
		logout(),
		logoutEverywhere(),
		passwordChange(),
		thirdDevice(),
		openSocket(),
		tamper(),
		expiry(),
		staleRole(),
		forgedTokens(),
		keyLeak(),
		stolen(),
		inTheLog(),
		boundSession(),
		proofReplay(),
		refreshReuse(),
		concurrentRefresh(),
		twoTabs(),
		retryStorm(),
		crossSiteForms(),
		loginCSRF(),
		oauthCode(),
		fixation(),
		storeLookups(),
		cachedSession(),
		lostUpdate(),
		latency(),
		size(),
		serverMemory(),
		otherService(),
		introspection(),
		backendForFrontend(),
		crossOrigin(),
		scriptReads(),
		rememberMe(),
		backButton(),
		tossedCookie(),
		framed(),
		keyRotation(),
		kidStorm(),
		bootKey(),
		clockSkew(),
	}
}

// An UnknownError is a name that no experiment has, with the name that is nearest.
type UnknownError struct {
	Name, Nearest string
}

func (e UnknownError) Error() string {
	return fmt.Sprintf("there is no experiment %q; did you mean %q?", e.Name, e.Nearest)
}

// Named returns the experiments of these names, in this order; without a name, all. A name that none has is an
// UnknownError.
func Named(names ...string) ([]Experiment, error) {
	all := All()
	if len(names) == 0 {
		return all, nil
	}
	chosen := make([]Experiment, 0, len(names))
	for _, name := range names {
		i := slices.IndexFunc(all, func(e Experiment) bool { return e.Name == name })
		if i < 0 {
			return nil, UnknownError{name, nearest(name, all)}
		}
		chosen = append(chosen, all[i])
	}
	return chosen, nil
}

func nearest(name string, all []Experiment) string {
	best := slices.MinFunc(all, func(a, b Experiment) int { return distance(name, a.Name) - distance(name, b.Name) })
	return best.Name
}

// distance is how many characters have to be changed, added or taken away to make b of a (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}
