package class

import (
	"net/http"
	"slices"
	"strings"

	"authlab/lab/contract"
	"authlab/lab/experiment/texts"
)

// A classResult is what came of a class, for a page that is printed: the rounds that are over, and how often each person was
// right. Whether that is shown, and with names, the page's reader chooses.
type classResult struct {
	Title  string     `json:"title"`
	People int        `json:"people"`
	Rounds []roundEnd `json:"rounds"`
	Scores []score    `json:"scores"` // the best first
}

// A roundEnd is a round that is over. A distribution counts the votes for each choice.
type roundEnd struct {
	said
	Number   int         `json:"number"`
	Chapter  string      `json:"chapter"`
	Scheme   string      `json:"scheme"`
	First    []int       `json:"first"`
	Second   []int       `json:"second"`
	Seen     []int       `json:"seen"`
	Measured *int        `json:"measured"` // null: none of the choices was
	Right    int         `json:"right"`
	Rows     []rowOnWall `json:"rows"`
}

// A score is how often a person was right, of the rounds in which they voted and something was measured.
type score struct {
	Name  string `json:"name"`
	Right int    `json:"right"`
	Of    int    `json:"of"`
}

// handleResult handles the "GET /class/result" route, and ?lang=es.
func (c *Class) handleResult(w http.ResponseWriter, r *http.Request) {
	l := texts.Best(r.URL.Query().Get("lang"), r.Header.Get("Accept-Language"))
	c.mu.Lock()
	result := classResult{Title: c.config.Title, People: len(c.people), Rounds: []roundEnd{}, Scores: make([]score, len(c.people))}
	for _, over := range c.rounds {
		if over.isOver() {
			result.Rounds = append(result.Rounds, c.roundEnd(over, l))
		}
	}
	for i, p := range c.people {
		result.Scores[i] = c.scoreOf(p)
	}
	c.mu.Unlock()
	slices.SortFunc(result.Scores, func(a, b score) int {
		if a.Right != b.Right {
			return b.Right - a.Right
		}
		return strings.Compare(a.Name, b.Name)
	})
	contract.Answer(w, result)
}

func (c *Class) roundEnd(r *round, l *texts.Language) roundEnd {
	end := roundEnd{
		said: r.in(l), Number: r.Number, Chapter: r.Chapter, Scheme: r.scheme,
		First: r.distribution(voting), Second: r.distribution(again), Seen: r.distribution(observed), Measured: r.measuredChoice(), Right: c.right(r),
	}
	if r.result != nil {
		end.Rows = r.rows(l)
	}
	return end
}

func (c *Class) scoreOf(p *person) score {
	s := score{Name: p.name}
	for _, r := range c.rounds {
		if r.isOver() && r.last(p.number) != nil && r.measured >= 0 {
			s.Of++
			if r.isRight(p.number) {
				s.Right++
			}
		}
	}
	return s
}

// right counts the people who were right.
func (c *Class) right(r *round) (n int) {
	for _, p := range c.people {
		if r.isRight(p.number) {
			n++
		}
	}
	return n
}
