package class_test

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"authlab/lab/class"
	"authlab/lab/contract"
)

// The whole of a lesson: 30 phones, two rounds, and in the room a replica that is killed. Wall, phones and files have to
// tell the same.
func TestALessonOfTwoRounds(t *testing.T) {
	name := filepath.Join(t.TempDir(), "monday")
	file, err := class.NewFile(name + ".csv")
	must(t, err)
	defer file.Close()
	r := open(t, func(c *class.Config) { c.Keep = file })
	phones := make([]*phone, 30)
	for i := range phones {
		phones[i] = newPhone(r.url)
	}
	together(t, phones, func(i int, p *phone) error { return p.join(t.Context(), fmt.Sprintf("=Ana %d", i/2)) })
	r.expectCounts(phones, func(status int) bool { return status == 200 })

	rights := make([]int, len(phones))
	for number, question := range []string{
		`{"chapter":"three-desks","experiment":"round-robin","scheme":"session-memory","asks":["session-memory","token-stateless"]}`,
		`{"chapter":"always-the-same-desk","experiment":"sticky-replica-dies","scheme":"session-memory","asks":["session-memory"]}`,
	} {
		r.teach("/class/round", question)
		together(t, phones, func(i int, p *phone) error { return p.vote(t.Context(), "vote", i%3) })
		p := r.wall(func(p picture) bool { return p.Round.Voted == len(phones) })
		if p.Round.First != nil {
			t.Errorf("the wall shows how the vote comes out: %v", p.Round.First)
		}
		r.next("vote", "closed", "discuss")
		// Every second person votes again: the first choice.
		together(t, phones, func(i int, p *phone) error {
			if i%2 == 0 {
				return nil
			}
			return p.vote(t.Context(), "again", 0)
		})
		r.next("again", "closed2")
		if number == 1 {
			r.killAndCompare(phones)
		}
		p = r.wall(func(p picture) bool { return p.Round.Ready })
		if len(p.Round.Rows) > 0 || p.Round.Measured != nil {
			t.Errorf("before the film the wall has told what was measured: %v, %v", p.Round.Rows, p.Round.Measured)
		}
		status, film := r.send("GET", "/class/recording", "", "X-Lab-Key", teacherKey)
		var recording contract.Recording
		if err := json.Unmarshal(film, &recording); err != nil || status != 200 || len(recording.Beats) == 0 {
			t.Errorf("the film of the round: %d %.200s", status, film)
		}
		r.next("run")
		together(t, phones, func(_ int, p *phone) error { return p.vote(t.Context(), "seen", 1) })
		r.next("seen")
		p = r.wall(func(p picture) bool { return p.Round.Phase == "lesson" })
		r.expectLesson(p, phones, rights)
		r.next("lesson")
	}
	expectFiles(t, name, phones, rights)
	r.expectResult(rights)
}

// expectResult reads the page's result of the class: all rounds in a language, and how often each person was right.
func (r *room) expectResult(rights []int) {
	r.t.Helper()
	status, answer := r.send("GET", "/class/result?lang=es", "", "X-Lab-Key", teacherKey)
	var result struct {
		People int
		Rounds []struct {
			Question            string
			First, Second, Seen []int
			Measured            *int
			Lesson              string
			Rows                []struct{ Observed string }
		}
		Scores []struct {
			Name      string
			Right, Of int
		}
	}
	must(r.t, json.Unmarshal(answer, &result))
	if status != 200 || len(result.Rounds) != 2 || result.People != len(rights) {
		r.t.Fatalf("the result: %d %.300s", status, answer)
	}
	for i, round := range result.Rounds {
		if !strings.Contains(round.Question, "¿") || round.Measured == nil || round.Lesson == "" || len(round.Rows) == 0 || fmt.Sprint(round.First, round.Seen) != "[10 10 10] [0 30 0]" {
			r.t.Errorf("round %d of the result: %+v", i+1, round)
		}
	}
	var scores []int
	for _, score := range result.Scores {
		scores = append(scores, score.Right)
		if score.Of != 2 {
			r.t.Errorf("%s voted in %d rounds", score.Name, score.Of)
		}
	}
	slices.SortFunc(rights, func(a, b int) int { return b - a })
	if !slices.Equal(scores, rights) {
		r.t.Errorf("scores %v, want %v", scores, rights)
	}
}

// next goes on from each of these phases. What is pressed twice is refused.
func (r *room) next(phases ...string) {
	r.t.Helper()
	for _, phase := range phases {
		body := fmt.Sprintf(`{"from":%q}`, phase)
		r.teach("/class/round/next", body)
		if status, _ := r.send("POST", "/class/round/next", body, "X-Lab-Key", teacherKey); status != 409 {
			r.t.Errorf("on from %s twice: %d", phase, status)
		}
	}
}

// expectCounts asks with every phone, and compares what the phones were answered with what the wall counts.
func (r *room) expectCounts(phones []*phone, fits func(status int) bool) {
	r.t.Helper()
	together(r.t, phones, func(_ int, p *phone) error { return p.ask(r.t.Context()) })
	p := r.wall(func(picture) bool { return true })
	for i, lane := range p.Lanes {
		in, out, unsure := 0, 0, 0
		for _, phone := range phones {
			switch phone.last[i] {
			case 200:
				in++
			case 401:
				out++
			default:
				unsure++
			}
			if !fits(phone.last[i]) {
				r.t.Errorf("%s is answered %d on %s", phone.Name, phone.last[i], lane.Scheme)
			}
		}
		if lane.In != in || lane.Out != out || lane.Unsure != unsure {
			r.t.Errorf("%s: the wall counts %d in, %d out, %d unsure; the phones saw %d, %d, %d", lane.Scheme, lane.In, lane.Out, lane.Unsure, in, out, unsure)
		}
	}
	for i, shown := range p.People {
		for _, phone := range phones {
			if phone.Name != shown.Name {
				continue
			}
			for j, state := range shown.Lanes {
				if want := map[int]string{200: "in ", 401: "out "}[phone.last[j]]; !strings.HasPrefix(state, want) {
					r.t.Errorf("tile %d of %s is %q, and the phone was answered %d", i, shown.Name, state, phone.last[j])
				}
			}
		}
	}
}

// killAndCompare kills a replica: the people whom it remembered are logged out on one lane, and on the other lanes no person is.
func (r *room) killAndCompare(phones []*phone) {
	r.t.Helper()
	together(r.t, phones, func(_ int, p *phone) error { return p.hear(r.t.Context(), false) })
	before := phones[0].state.Nudge
	r.teach("/lab/replicas/app-1/kill", "")
	together(r.t, phones, func(_ int, p *phone) error {
		for p.state.Nudge == before {
			if err := p.hear(r.t.Context(), true); err != nil {
				return err
			}
		}
		return nil
	})
	r.expectCounts(phones, func(status int) bool { return status == 200 || status == 401 })
	p := r.wall(func(picture) bool { return true })
	if out := p.Lanes[0].Out; out == 0 || out == len(phones) || p.Lanes[1].Out+p.Lanes[2].Out > 0 {
		r.t.Errorf("out: %d, %d and %d of %d", p.Lanes[0].Out, p.Lanes[1].Out, p.Lanes[2].Out, len(phones))
	}
	together(r.t, phones, func(_ int, p *phone) error {
		if p.last[0] != 401 {
			return nil
		}
		return p.logIn(r.t.Context(), 0)
	})
	r.expectCounts(phones, func(status int) bool { return status == 200 })
}

// expectLesson compares the end of a round on wall and phones, and counts how often each person was right.
func (r *room) expectLesson(p picture, phones []*phone, rights []int) {
	r.t.Helper()
	if p.Round.Measured == nil {
		r.t.Fatal("nothing was measured")
	}
	right := 0
	second := make([]int, len(p.Round.Choices))
	for i, phone := range phones {
		must(r.t, phone.hear(r.t.Context(), false))
		vote := i % 3
		if i%2 == 1 {
			second[0]++
			vote = 0
		}
		if vote == *p.Round.Measured {
			right++
			rights[i]++
		}
		round := phone.state.Round
		if round.Measured == nil || *round.Measured != *p.Round.Measured || *round.First != i%3 || *round.Seen != 1 || phone.state.Right != rights[i] {
			r.t.Errorf("%s: %+v, right %d of %d, want %d", phone.Name, round, phone.state.Right, phone.state.Of, rights[i])
		}
	}
	if p.Round.Right != right || fmt.Sprint(p.Round.First) != "[10 10 10]" || fmt.Sprint(p.Round.Second) != fmt.Sprint(second) || fmt.Sprint(p.Round.Seen) != "[0 30 0]" {
		r.t.Errorf("the wall tells %+v; right are %d, second %v", p.Round, right, second)
	}
}

// expectFiles compares the two files with each other and with what the phones know.
func expectFiles(t *testing.T, name string, phones []*phone, rights []int) {
	t.Helper()
	table, err := os.Open(name + ".csv")
	must(t, err)
	defer table.Close()
	rows, err := csv.NewReader(table).ReadAll()
	must(t, err)
	objects, err := os.ReadFile(name + ".jsonl")
	must(t, err)
	lines := strings.Split(strings.TrimSpace(string(objects)), "\n")
	if len(rows) != 1+2*len(phones) || len(lines) != 2*len(phones) {
		t.Fatalf("%d rows and %d lines for two rounds of %d people", len(rows), len(lines), len(phones))
	}
	right := map[string]int{}
	for i, row := range rows[1:] {
		var line class.Line
		must(t, json.Unmarshal([]byte(lines[i]), &line))
		same := []string{strconv.Itoa(line.Round), line.Experiment, line.Scheme, "'" + line.Nickname, line.First, line.Second, line.Seen, line.Measured, strconv.FormatBool(line.Right)}
		if strings.Join(row, "|") != strings.Join(same, "|") {
			t.Errorf("row %v, line %v", row, same)
		}
		if line.Right {
			right[line.Nickname]++
		}
	}
	for i, phone := range phones {
		if right[phone.Name] != rights[i] {
			t.Errorf("%s was right %d times in the file, and %d times on the phone", phone.Name, right[phone.Name], rights[i])
		}
	}
}
