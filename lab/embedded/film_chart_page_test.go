package embedded_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"authlab/lab/contract"
)

// A chart is what is drawn of a curve.
type chart struct {
	Film, Lane, Caption string
	Gone                float64 // ms of the film, when this frame is over
	Beat                *int
	Points, Crosses     map[string]int // by scheme: all of them; those that have no value
	Shapes, Dashes      map[string]string
	Floor               bool // whether the stage itself is to be seen
}

func (p *page) chart() chart {
	p.t.Helper()
	return play[chart](p, `
		const all = (selector) => [...stage.querySelectorAll(".film-chart " + selector)];
		const count = (nodes) => nodes.reduce((counts, { dataset }) => ({ ...counts, [dataset.scheme]: (counts[dataset.scheme] ?? 0) + 1 }), {});
		const dots = all("figure .curve-dot");
		return {
			film: stage.dataset.film, lane: stage.dataset.lane, caption: document.querySelector(".film-caption").textContent,
			beat: stage.dataset.beat ? Number(stage.dataset.beat) : null,
			gone: document.querySelector(".film-bar").value,
			points: count(dots), crosses: count(dots.filter((dot) => dot.getAttribute("d").startsWith("M-6-4l2-2"))),
			shapes: Object.fromEntries(all("li .curve-dot").map((dot) => [dot.dataset.scheme, dot.getAttribute("d")])),
			dashes: Object.fromEntries(all("li .curve-line").map((line) => [line.dataset.scheme, getComputedStyle(line).strokeDasharray])),
			floor: stage.querySelector(".stage-floor").checkVisibility(),
		};`)
}

// Two films are no dots on the stage but a curve: each frame adds the point that the recording has, and no other.
func TestAFilmOfAMeasurementIsACurve(t *testing.T) {
	for _, tt := range []struct {
		chapter, experiment string
		schemes             []string
		isPoint             func(contract.Beat) bool
		hasValue            func(contract.Beat) bool
	}{
		{
			"in-your-hand", "size", []string{"session-redis", "session-cookie", "token-stateless"},
			func(beat contract.Beat) bool {
				return beat.Action == "page" || beat.Action == "login" && beat.Status != 200
			},
			func(beat contract.Beat) bool { return beat.Action == "page" && beat.Credential != nil },
		},
		{
			"the-bill", "latency", []string{"session-memory", "session-redis", "token-stateless", "token-revocable"},
			func(beat contract.Beat) bool { return beat.Action == "page" },
			func(contract.Beat) bool { return true },
		},
	} {
		for _, lang := range []string{"en", "es"} {
			t.Run(tt.experiment+" "+lang, func(t *testing.T) {
				p, recording := openFilm(t, "/?lang="+lang+"#"+tt.chapter, tt.experiment, tt.schemes...)
				var lanes []string
				frames, began, gone := 0, 0.0, 0.0 // ms
				step := func() chart {
					p.do(chromedp.KeyEvent("."))
					if ask[bool](p, `stage.dataset.moving !== undefined`) {
						p.do(chromedp.KeyEvent("."))
					}
					return p.chart()
				}
				c := p.chart()
				for ; c.Film != "ended"; c = step() {
					frames++
					if c.Floor || c.Caption == "" || strings.ContainsAny(c.Caption, "{}") || strings.Contains(c.Caption, "film.") {
						t.Fatalf("%+v", c)
					}
					if len(lanes) == 0 || lanes[len(lanes)-1] != c.Lane {
						lanes, began = append(lanes, c.Lane), gone
					}
					gone = c.Gone
					if length := gone - began; length > 12_000 {
						t.Fatalf("the lane of %s lasts %.0f ms", c.Lane, length)
					}
					points, crosses := 0, 0
					for _, beat := range recording.Beats[:*c.Beat+1] {
						if beat.Kind == contract.BeatRequest && beat.Scheme == c.Lane && tt.isPoint(beat) {
							points++
							if !tt.hasValue(beat) {
								crosses++
							}
						}
					}
					if c.Points[c.Lane] != points || c.Crosses[c.Lane] != crosses {
						t.Errorf("%s, beat %d: %d points are drawn, %d of them without a value; want %d and %d", c.Lane, *c.Beat, c.Points[c.Lane], c.Crosses[c.Lane], points, crosses)
					}
				}
				if !slices.Equal(lanes, tt.schemes) {
					t.Errorf("the lanes are %v, want %v", lanes, tt.schemes)
				}
				for i, scheme := range tt.schemes {
					for _, other := range tt.schemes[:i] {
						if c.Shapes[scheme] == c.Shapes[other] {
							t.Errorf("the points of %s and %s have one shape", scheme, other)
						}
						if c.Dashes[scheme] == c.Dashes[other] && strings.HasPrefix(scheme, "session") == strings.HasPrefix(other, "session") {
							t.Errorf("the lines of %s and %s have one dash", scheme, other)
						}
					}
				}
				p.do(chromedp.KeyEvent(","), chromedp.KeyEvent(","))
				last := tt.schemes[len(tt.schemes)-1]
				if back := p.chart(); back.Film != "paused" || back.Lane != last || back.Points[last] >= c.Points[last] {
					t.Errorf("two frames back from %+v is %+v", c, back)
				}
				p.expectContrast("in the middle")
				p.do(chromedp.EmulateViewport(360, 740))
				p.expectNoSidewaysScrolling("on a phone")
				ask[bool](p, `(stage.film.close(), true)`)
				wait[bool](p, `!stage.querySelector(".film-chart") && stage.querySelector(".stage-floor").checkVisibility()`)
				t.Logf("%d frames", frames)
			})
		}
	}
}

// Where less motion is wanted, points stand at once where they were measured.
func TestACurveStandsStillWhereLessMotionIsWanted(t *testing.T) {
	p, recording := openFilm(t, "/?lang=en#in-your-hand", "size", "token-stateless")
	p.prefer("prefers-reduced-motion", "reduce")
	ask[bool](p, `(window.moved = 0, Element.prototype.animate = new Proxy(Element.prototype.animate, { apply(animate, node, args) { moved += Number(node.matches(".curve-dot")); return Reflect.apply(animate, node, args); } })) && true`)
	p.do(chromedp.KeyEvent("+"), chromedp.KeyEvent(" "))
	wait[bool](p, `stage.dataset.film === "ended"`)
	want := 0
	for _, beat := range recording.Beats {
		if beat.Kind == contract.BeatRequest && beat.Scheme == "token-stateless" && (beat.Action == "page" || beat.Status != 200) {
			want++
		}
	}
	if c := p.chart(); c.Points["token-stateless"] != want {
		t.Errorf("%d points are drawn, want %d", c.Points["token-stateless"], want)
	}
	if moved := ask[int](p, `moved`); moved != 0 {
		t.Errorf("%d points moved", moved)
	}
}
