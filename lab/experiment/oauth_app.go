package experiment

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/oauth2"

	"authlab/lab/contract"
)

// asForm is how OAuth sends parameters (RFC 6749, appendix B).
const asForm = "application/x-www-form-urlencoded"

// An app is what a user logs in to by OAuth: a client of golang.org/x/oauth2, with the state and the verifier of one login.
type app struct {
	oauth2.Config
	user            *User
	state, verifier string
}

func newApp(issuer string, user *User) app {
	return app{
		Config: oauth2.Config{
			ClientID: contract.OAuthClient, RedirectURL: contract.OAuthRedirect,
			Endpoint: oauth2.Endpoint{AuthURL: issuer + "/authorize", TokenURL: issuer + "/token", AuthStyle: oauth2.AuthStyleInParams},
		},
		user: user, state: rand.Text(), verifier: oauth2.GenerateVerifier(),
	}
}

// address is where the app sends the browser.
func (a app) address() string {
	return a.AuthCodeURL(a.state, oauth2.S256ChallengeOption(a.verifier))
}

// cameBack redeems the code in the address to which the browser was sent back. A login that this app did not begin has another
// state, and the app takes no code from it (RFC 6749, section 10.12).
func (a app) cameBack(ctx context.Context, back url.Values) (oauth2.Token, error) {
	if back.Get("state") != a.state {
		return oauth2.Token{}, nil
	}
	return a.redeem(ctx, back.Get("code"), oauth2.VerifierOption(a.verifier))
}

// redeem asks for the tokens of a code. None: it was refused.
func (a app) redeem(ctx context.Context, code string, options ...oauth2.AuthCodeOption) (oauth2.Token, error) {
	start := time.Now()
	token, err := a.Exchange(context.WithValue(ctx, oauth2.HTTPClient, a.user.client), code, options...)
	answer := Answer{Status: http.StatusOK, Took: time.Since(start)}
	var refused *oauth2.RetrieveError
	if errors.As(err, &refused) && refused.Response.StatusCode == http.StatusBadRequest {
		answer.Status, token, err = http.StatusBadRequest, &oauth2.Token{}, nil
	}
	if err != nil {
		return oauth2.Token{}, err
	}
	a.user.recorder.issuer(a.user, "/token", answer, token.AccessToken)
	return *token, nil
}

// authorize logs the user in at the login server, and returns what is in the address to which it sends the browser back: the
// query, and the fragment too. Nothing: the browser is not sent back.
func (u *User) authorize(ctx context.Context, address string) (url.Values, error) {
	form := url.Values{"username": {u.Name}, "password": {u.password}}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", asForm)
	start := time.Now()
	response, err := u.client.Do(request)
	if err != nil {
		return nil, err
	}
	response.Body.Close()
	u.recorder.issuer(u, "/authorize", Answer{Status: response.StatusCode, Took: time.Since(start)}, "")
	return sentBack(response.Header)
}

func sentBack(header http.Header) (url.Values, error) {
	back, err := url.Parse(header.Get("Location"))
	if err != nil {
		return nil, err
	}
	return url.ParseQuery(back.RawQuery + "&" + back.Fragment)
}
