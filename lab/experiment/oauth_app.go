package experiment

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
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
	client          *http.Client
	state, verifier string
}

func newApp(issuer string, user *User) app {
	return app{
		Config: oauth2.Config{
			ClientID: contract.OAuthClient, RedirectURL: contract.OAuthRedirect,
			Endpoint: oauth2.Endpoint{AuthURL: issuer + "/authorize", TokenURL: issuer + "/token", AuthStyle: oauth2.AuthStyleInParams},
		},
		client: user.atIssuer(), state: rand.Text(), verifier: oauth2.GenerateVerifier(),
	}
}

// atIssuer is the user's client with the requests to the login server in the recording.
func (u *User) atIssuer() *http.Client {
	client := *u.client
	client.Transport = issuerTransport{u}
	return &client
}

type issuerTransport struct{ *User }

// RoundTrip sends a request, and notes what came back.
func (t issuerTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	start := time.Now()
	response, err := t.client.Transport.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	response.Body = io.NopCloser(bytes.NewReader(text))
	t.recorder.issuer(t.User, request, Answer{Status: response.StatusCode, Took: time.Since(start), Body: text}, response.Header)
	return response, err
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
	token, err := a.Exchange(context.WithValue(ctx, oauth2.HTTPClient, a.client), code, options...)
	var refused *oauth2.RetrieveError
	if errors.As(err, &refused) && refused.Response.StatusCode == http.StatusBadRequest {
		return oauth2.Token{}, nil
	}
	if err != nil {
		return oauth2.Token{}, err
	}
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
	response, err := u.atIssuer().Do(request)
	if err != nil {
		return nil, err
	}
	response.Body.Close()
	return sentBack(response.Header)
}

func sentBack(header http.Header) (url.Values, error) {
	back, err := url.Parse(header.Get("Location"))
	if err != nil {
		return nil, err
	}
	return url.ParseQuery(back.RawQuery + "&" + back.Fragment)
}
