package experiment

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// evil is the site that the victim visits.
const evil = "https://evil.example"

// A crossForm is a request that changes something, as a browser would send it for another site. What is simulated
// here is what arrives: the headers that a browser adds and that no page can change (Origin, Sec-Fetch-Site), and the
// three types of body that a form can have. The experiment
// cross-origin measures in a real browser what it does send, and what it keeps back because of SameSite.
type crossForm struct {
	name        string
	contentType string
	body        string
	headers     []string // name, value, name, value
	refusal     int      // what a server answers that checks Sec-Fetch-Site, Origin and Content-Type
}

// crossForms are all ways to post fields, given as name, value, name, value, that another site has.
func crossForms(fields ...string) []crossForm {
	const (
		form = "application/x-www-form-urlencoded"
		text = "text/plain"
		asIs = "application/json"
	)
	values, members, asParts := url.Values{}, "", ""
	for field := range slices.Chunk(fields, 2) {
		name, value := field[0], field[len(field)-1]
		values.Set(name, value)
		members += fmt.Sprintf("%q:%q,", name, value)
		asParts += "--x\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n"
	}
	asForm, asJSON := values.Encode(), "{"+strings.TrimSuffix(members, ",")+"}"
	// A form with one field, name {"email":"…","x":" and value "}, that is posted as text: the = in the middle is the form's.
	asText := "{" + members + `"x":"="}` + "\r\n"
	asParts += "--x--\r\n"
	page := []string{"Origin", evil, "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document"}
	return []crossForm{
		{"a form", form, asForm, page, http.StatusForbidden},
		{"a form with parts", "multipart/form-data; boundary=x", asParts, page, http.StatusForbidden},
		{"JSON that is called text", text, asText, page, http.StatusForbidden},
		{"JSON that a script sends without asking", asIs, asJSON, // no browser does, unless CORS allows it
			[]string{"Origin", evil, "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "cors", "Sec-Fetch-Dest", "empty"}, http.StatusForbidden},
		{"a frame without an origin", form, asForm,
			[]string{"Origin", "null", "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "iframe"}, http.StatusForbidden},
		{"a neighbour under the same domain", form, asForm,
			[]string{"Origin", "https://blog.authlab.example", "Sec-Fetch-Site", "same-site"}, http.StatusForbidden},
		{"a browser that knows only Origin", form, asForm, []string{"Origin", evil}, http.StatusForbidden},
		// Without these headers a browser can't be told from a program. What stops it is the Content-Type: a form can't be
		// sent as application/json.
		{"a browser that tells nothing", form, asForm, nil, http.StatusUnsupportedMediaType},
		{"a browser that tells nothing, and JSON that is called text", text, asText, nil, http.StatusUnsupportedMediaType},
	}
}

func formsRefused() Outcome { return Kept.says("refused") }

// formsAnswered says what forms got that were not all refused as they should be, from how often each status was seen.
func formsAnswered(seen map[int]int) Outcome {
	var means Meaning
	if seen[http.StatusOK] > 0 {
		means = Dangerous
	}
	return means.composed("answered", means.tally(seen))
}

// ambient tells whether this user's browser has a credential that it sends on its own: a cookie of the login, or the
// password that it was asked for. A token that a page keeps and puts into a header is not sent by another page.
func (u *User) ambient() bool { return u.Scheme == Basic || u.cookies[u.cookieName()] != "" }

// postForeignForm is this user's browser posting a form of another site to a path, with all that it sends on its own.
func (u *User) postForeignForm(ctx context.Context, path string, form crossForm) (Answer, error) {
	request, err := u.request(ctx, http.MethodPost, path, nil)
	if err != nil {
		return Answer{}, err
	}
	if u.Scheme != Basic {
		request.Header.Del("Authorization")
	}
	request.Body, request.ContentLength = io.NopCloser(strings.NewReader(form.body)), int64(len(form.body))
	request.Header.Set("Content-Type", form.contentType)
	for i := 0; i < len(form.headers); i += 2 {
		request.Header.Set(form.headers[i], form.headers[i+1])
	}
	u.trick = form.name
	defer func() { u.trick = "" }()
	return u.send(request)
}

// changesEmail is this user changing the address themselves, on the page of the server.
func (u *User) changesEmail(ctx context.Context, email string) error {
	request, err := u.request(ctx, http.MethodPost, base(u.Scheme)+"/email", map[string]string{"email": email})
	if err != nil {
		return err
	}
	request.Header.Set("Origin", u.url)
	request.Header.Set("Sec-Fetch-Site", "same-origin")
	answer, err := u.send(request)
	if err == nil && answer.Status != http.StatusOK {
		err = fmt.Errorf("%s: the owner gets %d %s", u.Scheme, answer.Status, answer.Body)
	}
	return err
}

// flags are SameSite and HttpOnly of the cookie that the last answer has set for the login, as measures; none without
// such a cookie.
func (u *User) flags() map[string]float64 {
	for _, cookie := range u.setCookies {
		if cookie.Name == u.cookieName() {
			return map[string]float64{
				"same_site_lax": oneIf(cookie.SameSite == http.SameSiteLaxMode), "http_only": oneIf(cookie.HttpOnly),
			}
		}
	}
	return nil
}

func oneIf(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}
