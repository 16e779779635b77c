package experiment

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// evil is the site that the victim visits.
const evil = "https://evil.example"

// A crossForm is a request to change an e-mail address, as a browser would send it for another site. What is simulated
// here are the bytes: the headers that a browser adds and that no page can change (Origin, Sec-Fetch-Site), and the
// three types of body that a form can have. Whether a browser does send this, and keeps back what SameSite says, is
// measured in a real one by the experiment cross-origin.
type crossForm struct {
	name        string
	contentType string
	body        string
	headers     []string // name, value, name, value
	refusal     int      // what a server answers that checks Sec-Fetch-Site, Origin and Content-Type
}

// crossForms are all ways to post an address that another site has.
func crossForms(email string) []crossForm {
	const (
		form = "application/x-www-form-urlencoded"
		text = "text/plain"
		asIs = "application/json"
	)
	asForm := url.Values{"email": {email}}.Encode()
	asJSON := fmt.Sprintf(`{"email":%q}`, email)
	// A form with one field, name {"email":"…","x":" and value "}, that is posted as text: the = in the middle is the form's.
	asText := fmt.Sprintf(`{"email":%q,"x":"="}`, email) + "\r\n"
	asParts := "--x\r\nContent-Disposition: form-data; name=\"email\"\r\n\r\n" + email + "\r\n--x--\r\n"
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

// ambient tells whether this user's browser has a credential that it sends on its own: a cookie of the login, or the
// password that it was asked for. A token that a page keeps and puts into a header is not sent by another page.
func (u *User) ambient() bool { return u.Scheme == Basic || u.cookies[u.cookieName()] != "" }

// lured is this user's browser posting a form of another site, with all that it sends on its own.
func (u *User) lured(ctx context.Context, form crossForm) (Answer, error) {
	request, err := u.request(ctx, http.MethodPost, base(u.Scheme)+"/email", nil)
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

// watched is a transport that remembers the cookies that are set.
type watched struct {
	http.RoundTripper
	cookies []*http.Cookie
}

func (w *watched) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := w.RoundTripper.RoundTrip(request)
	if err == nil {
		w.cookies = append(w.cookies, response.Cookies()...)
	}
	return response, err
}

// flagged logs in, and returns the cookie of the login with its flags; nil: there is none.
func (u *User) flagged(ctx context.Context) (*http.Cookie, error) {
	w := &watched{RoundTripper: u.client.Transport}
	u.client.Transport = w
	defer func() { u.client.Transport = w.RoundTripper }()
	if err := u.Login(ctx); err != nil {
		return nil, err
	}
	for _, cookie := range w.cookies {
		if cookie.Name == u.cookieName() {
			return cookie, nil
		}
	}
	return nil, nil //nolint:nilnil // no cookie is an answer here
}

// flags are a cookie's SameSite and HttpOnly, as measures.
func flags(cookie *http.Cookie) map[string]float64 {
	m := map[string]float64{}
	if cookie != nil {
		m["same_site_lax"], m["http_only"] = oneIf(cookie.SameSite == http.SameSiteLaxMode), oneIf(cookie.HttpOnly)
	}
	return m
}

func oneIf(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}
