package class

import (
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"authlab/lab/contract"
	"authlab/lab/experiment/texts"
)

const (
	// pictureEvery is how often the wall is sent a picture at most.
	pictureEvery = 100 * time.Millisecond
	// stillEvery is how often it is sent one when nothing happens, so that it knows that the class is there.
	stillEvery = 5 * time.Second
	// sendTimeout is how long a wall may keep a picture from being written.
	sendTimeout = 5 * time.Second
)

// A picture is all that the wall shows. Each one is whole, so a wall that was reloaded goes on with the next.
type picture struct {
	Title    string          `json:"title"`
	Address  string          `json:"address"` // of /join
	QR       []string        `json:"qr"`      // its rows: 1 is dark
	Pin      string          `json:"pin,omitempty"`
	Room     int             `json:"room"` // how many people can join
	Policy   string          `json:"policy"`
	Replicas []replicaOnWall `json:"replicas"`
	Redis    redisOnWall     `json:"redis"`
	Lanes    []laneOnWall    `json:"lanes"`
	People   []personOnWall  `json:"people"`
	Round    *wallRound      `json:"round"`
	Admins   bool            `json:"admins"` // everyone has the role admin, in the users database
	Labs     labsOnWall      `json:"labs"`
	NotKept  bool            `json:"not_kept"` // the last round could not be written to the files
}

type replicaOnWall struct {
	Name     string `json:"name"`
	Alive    bool   `json:"alive"`
	Sessions int    `json:"sessions"`
}

type redisOnWall struct {
	Alive    bool `json:"alive"`
	Sessions int  `json:"sessions"`
}

// labsOnWall are the labs of one's own.
type labsOnWall struct {
	Open    bool `json:"open"`
	Running int  `json:"running"`
}

// laneOnWall counts the people of a lane.
type laneOnWall struct {
	Scheme string `json:"scheme"`
	In     int    `json:"in"`
	Out    int    `json:"out"` // who have to log in again
	Unsure int    `json:"unsure"`
	Admins int    `json:"admins"` // who the lane says are admins
}

// personOnWall is one tile on each lane: "in app-1", "out app-2", "unsure app-1", or "" before the first login.
type personOnWall struct {
	Name  string   `json:"name"`
	Lanes []string `json:"lanes"`
}

// wallRound is the round that is under way. Distributions are told only if they are to be shown.
type wallRound struct {
	said
	Number   int         `json:"number"`
	Chapter  string      `json:"chapter"`
	Phase    phase       `json:"phase"`
	Scheme   string      `json:"scheme"`
	Asks     []string    `json:"asks"`
	Voted    int         `json:"voted"` // in this phase
	Show     bool        `json:"show"`
	First    []int       `json:"first,omitempty"`
	Second   []int       `json:"second,omitempty"`
	Seen     []int       `json:"seen,omitempty"`
	LeftMS   int64       `json:"left_ms"`
	Ready    bool        `json:"ready"` // the experiment has run, or failed
	Failed   bool        `json:"failed"`
	Measured *int        `json:"measured"`
	Right    int         `json:"right"`
	Rows     []rowOnWall `json:"rows,omitempty"` // what was measured of the asked schemes
}

// rowOnWall is what was measured of one scheme, in words.
type rowOnWall struct {
	Scheme   string `json:"scheme"`
	Observed string `json:"observed"`
}

// handleWall handles the "GET /class/wall" route: one picture a line, as often as something changes, and ?lang=es.
func (c *Class) handleWall(w http.ResponseWriter, r *http.Request) {
	l := texts.Best(r.URL.Query().Get("lang"), r.Header.Get("Accept-Language"))
	conn := http.NewResponseController(w)
	w.Header().Set("Content-Type", "application/x-ndjson")
	pause, still := time.NewTicker(pictureEvery), time.NewTicker(stillEvery)
	defer pause.Stop()
	defer still.Stop()
	for {
		_, changed := c.walls.now() // before the picture, so that no change is missed
		if conn.SetWriteDeadline(time.Now().Add(sendTimeout)) != nil || json.NewEncoder(w).Encode(c.picture(l)) != nil || conn.Flush() != nil {
			return
		}
		select {
		case <-changed:
		case <-still.C:
		case <-r.Context().Done():
			return
		case <-c.run.Done():
			return
		}
		<-pause.C
	}
}

func (c *Class) picture(l *texts.Language) picture {
	c.mu.Lock()
	defer c.mu.Unlock()
	p := picture{
		Title: c.config.Title, Address: c.config.Address, QR: c.qr, Pin: c.config.Pin, Room: c.config.People, Policy: c.policy, Admins: c.admins, NotKept: c.keepFailed,
		Redis: redisOnWall{c.view.Redis.Alive, c.view.Redis.KeyCount["session"]},
		Lanes: make([]laneOnWall, len(c.lanes)), People: make([]personOnWall, len(c.people)),
	}
	for _, r := range c.view.Replicas {
		p.Replicas = append(p.Replicas, replicaOnWall{r.Name, r.Alive && !r.Silent, r.SessionCount})
	}
	for i, lane := range c.lanes {
		p.Lanes[i].Scheme = lane.Name
	}
	for i, person := range c.people {
		p.People[i] = personOnWall{person.name, make([]string, len(c.lanes))}
		for j, state := range person.lanes {
			if state.Is == "" {
				continue
			}
			p.People[i].Lanes[j] = state.Is + " " + state.Replica
			if state.Admin {
				p.Lanes[j].Admins++
			}
			switch state.Is {
			case in:
				p.Lanes[j].In++
			case out:
				p.Lanes[j].Out++
			case unsure:
				p.Lanes[j].Unsure++
			}
		}
	}
	p.Labs.Open, p.Labs.Running = c.own.count()
	if now := c.current(); now != nil {
		p.Round = c.wallRound(now, l)
	}
	return p
}

func (c *Class) wallRound(r *round, l *texts.Language) *wallRound {
	shown := &wallRound{
		said: r.in(l), Number: r.Number, Chapter: r.Chapter, Phase: r.phase, Scheme: r.scheme, Asks: r.asks,
		Voted: len(r.votes[r.phase]), Show: r.show, Ready: r.result != nil || r.failed, Failed: r.failed,
	}
	if r.phase == closed {
		shown.Voted = len(r.votes[voting])
	}
	if r.phase == closed2 {
		shown.Voted = len(r.votes[again])
	}
	if r.phase == discuss {
		shown.LeftMS = max(r.ends.Sub(c.config.Now()).Milliseconds(), 0)
	}
	isLesson := r.phase == lesson
	if (r.show && r.phase != voting) || isLesson {
		shown.First = r.distribution(voting)
	}
	if (r.show && slices.Index(phases, r.phase) > slices.Index(phases, again)) || isLesson {
		shown.Second = r.distribution(again)
	}
	if isLesson {
		if r.result != nil {
			shown.Rows = r.rows(l)
		}
		shown.Seen, shown.Measured, shown.Right = r.distribution(observed), r.measuredChoice(), c.right(r)
	}
	return shown
}

// handleRecording handles the "GET /class/recording" route: what happened in the experiment of the round, for the wall to play.
func (c *Class) handleRecording(w http.ResponseWriter, _ *http.Request) {
	c.mu.Lock()
	var recording *contract.Recording
	if now := c.current(); now != nil && now.result != nil {
		recording = now.result.Recording
	}
	c.mu.Unlock()
	if recording == nil {
		contract.Refuse(w, contract.NewProblem(http.StatusNotFound, "no-recording", "No experiment of this round has been recorded."))
		return
	}
	contract.Answer(w, recording) // nothing changes it any more
}

// rows are what the experiment measured of the schemes that are asked about.
func (r *round) rows(l *texts.Language) []rowOnWall {
	var rows []rowOnWall
	for _, cell := range r.result.In(l).Cells {
		if slices.Contains(r.asks, cell.Scheme) {
			rows = append(rows, rowOnWall{cell.Scheme, cell.Observed})
		}
	}
	return rows
}
