package class_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"authlab/lab/class"
	"authlab/lab/contract"
	"authlab/lab/embedded"
	"authlab/lab/experiment"
	"authlab/web"
)

const teacherKey = "the-teachers-key-of-a-test"

// A room is a class with a lab of its own, reached over HTTP.
type room struct {
	t      testing.TB
	url    string
	lab    *embedded.Lab
	client *http.Client
}

func open(t testing.TB, change func(*class.Config)) *room {
	t.Helper()
	lab, err := embedded.Start(t.Context(), embedded.Config{LabKey: teacherKey})
	must(t, err)
	t.Cleanup(func() { must(t, lab.Close()) })
	config := class.Config{
		Lab: lab.Handler(), Pages: web.NewClassPages(), View: lab.View, AddAccount: lab.AddAccount, SetRoles: lab.SetRoles, Run: runApart,
		Key: teacherKey, Address: "http://192.0.2.1:8080/join", Title: "Networks",
	}
	if change != nil {
		change(&config)
	}
	c, err := class.New(config)
	must(t, err)
	server := httptest.NewUnstartedServer(c)
	server.Config = web.NewHTTPServer(c, nil)
	server.Start()
	t.Cleanup(func() {
		c.Close()
		server.CloseClientConnections()
		server.Close()
	})
	return &room{t, server.URL, lab, &http.Client{Transport: contract.NewTransport()}}
}

func runApart(ctx context.Context, name string) (experiment.Result, error) {
	lab, err := embedded.Start(ctx, embedded.Config{})
	if err != nil {
		return experiment.Result{}, err
	}
	defer lab.Close()
	experiments, err := experiment.Named(name)
	if err != nil {
		return experiment.Result{}, err
	}
	report, err := experiment.Run(ctx, "embedded", lab, experiments, func(int, int, string) {})
	if err != nil {
		return experiment.Result{}, err
	}
	return report.Experiments[0], nil
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// send sends a request with headers given as name, value, and returns status and body.
func (r *room) send(method, path, body string, headers ...string) (int, []byte) {
	r.t.Helper()
	status, answer, err := send(r.t.Context(), r.client, method, r.url+path, body, headers...)
	must(r.t, err)
	return status, answer
}

func send(ctx context.Context, client *http.Client, method, url, body string, headers ...string) (int, []byte, error) {
	request, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader([]byte(body)))
	if err != nil {
		return 0, nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := client.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	return response.StatusCode, answer, err
}

// teach does what the teacher does, which has to succeed.
func (r *room) teach(path, body string) {
	r.t.Helper()
	if status, answer := r.send(http.MethodPost, path, body, "X-Lab-Key", teacherKey); status != http.StatusNoContent {
		r.t.Fatalf("%s: %d %s", path, status, answer)
	}
}

// A picture is what these tests read of the wall's.
type picture struct {
	Lanes []struct {
		Scheme                  string
		In, Out, Unsure, Admins int
	}
	People []struct {
		Name  string
		Lanes []string
	}
	Labs  struct{ Running int }
	Round *struct {
		Phase               string
		Voted               int
		First, Second, Seen []int
		Ready               bool
		Measured            *int
		Right               int
		Choices             []string
		Rows                []struct{ Observed string }
	}
}

// wall returns the first picture that fits.
func (r *room) wall(fits func(picture) bool) picture {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), 20*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, r.url+"/class/wall", nil)
	must(r.t, err)
	request.Header.Set("X-Lab-Key", teacherKey)
	response, err := r.client.Do(request)
	must(r.t, err)
	defer response.Body.Close()
	pictures := json.NewDecoder(response.Body)
	for {
		var p picture
		if err := pictures.Decode(&p); err != nil {
			r.t.Fatalf("the wall shows nothing that fits: %v", err)
		}
		if fits(p) {
			return p
		}
	}
}

// A phone is what the page /join is: one person with cookies of its own, who asks on three lanes.
type phone struct {
	url            string
	client         *http.Client
	Name, Password string
	Key            string
	Lanes          []struct{ Scheme, Base, Login, Credential string }
	token          string
	last           []int // the status of the last answer, by lane
	state          struct {
		Version, Nudge, Right, Of int
		Round                     *struct {
			Number        int
			Phase         string
			Choices       []string
			First, Second *int
			Seen          *int
			Measured      *int
		}
	}
}

func newPhone(url string) *phone {
	jar, _ := cookiejar.New(nil) // it cannot fail without options
	return &phone{url: url, client: &http.Client{Jar: jar, Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 2}}}
}

// join joins the class and logs in on all lanes.
func (p *phone) join(ctx context.Context, nickname string) error {
	body, _ := json.Marshal(map[string]string{"nickname": nickname})
	status, answer, err := send(ctx, p.client, http.MethodPost, p.url+"/class/join", string(body))
	if err != nil {
		return err
	}
	if status != http.StatusOK {
		return fmt.Errorf("join: %d %s", status, answer)
	}
	if err := json.Unmarshal(answer, p); err != nil {
		return err
	}
	p.last = make([]int, len(p.Lanes))
	for i := range p.Lanes {
		err := p.logIn(ctx, i)
		for try := 0; errors.Is(err, errUnsure) && try < 5; try++ { // as the page does
			err = p.logIn(ctx, i)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// errUnsure is an answer of 503: nothing is decided, and the phone tries again.
var errUnsure = errors.New("the server cannot tell")

func (p *phone) logIn(ctx context.Context, lane int) error {
	body, _ := json.Marshal(map[string]string{"username": p.Name, "password": p.Password})
	status, answer, err := send(ctx, p.client, http.MethodPost, p.url+p.Lanes[lane].Login, string(body), "X-Class-Key", p.Key)
	if err != nil {
		return err
	}
	if status == http.StatusServiceUnavailable {
		return fmt.Errorf("%s logs in on %s: %w: %s", p.Name, p.Lanes[lane].Scheme, errUnsure, answer)
	}
	if status != http.StatusOK {
		return fmt.Errorf("%s logs in on %s: %d %s", p.Name, p.Lanes[lane].Scheme, status, answer)
	}
	var pair struct {
		AccessToken string `json:"access_token"`
	}
	if p.Lanes[lane].Credential == "bearer" {
		must := json.Unmarshal(answer, &pair)
		p.token = pair.AccessToken
		return must
	}
	p.last[lane] = status
	return nil
}

// ask asks on every lane who it is taken for.
func (p *phone) ask(ctx context.Context) error {
	for i, lane := range p.Lanes {
		headers := []string{"X-Class-Key", p.Key}
		if lane.Credential == "bearer" {
			headers = append(headers, "Authorization", "Bearer "+p.token)
		}
		status, answer, err := send(ctx, p.client, http.MethodGet, p.url+lane.Base+"/me", "", headers...)
		if err != nil {
			return err
		}
		var me struct{ User struct{ Name string } }
		if status == http.StatusOK {
			if err := json.Unmarshal(answer, &me); err != nil || me.User.Name != p.Name {
				return fmt.Errorf("%s is taken for %q", p.Name, me.User.Name)
			}
		}
		p.last[i] = status
	}
	return nil
}

// hear reads the state of the class. after waits for one that is newer than what the phone has.
func (p *phone) hear(ctx context.Context, after bool) error {
	path := "/class/state"
	if after {
		path += fmt.Sprint("?after=", p.state.Version)
	}
	status, answer, err := send(ctx, p.client, http.MethodGet, p.url+path, "", "X-Class-Key", p.Key)
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("state: %d %s", status, answer)
	}
	if err != nil {
		return err
	}
	p.state.Round = nil
	return json.Unmarshal(answer, &p.state)
}

func (p *phone) vote(ctx context.Context, phase string, choice int) error {
	if err := p.hear(ctx, false); err != nil {
		return err
	}
	if p.state.Round == nil {
		return fmt.Errorf("%s has no question", p.Name)
	}
	body := fmt.Sprintf(`{"round":%d,"phase":%q,"choice":%d}`, p.state.Round.Number, phase, choice)
	status, answer, err := send(ctx, p.client, http.MethodPost, p.url+"/class/vote", body, "X-Class-Key", p.Key)
	if err == nil && status != http.StatusNoContent {
		err = fmt.Errorf("vote: %d %s", status, answer)
	}
	return err
}

// together does something with every phone at once.
func together(t testing.TB, phones []*phone, do func(i int, p *phone) error) {
	t.Helper()
	var all sync.WaitGroup
	errs := make([]error, len(phones))
	for i, p := range phones {
		all.Go(func() { errs[i] = do(i, p) })
	}
	all.Wait()
	for _, err := range errs {
		if err != nil {
			t.Error(err)
		}
	}
	if t.Failed() {
		t.FailNow()
	}
}
