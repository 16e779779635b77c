package experiment

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"authlab/lab/contract"
	"authlab/lab/experiment/browser"
)

// framed shows the lab inside a page of another site, in a real browser over TLS in which the user is logged in: with cookies
// of SameSite=Lax, with SameSite=None, and with SameSite=None and Partitioned. Then the user logs in inside that frame, and
// opens the same frame in a page of a third site.
func framed() Experiment {
	const first, second = "first.localhost", "second.localhost" // sites that show the frame
	none := func(c *http.Cookie) { c.Secure, c.SameSite = true, http.SameSiteNoneMode }
	names := []string{"lax.localhost", "none.localhost", "partitioned.localhost"}
	sites := map[string]site{
		first: {}, second: {},
		names[0]: {serve: serveFrame, cookie: func(c *http.Cookie) { c.Secure = true }},
		names[1]: {serve: serveFrame, cookie: none},
		names[2]: {serve: serveFrame, cookie: func(c *http.Cookie) { none(c); c.Partitioned = true }},
	}
	schemes := cookieSchemes()
	return Experiment{
		Name:      "framed",
		Browser:   true,
		Predicted: same(threeFrames(frameNotSent(), frameNotSent(), frameApart()), schemes...),
		Run: func(ctx context.Context, trial *Trial) error {
			tab, err := trial.Tab(ctx)
			if err != nil {
				return err
			}
			defer tab.Close()
			f, err := openFront(ctx, trial.Target.URL(), true, sites)
			if err != nil {
				return err
			}
			defer f.close()
			if err := tab.TrustAll(); err != nil {
				return err
			}
			for _, name := range names {
				if err := logInAt(tab, f.at(name, ""), schemes); err != nil {
					return err
				}
			}
			seen := map[string][]inFrame{} // by scheme, in the order of names
			for i, outer := range []string{first, second} {
				if err := tab.Go(f.at(outer, "/")); err != nil {
					return err
				}
				for j, name := range names {
					found, err := lookInFrame(tab, f.at(name, "/"), schemes)
					if err != nil {
						return err
					}
					for k, scheme := range schemes {
						if i == 0 {
							seen[scheme] = append(seen[scheme], found[k])
						} else {
							seen[scheme][j].elsewhere = found[k].Before
						}
					}
				}
			}
			for scheme, s := range seen {
				measures := map[string]float64{}
				for j, name := range []string{"lax", "none", "partitioned"} {
					measures[name+"_status"], measures[name+"_login_status"] = float64(s[j].Before), float64(s[j].After)
				}
				measures["partitioned_elsewhere_status"] = float64(s[2].elsewhere)
				trial.Observe(scheme, threeFrames(s[0].outcome(), s[1].outcome(), s[2].outcome()), measures)
			}
			return nil
		},
	}
}

func threeFrames(lax, none, partitioned Outcome) Outcome {
	return Meaning("").composed("three-frames", lax, none, partitioned)
}
func frameNotSent() Outcome { return Meaning("").says("not-sent") }
func frameApart() Outcome   { return Kept.says("apart") }

// inFrame is what a page of the lab got inside a frame, with the cookies that the browser had before, and after a login
// inside the frame; and in a frame of another site.
type inFrame struct{ Before, After, elsewhere int }

func (s inFrame) outcome() Outcome {
	switch {
	case s.Before == http.StatusOK:
		return Costs.says("sent")
	case s.After != http.StatusOK:
		return frameNotSent()
	case s.elsewhere == http.StatusOK:
		return Costs.says("sent-after-login")
	}
	return frameApart()
}

// serveFrame serves a page that asks its server for what the page around it wants to know: how its cookies fare.
func serveFrame(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = io.WriteString(w, `<!doctype html><title>A page</title><script>
		addEventListener("message", async ({ data: { path, body }, source }) => {
			const status = async (address, init) => (await fetch(address, init)).status;
			const before = await status(path + "/me");
			await status(path + "/login", { method: "POST", headers: { "Content-Type": "application/json" }, body });
			source.postMessage({ before, after: await status(path + "/me") }, "*");
		});
		if (parent !== self) parent.postMessage("ready", "*");
	</script>`)
}

// lookInFrame opens an address inside the page that the tab shows, and lets it ask by each scheme.
func lookInFrame(tab *browser.Tab, address string, schemes []string) ([]inFrame, error) {
	credentials, err := json.Marshal(map[string]string{"username": contract.SimulatedName(1), "password": simulatedPassword})
	if err != nil {
		return nil, err
	}
	var paths []string
	for _, scheme := range schemes {
		paths = append(paths, base(scheme))
	}
	asked, err := json.Marshal(paths)
	if err != nil {
		return nil, err
	}
	var found []inFrame
	return found, tab.Evaluate(fmt.Sprintf(`(async () => {
		const heard = () => new Promise((done) => addEventListener("message", ({ data }) => done(data), { once: true }));
		const frame = document.createElement("iframe"), ready = heard(), found = [];
		frame.src = %q;
		document.body.append(frame);
		await ready;
		for (const path of %s) {
			const answer = heard();
			frame.contentWindow.postMessage({ path, body: %q }, "*");
			found.push(await answer);
		}
		frame.remove();
		return found;
	})()`, address, asked, credentials), &found)
}
