package embedded_test

import (
	"net/http"
	"os/exec"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"authlab/lab/embedded"
	"authlab/lab/experiment/api"
	"authlab/lab/testkit"
)

// What an experiment is about has to be seen in its film: who acts, what is set, what is done, and what became of it.
// Its name is short because the browser of an experiment has its sockets in a folder of that name.
func TestFilmsShowWhatTheyAreAbout(t *testing.T) {
	c, _ := start(t, embedded.Config{Experiments: func(url string) http.Handler { return api.For(url).Handler() }})
	p := openAt(t, c.URL(), "/?lang=en#leaving")
	p.do(chromedp.EmulateViewport(1366, 650))
	wait[bool](p, `document.querySelector("lab-stage")?.film && document.querySelectorAll(".replica[data-state=alive]").length === 3`)
	type sight struct{ Who, Caption, Answers, Desk, Service, Cards string }
	const look = `({
		who: [...stage.querySelectorAll(".film-client:not([data-away]) h3")].map((h3) => h3.textContent).join(", "),
		caption: document.querySelector(".film-caption").textContent.replace(/app.\d/, "app"), // whichever
		answers: [...stage.querySelectorAll("[data-playing] .film-answers b")].map((b) => b.textContent).join(""),
		desk: [...stage.querySelectorAll(".node-looked")].map((note) => note.textContent).join(""),
		service: stage.querySelector(".node-reports")?.checkVisibility() ? stage.querySelector(".node-reports h3").textContent : "",
		cards: [...stage.querySelectorAll(".node-redis .file > b")].map((b) => b.textContent.slice(0, 1)).join(""),
	})`
	for _, tt := range []struct {
		experiment, scheme string
		want               []sight // in this order; each part is contained
	}{
		{"password-change", "token-stateless", []sight{
			{Who: "Client · user-5 (2), Another client", Caption: "Letter №"},
			{Caption: "user-5 changes the password at app. From now on the old password is worth nothing: 200."},
			{Caption: "The other client’s copy goes to app. The seal is good", Answers: "✓"},
			{Who: "Client · user-5 (2)", Caption: "brings a refresh token to app. It refuses: 401."},
		}},
		{"third-device", "session-redis", []sight{
			{Caption: "From now on a user may have 2 logins."},
			{Who: "Client · user-1 (3)", Caption: "user-1 (3) logs in at app.", Cards: "№№"},
			{Who: "Client · user-1", Caption: "user-1’s request goes to app. Redis has no card", Answers: "✓✓✓✕"},
			{Who: "Client · user-1 (2)", Answers: "✓✓✓✕✓"},
		}},
		{"open-socket", "token-revocable", []sight{
			{Caption: "user-1 opens a stream at app"},
			{Caption: "The stream of user-1 goes on.", Answers: "✓≈"},
			{Caption: "an open stream asks every 60 s"},
			{Who: "user-1 (2)", Caption: "The stream of user-1 (2) has ended.", Answers: "✓≈✓■"},
			{Caption: "Redis tells open streams of a logout."},
			{Caption: "The stream of user-1 (3) has ended.", Answers: "✓≈✓■✓■"},
		}},
		{"in-the-log", "token-stateless", []sight{
			{Caption: "address Request with the credential in the address, to app. It does not look for a credential there: 401."},
			{Who: "Another client", Caption: "Letter №"},
			{Who: "Another client", Caption: "The other client’s copy goes to app. The seal is good", Answers: "✓✕✓"},
		}},
		{"cached-session", "session-redis", []sight{
			{Caption: "goes to app. Redis has no card", Answers: "✕"},
			{Caption: "each replica believes a session for 5 s"},
		}},
		{"two-tabs", "token-stateless", []sight{
			{Who: "Client · user-1", Caption: "user-1 brings a refresh token to app. It refuses: 401."},
			{Who: "Client · user-1 (2)", Caption: "brings a refresh token to app. It gives letter №"},
			{Caption: "a spent refresh token works on for 10 s"},
			{Who: "Another client", Caption: "Another client brings a refresh token to app. It gives letter №"},
			{Caption: "All clocks go forward: 20 s."},
			{Caption: "Another client brings a refresh token to app. It refuses: 401."},
		}},
		{"key-leak", "session-cookie", []sight{
			{Caption: "with one secret, which a thief has too"},
			{Who: "Client", Caption: "It knows who this is, and says no: 403.", Answers: "⊘"},
			{Who: "Client, Another client", Caption: "made from what leaked Another client goes to app. The seal is good", Answers: "⊘403✓"},
		}},
		{"proof-replay", "token-bound", []sight{
			{Caption: "user-1 logs in at app. It first wants a proof with a number that it gives: 401."},
			{Caption: "Request 1 goes to app. Seal and proof are good, and the proof is new: 200."},
			{Caption: "The other client’s copy goes to app. That proof was used before: 401."},
		}},
		{"oauth-code", "token-stateless", []sight{
			{Service: "Login server", Caption: "code without verifier Another client goes to the login server. It refuses: 400."},
			{Who: "Another client", Caption: "code without verifier Another client goes to app. The request carries nothing: 401."},
			{Caption: "another redirect_uri Request 2 goes to the login server. It refuses: 400."},
			{Caption: "goes to the login server. It gives letter № "},
			{Caption: "Request 6 goes to app. The seal is good"},
			{Caption: "code and verifier Another client goes to the login server. It gives letter № "},
			{Caption: "Request 8 goes to the login server. It refuses: 400."},
			{Caption: "Another client brings a refresh token to app. It refuses: 401.", Cards: "✕"},
		}},
		{"oauth-code", "naive", []sight{
			{Service: "Naive server", Caption: "It sends the browser back: 302.", Answers: "↩"},
			{Caption: "It takes that: 200.", Answers: "↩✓"},
		}},
		{"bound-session", "session-bound", []sight{
			{Who: "Another client", Caption: "Ticket №"},
			{Caption: "The other client’s copy goes to app. It finds card", Answers: "✓"},
			{Caption: "All clocks go forward: 10 min."},
			{Caption: "Request 2 goes to app. It finds card"},
			{Caption: "The other client’s copy goes to app. It finds card № ", Answers: "✕"},
		}},
		{"stolen", "token-bound", []sight{
			{Who: "Another client", Caption: "Letter №"},
			{Caption: "The other client’s copy goes to app. The seal is good, but the letter goes with a key, and the proof is made with another one: 401.", Answers: "✕", Desk: "seal ✓"},
			{Caption: "Another client brings a refresh token to app. It refuses: 401."},
		}},
		{"failover", "token-revocable", []sight{
			{Who: "A copy, kept", Caption: "user-1 logs out at app. Letter №", Cards: "✕"},
			{Caption: "The kept copy goes to app. The seal is good, but the letter is on the denylist: 401.", Answers: "✕"},
			{Caption: "The primary of Redis dies, and Sentinel makes its replica the primary."},
			{Caption: "The kept copy goes to app. The seal is good, and the letter is not on the denylist: 200.", Answers: "✓✕✓"},
			{Caption: "The kept copy brings a refresh token to app. It gives letter №"},
		}},
		{"kid-storm", "token-stateless", []sight{
			{Service: "Reports service", Caption: "kid The other client’s copy goes to the reports service. It has just asked home"},
			{Caption: "goes to the reports service. It asks home for its public keys"},
		}},
		{"introspection", "token-revocable", []sight{
			{Caption: "goes to the reports service, which asks each time. It asks home who this is: 200."},
			{Caption: "goes to the reports service, which believes home for 5 s. It still believes what home has said: 200."},
			{Caption: "which asks each time. It can’t ask home: 503."},
		}},
		{"backend-for-frontend", "backend-for-frontend", []sight{
			{Service: "Backend", Caption: "logs in at the backend. It gets a letter from home, files it with card №", Cards: "№"},
			{Service: "Backend", Caption: "goes to the backend. It finds card №", Answers: "✓"},
			{Service: "Backend", Caption: "logs out at the backend. Card №", Cards: "№"},
			{Who: "Another client", Service: "Backend", Caption: "The other client’s copy goes to the backend. Redis has no card", Answers: "✕"},
			{Who: "Another client", Service: "Reports service", Caption: "brings the letter from a dump of the session store to the reports service. It checks the seal by itself: 200."},
			{Service: "Reports service", Caption: "It checks the seal by itself: 401.", Answers: "✓✓✕"},
		}},
		{"backend-for-frontend", "session-cached", []sight{
			{Caption: "each replica believes a session for 30 s"},
			{Caption: "It files card № ", Cards: "№"},
			{Caption: "logs out at app. Card №"},
			{Who: "Another client", Caption: "The other client’s copy goes to app. It answers 200.", Answers: "✓"},
			{Who: "Another client", Caption: "The other client’s copy goes to app. Redis has no card", Answers: "✕"},
		}},
		{"login-csrf", "session-redis", []sight{
			{Caption: "a form Another site makes the browser log in at app. It refuses: 403."},
		}},
		{"login-csrf", "naive", []sight{
			{Service: "Naive server", Caption: "Client goes to the naive server. It takes that: 200."},
		}},
		{"logout", "token-stateless", []sight{
			{Caption: "logs out", Cards: "✕"}, // it is on the list, and nothing looks there
			{Caption: "The kept copy goes to app. The seal is good, and nothing is looked up: 200.", Cards: "✕"},
			{Caption: "its time is over: 401", Desk: "time over ✕"},
		}},
	} {
		t.Run(tt.experiment+" "+tt.scheme, func(t *testing.T) {
			if _, err := exec.LookPath("redis-server"); err != nil && tt.experiment == "failover" {
				testkit.Missing(t, err)
			}
			p.t = t
			p.film(c.URL(), tt.experiment, tt.scheme)
			var seen []string
			for want := tt.want; len(want) > 0; p.next() {
				saw, first := ask[sight](p, look), want[0]
				seen = append(seen, saw.Who+": "+saw.Caption+" "+saw.Answers+saw.Desk+" Redis "+saw.Cards)
				if strings.Contains(saw.Who, first.Who) && strings.Contains(saw.Caption, first.Caption) && strings.Contains(saw.Answers, first.Answers) &&
					strings.Contains(saw.Desk, first.Desk) && strings.Contains(saw.Service, first.Service) && strings.Contains(saw.Cards, first.Cards) {
					want = want[1:]
				}
				if ask[bool](p, `stage.dataset.film === "ended"`) {
					if len(want) > 0 {
						t.Errorf("%+v is not seen, of these:\n%s", want[0], strings.Join(seen, "\n"))
					}
					break
				}
			}
		})
	}
}
