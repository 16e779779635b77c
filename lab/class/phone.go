package class

import (
	"net/http"
	"strconv"
	"time"

	"authlab/lab/contract"
	"authlab/lab/experiment/texts"
)

// pollFor is how long the state of a class is waited for, which is shorter than the server lets an answer take.
const pollFor = 20 * time.Second

// phoneState is what a phone is told.
type phoneState struct {
	Version int         `json:"version"`
	Nudge   int         `json:"nudge"` // when it changes, the phone asks on all lanes at once
	Title   string      `json:"title"`
	Labs    bool        `json:"labs"`  // the labs of one's own are open
	Round   *phoneRound `json:"round"` // null: none is under way
	Right   int         `json:"right"` // how often this person was right
	Of      int         `json:"of"`    // in how many rounds with a vote of theirs
}

type phoneRound struct {
	said
	Number   int    `json:"number"`
	Phase    phase  `json:"phase"`
	Scheme   string `json:"scheme"`
	LeftMS   int64  `json:"left_ms,omitempty"` // of the time to discuss
	First    *int   `json:"first"`
	Second   *int   `json:"second"`
	Seen     *int   `json:"seen"`
	Measured *int   `json:"measured"` // null: not told yet
}

// handleState handles the "GET /class/state" route: ?after=7 waits until there is something newer, and ?lang=es. A phone
// that does not read its answer holds its own connection and nothing else.
func (c *Class) handleState(w http.ResponseWriter, r *http.Request, p *person) {
	after, _ := strconv.Atoi(r.URL.Query().Get("after"))
	l := texts.Best(r.URL.Query().Get("lang"), r.Header.Get("Accept-Language"))
	timeout := time.NewTimer(pollFor)
	defer timeout.Stop()
	version, changed := c.phones.now()
	if version == after {
		select {
		case <-changed:
			version, _ = c.phones.now()
		case <-timeout.C:
		case <-r.Context().Done():
			return
		case <-c.run.Done():
		}
	}
	contract.Answer(w, c.stateFor(p, version, l))
}

func (c *Class) stateFor(p *person, version int, l *texts.Language) phoneState {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := phoneState{Version: version, Nudge: c.nudge, Title: c.config.Title}
	s.Labs, _ = c.own.count()
	scored := c.scoreOf(p)
	s.Right, s.Of = scored.Right, scored.Of
	now := c.current()
	if now == nil {
		return s
	}
	s.Round = &phoneRound{
		said: now.in(l), Number: now.Number, Phase: now.phase, Scheme: now.scheme,
		First: now.vote(voting, p.number), Second: now.vote(again, p.number), Seen: now.vote(observed, p.number),
	}
	if now.phase == discuss {
		s.Round.LeftMS = max(now.ends.Sub(c.config.Now()).Milliseconds(), 0)
	}
	if now.phase == lesson {
		s.Round.Measured = now.measuredChoice()
	}
	return s
}
