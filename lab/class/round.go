package class

import (
	"cmp"
	"net/http"
	"slices"
	"time"

	"authlab/lab/contract"
	"authlab/lab/experiment"
	"authlab/lab/experiment/texts"
)

// A phase is a step of a round. The teacher goes from one to the next.
type phase string

// The phases, in their order.
const (
	voting   phase = "vote"    // the first vote
	closed   phase = "closed"  // it is over; the wall may show how it came out
	discuss  phase = "discuss" // with a neighbour
	again    phase = "again"   // the second vote
	closed2  phase = "closed2" // it is over
	running  phase = "run"     // the experiment runs, and the wall plays it
	observed phase = "seen"    // what did you see?
	lesson   phase = "lesson"  // both votes, and what was measured
)

var phases = []phase{voting, closed, discuss, again, closed2, running, observed, lesson}

// discussFor is how long the room talks. The teacher may end it earlier or later.
const discussFor = 2 * time.Minute

// replicas is how many a lab has in which an experiment of a round runs: choices depend on it.
const replicas = 3

// A round is one question. The people vote on what becomes of one scheme.
type round struct {
	Number     int
	Chapter    string
	experiment experiment.Experiment
	scheme     string   // that is voted on
	asks       []string // the schemes that the wall plays
	choices    []experiment.Outcome
	phase      phase
	show       bool // the wall shows how the votes are distributed
	ends       time.Time
	votes      map[phase]map[int]int // of voting, again and observed: by number of the person, from 0
	result     *experiment.Result
	failed     bool // the experiment could not be run
	measured   int  // the choice that was measured; -1: not measured, or none of them
}

// openBody asks a question: the wall has the list of chapters.
type openBody struct {
	Chapter    string   `json:"chapter"`
	Experiment string   `json:"experiment"`
	Scheme     string   `json:"scheme"`
	Asks       []string `json:"asks"`
}

// openRound handles the "POST /class/round" route: the question is on all phones.
func (c *Class) openRound(_ *http.Request, body openBody) error {
	found, err := experiment.Named(cmp.Or(body.Experiment, " "))
	if err != nil || found[0].Choices == nil {
		return contract.Invalid("There is no question %q.", body.Experiment)
	}
	if _, concerned := found[0].Predict(replicas)[body.Scheme]; !concerned {
		return contract.Invalid("The question does not concern %q.", body.Scheme)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.current() != nil {
		return contract.NewProblem(http.StatusConflict, "round", "A round is under way.")
	}
	c.asked++
	c.rounds = append(c.rounds, &round{
		Number: c.asked, Chapter: body.Chapter, experiment: found[0], scheme: body.Scheme, asks: body.Asks,
		choices: found[0].Choices(replicas), phase: voting, measured: -1,
		votes: map[phase]map[int]int{voting: {}, again: {}, observed: {}},
	})
	c.roundChanged()
	return nil
}

// current is the round that is under way; nil: none is. c.mu is held.
func (c *Class) current() *round {
	if len(c.rounds) == 0 || c.rounds[len(c.rounds)-1].phase == "" {
		return nil
	}
	return c.rounds[len(c.rounds)-1]
}

func (c *Class) roundChanged() {
	c.phones.send()
	c.walls.send()
}

var errNoRound = contract.NewProblem(http.StatusConflict, "no-round", "No round is under way.")

type nextBody struct {
	From phase `json:"from"`
}

// nextPhase handles the "POST /class/round/next" route: {"from":"vote"}, the phase after that one. A key that is pressed
// twice, or on two walls, goes one step.
func (c *Class) nextPhase(_ *http.Request, body nextBody) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.current()
	switch {
	case now == nil:
		return errNoRound
	case now.phase != body.From:
		return contract.NewProblem(http.StatusConflict, "phase", "The round is in another phase already.")
	case now.phase == running && now.result == nil && !now.failed:
		return contract.NewProblem(http.StatusConflict, "busy", "The experiment is running.")
	case now.phase == lesson:
		now.phase = ""
	default:
		now.phase = phases[slices.Index(phases, now.phase)+1]
	}
	switch now.phase {
	case discuss:
		now.ends = c.config.Now().Add(discussFor)
	case running:
		go c.play(now)
	case lesson:
		c.keep(now)
	}
	c.roundChanged()
	return nil
}

// endRound handles the "POST /class/round/end" route: the round is given up, and nothing of it is kept.
func (c *Class) endRound(_ *http.Request) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := c.current(); now != nil {
		if now.phase != lesson {
			c.rounds = c.rounds[:len(c.rounds)-1]
		}
		now.phase = ""
		c.roundChanged()
	}
	return nil
}

// showVotes handles the "POST /class/round/show" route: the wall shows the distribution of the votes, or hides it.
func (c *Class) showVotes(_ *http.Request) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.current()
	if now == nil {
		return errNoRound
	}
	now.show = !now.show
	c.walls.send()
	return nil
}

// play runs the experiment of a round.
func (c *Class) play(r *round) {
	result, err := c.config.Run(c.run, r.experiment.Name)
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil {
		r.failed = true
	} else {
		r.result = &result
		r.measured = r.choiceOf(result)
	}
	c.roundChanged()
}

// choiceOf finds what was measured among the choices.
func (r *round) choiceOf(result experiment.Result) int {
	for _, cell := range result.Cells {
		if cell.Scheme == r.scheme && cell.Outcome != nil {
			return slices.IndexFunc(r.choices, cell.Outcome.Equal)
		}
	}
	return -1
}

// handleVote handles the "POST /class/vote" route: {"round":1,"phase":"vote","choice":0}. Until the vote is closed a person
// can vote otherwise.
func (c *Class) handleVote(w http.ResponseWriter, r *http.Request, p *person) {
	var body struct {
		Round  int   `json:"round"`
		Phase  phase `json:"phase"`
		Choice int   `json:"choice"`
	}
	if err := contract.Read(r, &body); err != nil {
		contract.Refuse(w, err)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.current()
	if now == nil || now.Number != body.Round || now.phase != body.Phase || now.votes[body.Phase] == nil {
		contract.Refuse(w, contract.NewProblem(http.StatusConflict, "closed", "This vote is closed."))
		return
	}
	if body.Choice < 0 || body.Choice >= len(now.choices) {
		contract.Refuse(w, contract.Invalid("There is no choice %d.", body.Choice))
		return
	}
	now.votes[body.Phase][p.number] = body.Choice
	c.walls.send()
	w.WriteHeader(http.StatusNoContent)
}

// vote is what a person has voted, and nil if nothing.
func (r *round) vote(in phase, person int) *int {
	choice, ok := r.votes[in][person]
	if !ok {
		return nil
	}
	return &choice
}

// last is what counts of a person's two votes: the second, if there is one.
func (r *round) last(person int) *int { return cmp.Or(r.vote(again, person), r.vote(voting, person)) }

// isRight tells whether a person's vote is what was measured.
func (r *round) isRight(person int) bool {
	vote := r.last(person)
	return vote != nil && r.measured >= 0 && *vote == r.measured
}

// isOver tells whether a round has come to its lesson. One that is given up before is taken away.
func (r *round) isOver() bool { return r.phase == "" || r.phase == lesson }

// measuredChoice is the choice that was measured; nil: none of them was.
func (r *round) measuredChoice() *int {
	if r.measured < 0 {
		return nil
	}
	return &r.measured
}

// distribution counts the votes for each choice.
func (r *round) distribution(in phase) []int {
	counts := make([]int, len(r.choices))
	for _, choice := range r.votes[in] {
		counts[choice]++
	}
	return counts
}

// said are the texts of a round in a language.
type said struct {
	Question string   `json:"question"`
	Choices  []string `json:"choices"`
	Lesson   string   `json:"lesson,omitempty"`
}

func (r *round) in(l *texts.Language) said {
	s := said{Question: r.experiment.Question(l), Choices: make([]string, len(r.choices))}
	for i, choice := range r.choices {
		s.Choices[i] = choice.In(l, r.experiment.Name)
	}
	if r.isOver() && r.result != nil {
		s.Lesson = r.result.In(l).Lesson
	}
	return s
}
