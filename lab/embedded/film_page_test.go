package embedded_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"authlab/lab/contract"
	"authlab/lab/embedded"
	"authlab/lab/experiment/api"
	"authlab/lab/testkit"
)

// openFilm opens a page, runs an experiment, and has the recording played there for some schemes, held before the first
// beat. window.seen is what play said when it was over.
func openFilm(t *testing.T, address, experiment string, schemes ...string) (*page, contract.Recording) {
	t.Helper()
	c, _ := start(t, embedded.Config{Experiments: func(url string) http.Handler { return api.For(url).Handler() }})
	p := openAt(t, c.URL(), address)
	p.do(chromedp.EmulateViewport(1366, 650))
	wait[bool](p, `document.querySelector("lab-stage")?.film && document.querySelectorAll(".replica[data-state=alive]").length === 3`)
	return p, p.film(c.URL(), experiment, schemes...)
}

// film runs an experiment in the lab at an address, and has it played as openFilm does.
func (p *page) film(lab, experiment string, schemes ...string) contract.Recording {
	t := p.t
	t.Helper()
	var result struct{ Recording json.RawMessage }
	testkit.Send(t, http.MethodPost, lab+"/lab/experiments/"+experiment, `{"users":50}`).JSON(t, &result)
	var recording contract.Recording
	if err := json.Unmarshal(result.Recording, &recording); err != nil {
		t.Fatal(err)
	}
	play[bool](p, fmt.Sprintf(`
		document.querySelector(".walk").dataset.phase = "film";
		window.stage = document.querySelector("lab-stage");
		window.recording = %s;
		window.seen = null;
		stage.film.play(recording, %q.split(" ")).then((seen) => (window.seen = seen));
		return true;`, result.Recording, strings.Join(schemes, " ")))
	wait[bool](p, `stage.dataset.film === "playing"`)
	p.do(chromedp.KeyEvent(","))
	return recording
}

// A frame is what the stage shows at a beat.
type frame struct {
	Film, Lane, Kind, Caption string
	Beat                      *int
	Moving                    bool
	Redis                     string
	Dead                      []string
	Cards                     map[string][]string // by replica or redis, those that are not gone
	Marks                     map[string]string   // where something was looked for → what came of it
	Answers                   map[string][]int    // by scheme, in their order
	Schemes                   []string            // of everything that is drawn
	Seen                      *bool
}

func (p *page) frame() frame {
	p.t.Helper()
	return play[frame](p, `
		const all = (selector, root = stage) => [...root.querySelectorAll(selector)];
		const places = all(".replica, .node-redis");
		const named = (entries) => Object.fromEntries(entries);
		const shown = (node) => node.checkVisibility();
		return {
			film: stage.dataset.film, lane: stage.dataset.lane, kind: stage.dataset.kind, caption: document.querySelector(".film-caption").textContent,
			beat: stage.dataset.beat ? Number(stage.dataset.beat) : null, moving: stage.dataset.moving !== undefined,
			redis: stage.querySelector(".node-redis").dataset.state, dead: all(".replica[data-state=dead]").map((node) => node.dataset.node),
			cards: named(places.map((node) => [node.dataset.node, all(".file:not([data-gone=fallen], [data-gone=torn]) > b", node).map((b) => b.textContent)])),
			marks: named(places.map((node) => [node.dataset.node, node.dataset.result || (node.querySelector("[data-result]:not([data-result=''])")?.dataset.result ?? "")])),
			answers: named(all(".film-lanes > li").reduce((rows, li) => rows.set(li.dataset.scheme, [...(rows.get(li.dataset.scheme) ?? []), ...all(".film-answers [data-status]", li).map((one) => Number(one.dataset.status))]), new Map())),
			schemes: [...new Set(all(".film-lanes > li, .prop, .file").filter(shown).map((node) => node.dataset.scheme))].filter(Boolean),
			seen: window.seen,
		};`)
}

// next has one beat played, by key, and does not wait for its end.
func (p *page) next() frame {
	p.t.Helper()
	p.do(chromedp.KeyEvent("."))
	if p.frame().Moving {
		p.do(chromedp.KeyEvent("."))
	}
	return p.frame()
}

// Each film is played by key, beat by beat, and what is drawn then must have been so then.
func TestWhatAFilmShowsWasTrueAtEachBeat(t *testing.T) {
	for _, tt := range []struct {
		chapter, experiment string
		schemes             []string
	}{
		{"three-desks", "round-robin", []string{"session-redis", "session-memory"}},
		{"always-the-same-desk", "sticky-replica-dies", []string{"session-redis", "token-stateless", "session-memory"}},
		{"the-cabinet-burns", "redis-down", []string{"session-memory", "token-stateless", "session-redis", "token-revocable"}},
		{"leaving", "logout", []string{"session-redis", "token-revocable", "token-stateless", "session-cookie"}},
		{"thieves-and-forgers", "stolen", []string{"session-redis", "token-stateless"}},
		{"other-desks-and-other-pages", "other-service", []string{"token-stateless", "session-redis"}},
	} {
		for _, lang := range []string{"en", "es"} {
			t.Run(tt.experiment+" "+lang, func(t *testing.T) {
				p, recording := openFilm(t, "/?lang="+lang+"#"+tt.chapter, tt.experiment, tt.schemes...)
				legend, service := ask[string](p, `stage.querySelector(".stage-legend").innerText.replaceAll("\n", " ")`), "R reports"
				if named := strings.Contains(legend, service); named != (tt.experiment == "other-service") || !strings.Contains(legend, "✓ 200") {
					t.Errorf("the signs mean %q", legend)
				}
				var lanes []string
				last, told := -1, map[string]bool{}
				began, lasts := 0.0, map[string]float64{} // lasts: when a lane is over
				for f := p.frame(); ; f = p.next() {
					if f.Moving || f.Caption == "" || strings.ContainsAny(f.Caption, "{}") || strings.Contains(f.Caption, "film.") {
						t.Fatalf("at beat %v: %+v", f.Beat, f)
					}
					for _, scheme := range f.Schemes {
						if !slices.Contains(tt.schemes, scheme) {
							t.Errorf("beat %v: something of %s is drawn", f.Beat, scheme)
						}
					}
					if f.Film == "ended" {
						break
					}
					if f.Seen != nil {
						t.Fatalf("beat %d: the film is said to be over", *f.Beat)
					}
					if len(lanes) == 0 || lanes[len(lanes)-1] != f.Lane {
						lanes, last = append(lanes, f.Lane), -1
					}
					if *f.Beat <= last {
						t.Errorf("%s: beat %d comes after %d", f.Lane, *f.Beat, last)
					}
					last = *f.Beat
					told[f.Caption] = true
					lasts[f.Lane] = ask[float64](p, `document.querySelector(".film-bar").value`)
					truth{recording, last, f.Lane}.compare(t, f)
				}
				if !slices.Equal(lanes, tt.schemes) {
					t.Errorf("the lanes are %v, want %v", lanes, tt.schemes)
				}
				for _, lane := range lanes {
					if length := lasts[lane] - began; length < 6000 || length > 12_500 {
						t.Errorf("%s takes %.0f ms at reading pace", lane, length)
					}
					began = lasts[lane]
				}
				if seen := p.frame().Seen; seen == nil || !*seen {
					t.Errorf("at the end, the film was seen: %v", seen)
				}
				if len(told) < 2*len(lanes) {
					t.Errorf("only %d different captions", len(told))
				}
			})
		}
	}
}

// A truth is what was so after a beat of a recording, counted without the page.
type truth struct {
	recording contract.Recording
	at        int
	scheme    string
}

func (w truth) compare(t *testing.T, f frame) {
	t.Helper()
	beat := w.recording.Beats[w.at]
	if want := map[bool]string{true: "dead", false: "alive"}[w.broken(contract.RedisStopped)]; f.Redis != want {
		t.Errorf("beat %d (%s): Redis is drawn %s, want %s", w.at, beat.Kind, f.Redis, want)
	}
	for i := range w.recording.Replicas {
		name := fmt.Sprintf("app-%d", i+1)
		if dead := w.broken(contract.ReplicaKilled + ":" + name); dead != slices.Contains(f.Dead, name) {
			t.Errorf("beat %d (%s): dead are %v, want %s among them: %v", w.at, beat.Kind, f.Dead, name, dead)
		}
	}
	if beat.Kind != contract.BeatRequest {
		return
	}
	if beat.Scheme != w.scheme {
		t.Errorf("beat %d of %s is in the lane of %s", w.at, beat.Scheme, w.scheme)
	}
	if !strings.Contains(f.Caption, fmt.Sprint(beat.Status)) && beat.Action == "page" {
		t.Errorf("beat %d: %q does not tell %d", w.at, f.Caption, beat.Status)
	}
	if answers := f.Answers[w.scheme]; beat.Action == "page" && !slices.Contains(answers, beat.Status) {
		t.Errorf("beat %d: %d has not come back: %v", w.at, beat.Status, answers)
	}
	if held := beat.Credential; held != nil && held.Kind == "session-id" && !w.wasGiven(held.ID) {
		t.Errorf("beat %d: ticket %s travels before its login", w.at, held.ID)
	}
	for _, lookup := range beat.Lookups {
		switch {
		case beat.Action != "page":
		case lookup.Where == "replica" && f.Marks[beat.Replica] != lookup.Result:
			t.Errorf("beat %d: the drawer of %s is drawn %q, want %q", w.at, beat.Replica, f.Marks[beat.Replica], lookup.Result)
		case lookup.Where == "redis" && lookup.Result != "" && f.Marks["redis"] != lookup.Result:
			t.Errorf("beat %d: Redis is drawn %q, want %q", w.at, f.Marks["redis"], lookup.Result)
		}
	}
	if given := beat.Given; given != nil && given.Kind == "session-id" {
		where := map[string]string{"session-memory": beat.Replica, "session-redis": "redis"}[w.scheme]
		if card := "№ " + given.ID[:4]; !slices.Contains(f.Cards[where], card) {
			t.Errorf("beat %d: %s is not in %s: %v", w.at, card, where, f.Cards)
		}
	}
}

// broken tells whether a fault began and has not ended.
func (w truth) broken(fault string) (broken bool) {
	for _, beat := range w.recording.Beats[:w.at+1] {
		if beat.Fault == fault {
			broken = beat.Kind == contract.BeatBreak
		}
	}
	return broken
}

func (w truth) wasGiven(id string) bool {
	return slices.ContainsFunc(w.recording.Beats[:w.at], func(beat contract.Beat) bool {
		return beat.Scheme == w.scheme && beat.Given != nil && beat.Given.ID == id
	})
}

// What travels begins each way where it has ended the one before, and each request at a client.
func TestWhatTravelsInAFilmNeverLeavesBeforeItCame(t *testing.T) {
	p, _ := openFilm(t, "/?lang=en#the-cabinet-burns", "redis-down", "session-redis")
	ask[bool](p, `(() => {
		window.legs = [];
		const thing = stage.querySelector(".stage-floor > .prop");
		new MutationObserver(() => legs.push([stage.dataset.frame, thing.dataset.from, thing.dataset.to].join(" "))).observe(thing, { attributes: true, attributeFilter: ["data-from", "data-to"] });
		window.frames = [];
		requestAnimationFrame(function look(now) { frames.push(now); if (window.seen === null) requestAnimationFrame(look); });
		return true;
	})()`)
	p.do(chromedp.KeyEvent("+"), chromedp.KeyEvent(" ")) // the focus is on the button that plays
	wait[bool](p, `stage.dataset.film === "ended"`)
	if seen := p.frame().Seen; seen == nil || !*seen {
		t.Errorf("the film was seen: %v", seen)
	}
	legs := slices.Compact(ask[[]string](p, `legs`))
	if len(legs) < 12 {
		t.Fatalf("only %d ways: %q", len(legs), legs)
	}
	before := []string{"", "", ""}
	for _, leg := range legs {
		now := strings.Fields(leg)
		if from := map[bool]string{true: before[2], false: "client/session-redis"}[now[0] == before[0]]; now[1] != from {
			t.Errorf("%q leaves from %s, want %s", leg, now[1], from)
		}
		before = now
	}
	fps := ask[float64](p, `(frames.length - 1) * 1000 / (frames.at(-1) - frames[0])`)
	t.Logf("%.0f frames a second", fps)
	if fps < 5 { // the figure is for a machine that does nothing else; this finds a film that hangs
		t.Errorf("%.0f frames a second", fps)
	}
}

// A caption tells what became of a request when it is to be seen: at the drawer where it is decided, or on the way back. So
// does what a screen reader hears.
func TestACaptionTellsNothingThatWasNotSeenYet(t *testing.T) {
	for _, tt := range []struct{ chapter, experiment, scheme string }{
		{"leaving", "logout", "session-redis"},
		{"other-desks-and-other-pages", "other-service", "session-redis"},
	} {
		t.Run(tt.experiment+" "+tt.scheme, func(t *testing.T) {
			p, recording := openFilm(t, "/?lang=en#"+tt.chapter, tt.experiment, tt.scheme)
			ask[bool](p, hurried+`(() => {
				window.said = [];
				const caption = document.querySelector(".film-caption"), spoken = document.querySelector("#film [aria-live]"), thing = stage.querySelector(".stage-floor > .prop");
				const note = () => said.push({
					beat: Number(stage.dataset.beat), kind: stage.dataset.kind, caption: caption.textContent, spoken: spoken.textContent,
					lit: stage.querySelector("[data-lit]")?.dataset.node ?? "", stamped: thing.dataset.tone !== "",
				});
				for (const node of [caption, spoken]) new MutationObserver(note).observe(node, { childList: true, characterData: true, subtree: true });
				return true;
			})()`)
			p.do(chromedp.KeyEvent(" "))
			wait[bool](p, `stage.dataset.film === "ended"`)
			told, untold := 0, 0
			for _, note := range ask[[]struct {
				Beat                 int
				Kind                 string
				Caption, Spoken, Lit string
				Stamped              bool
			}](p, `said`) {
				beat := recording.Beats[note.Beat]
				switch tells := strings.Contains(note.Caption+note.Spoken, fmt.Sprint(beat.Status)); {
				case note.Kind != "request" || beat.Action != "page":
				case !tells:
					untold++
				case !note.Stamped && note.Lit != decidedAt(beat):
					t.Errorf("beat %d, with %q lit and not yet %s: %q, and aloud %q", note.Beat, note.Lit, decidedAt(beat), note.Caption, note.Spoken)
				default:
					told++
				}
			}
			if told < 2 || untold < 2 {
				t.Errorf("%d captions tell an answer, and %d do not yet", told, untold)
			}
		})
	}
}

// hurried has all that moves in a film move eight times as fast.
const hurried = `Element.prototype.animate = new Proxy(Element.prototype.animate, { apply: (animate, node, [frames, timing]) => Reflect.apply(animate, node, [frames, { ...timing, duration: timing.duration / 8 }]) });`

// decidedAt is the node where a page is looked up last.
func decidedAt(beat contract.Beat) string {
	at := ""
	for _, lookup := range beat.Lookups {
		switch {
		case lookup.Result == "" || lookup.Where == "users":
		case lookup.Where == "redis" || lookup.Where == "denylist":
			at = "redis"
		case lookup.Where == "home" && lookup.Result != "no-answer":
			at = "balancer"
		default:
			at = cmp.Or(beat.Service, beat.Replica)
		}
	}
	return at
}

func TestAFilmIsPlayedByKeys(t *testing.T) {
	p, _ := openFilm(t, "/?lang=en#three-desks", "round-robin", "session-memory")
	first := p.next()
	second := p.next()
	p.do(chromedp.KeyEvent(","))
	if back := p.frame(); *back.Beat != *first.Beat || back.Caption != first.Caption || len(back.Answers["session-memory"]) != len(first.Answers["session-memory"]) {
		t.Errorf("one beat back from %+v is %+v, want %+v", second, back, first)
	}
	ask[bool](p, `document.activeElement.blur() ?? true`)
	p.do(chromedp.KeyEvent(" "))
	wait[bool](p, `stage.dataset.film === "playing" && stage.dataset.moving !== undefined`)
	p.do(chromedp.KeyEvent(" "))
	wait[bool](p, `stage.dataset.film === "paused"`)
	for key, rate := range map[string]string{"-": "0.5"} {
		p.do(chromedp.KeyEvent(key))
		if pressed := ask[string](p, `document.querySelector(".film-rates [aria-pressed=true]").dataset.rate`); pressed != rate {
			t.Errorf("%s: the speed is %s, want %s", key, pressed, rate)
		}
	}
	p.do(chromedp.KeyEvent("?"))
	if keys := wait[string](p, `document.querySelector("dialog[open]")?.innerText`); !strings.Contains(keys, "film: play or pause") || !strings.Contains(keys, "Space") {
		t.Errorf("? lists %q", keys)
	}
	p.do(chromedp.KeyEvent(kb.Escape), chromedp.KeyEvent("s"))
	if end := p.frame(); end.Film != "ended" || end.Seen == nil || *end.Seen || len(end.Answers["session-memory"]) != 30 {
		t.Errorf("after skip: %+v", end)
	}
	ask[bool](p, `(stage.film.close(), true)`)
	wait[bool](p, `stage.dataset.film === undefined && document.querySelectorAll("lab-stage .wallet li").length > 0 && !document.querySelector("lab-stage .prop")`)
}

func TestAFilmStandsStillWhereLessMotionIsWanted(t *testing.T) {
	p, recording := openFilm(t, "/?lang=en#leaving", "logout", "session-redis")
	p.prefer("prefers-reduced-motion", "reduce")
	ask[bool](p, `(window.moved = 0, new MutationObserver(() => { moved += Number(!stage.querySelector(".stage-floor > .prop").hidden); }).observe(stage, { subtree: true, attributes: true })) ?? true`)
	p.do(chromedp.KeyEvent("+"), chromedp.KeyEvent(" "))
	wait[bool](p, `stage.dataset.kind === "request" && stage.dataset.frame > 0`)
	f := p.frame()
	truth{recording, *f.Beat, f.Lane}.compare(t, f)
	wait[bool](p, `stage.dataset.film === "ended"`)
	if moved := ask[int](p, `moved`); moved != 0 {
		t.Errorf("something travelled %d times", moved)
	}
}

func TestAMomentOfAFilmIsShownAgain(t *testing.T) {
	p, recording := openFilm(t, "/?lang=en#three-desks", "round-robin", "session-redis")
	for status, want := range map[int]bool{401: true, 403: false} {
		if shown := play[bool](p, fmt.Sprintf(`return stage.film.showRequest(recording, "session-memory", %d)`, status)); shown != want {
			t.Errorf("a request answered %d is shown: %v, want %v", status, shown, want)
		}
		if !want {
			continue
		}
		f := p.frame()
		if f.Film != "paused" || f.Lane != "session-memory" || f.Beat == nil || recording.Beats[*f.Beat].Status != status {
			t.Errorf("shown is %+v", f)
		}
	}
}

func TestAFilmHasEnoughContrastAndNoScrollingSideways(t *testing.T) {
	for _, scheme := range []string{"light", "dark"} {
		t.Run(scheme, func(t *testing.T) {
			p, _ := openFilm(t, "/?lang=es#always-the-same-desk", "sticky-replica-dies", "session-memory", "session-redis")
			p.prefer("prefers-color-scheme", scheme)
			for f := p.frame(); f.Film != "ended"; f = p.next() {
				p.expectContrast(fmt.Sprintf("at beat %v", *f.Beat))
			}
			p.expectContrast("at the end")
			p.do(chromedp.EmulateViewport(360, 740))
			p.expectNoSidewaysScrolling("at the end")
		})
	}
}
