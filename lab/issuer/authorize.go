package issuer

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
)

// A request is what a client asks for, in the address that it sends a browser to.
type request struct {
	client, redirect, state, challenge string
}

// read reads a request. false: it is answered already. To an address that is not the client's own, compared as text, the
// browser is not sent at all (RFC 9700, section 2.1). A client that asks for less than it should gets an error.
func (s *Issuer) read(w http.ResponseWriter, r *http.Request) (request, bool) {
	q := r.URL.Query()
	asked := request{q.Get("client_id"), q.Get("redirect_uri"), q.Get("state"), q.Get("code_challenge")}
	if registered, known := s.config.Clients[asked.client]; !known || asked.redirect != registered {
		http.Error(w, "This client, or the address to send the browser back to, is not registered.", http.StatusBadRequest)
		return asked, false
	}
	hash, err := base64.RawURLEncoding.Strict().DecodeString(asked.challenge)
	switch {
	case q.Get("response_type") != "code": // not "token": it would be in the address (RFC 9700, section 2.1.2)
		asked.sendBack(w, r, "error", "unsupported_response_type")
	case err != nil || len(hash) != 32 || q.Get("code_challenge_method") != "S256": // not "plain" (RFC 9700, section 2.1.1)
		asked.sendBack(w, r, "error", "invalid_request")
	default:
		return asked, true
	}
	return asked, false
}

// sendBack sends the browser back to the client, with the state that the client gave. 303, so that the browser does not post
// the form with the password there (RFC 9700, section 4.12).
func (asked request) sendBack(w http.ResponseWriter, r *http.Request, name, value string) {
	query := url.Values{name: {value}, "state": {asked.state}}
	http.Redirect(w, r, asked.redirect+"?"+query.Encode(), http.StatusSeeOther)
}

// form is posted to the address that it came from, and so with the same request.
const form = `<!doctype html>
<meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Log in</title>
<h1>Log in at the login server</h1>
<p role="alert">%s</p>
<form method="post">
<p><label>Name <input name="username" autocomplete="username" required autofocus></label>
<p><label>Password <input name="password" type="password" autocomplete="current-password" required></label>
<p><button>Log in</button>
</form>
`

func showForm(w http.ResponseWriter, status int, alert string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, form, alert) // the browser has left
}

// handleForm handles the "GET /authorize" route.
func (s *Issuer) handleForm(w http.ResponseWriter, r *http.Request) {
	if _, ok := s.read(w, r); ok {
		showForm(w, http.StatusOK, "")
	}
}

// handleAuthorize handles the "POST /authorize" route. The server keeps no login of the browser's: every code costs a password.
func (s *Issuer) handleAuthorize(w http.ResponseWriter, r *http.Request) {
	asked, ok := s.read(w, r)
	if !ok {
		return
	}
	pair, status, err := s.logIn(r.Context(), r.PostFormValue("username"), r.PostFormValue("password"))
	switch {
	case err != nil:
		s.config.Logger.Error("log in at home", "error", err)
		showForm(w, http.StatusServiceUnavailable, "The server that knows the passwords does not answer.")
	case status != http.StatusOK:
		showForm(w, status, "This was not accepted. Try again.")
	default:
		code, ok := s.keep(asked, pair)
		if !ok {
			asked.sendBack(w, r, "error", "temporarily_unavailable")
			return
		}
		asked.sendBack(w, r, "code", code)
	}
}
