package embedded_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/redis/go-redis/v9"

	"authlab/account/postgres/postgrestest"
	"authlab/lab/contract"
	"authlab/lab/embedded"
	"authlab/lab/experiment"
	"authlab/lab/testkit"
	"authlab/session"
)

func start(t *testing.T, config embedded.Config) (*embedded.Lab, *contract.Remote) {
	t.Helper()
	c, err := embedded.Start(t.Context(), config)
	testkit.Must(t, err)
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	target, err := contract.NewRemote(c.URL())
	testkit.Must(t, err)
	return c, target
}

// soon is how long a balancer waits for a silent replica where a test waits for the balancer. Less than a second would
// not be slow, and a busy machine answers that late.
const soon = 2 * time.Second

func runAll(t *testing.T, target experiment.Target, experiments ...experiment.Experiment) experiment.Report {
	t.Helper()
	report, err := experiment.Run(t.Context(), "embedded", target, experiments, func(int, int, string) {}, experiment.Users(50))
	testkit.Must(t, err)
	for _, e := range report.Experiments {
		for _, cell := range e.Cells {
			if !cell.AsPredicted {
				t.Errorf("%s: %s: %q, predicted %q", e.Name, cell.Scheme, cell.Observed, cell.Predicted)
			}
		}
	}
	return report
}

// The others run in TestEveryExperimentIsAsPredictedAndRecorded. In this lab, as in the next but one, the names of cookies have
// a mark, which changes nothing of what is measured.
func TestTheExperimentsOfABrowserAreAsPredicted(t *testing.T) {
	_, target := start(t, embedded.Config{ResponseTimeout: soon, MarkCookies: true})
	runAll(t, target, slices.DeleteFunc(experiment.All(), func(e experiment.Experiment) bool { return !e.Browser })...)
}

func TestThePredictionsHoldForOtherNumbersOfReplicas(t *testing.T) {
	experiments, err := experiment.Named("round-robin", "sticky", "sticky-replica-dies", "replica-silent")
	testkit.Must(t, err)
	for _, replicas := range []int{1, 2, 4, 7} {
		_, target := start(t, embedded.Config{Replicas: replicas, ResponseTimeout: soon})
		runAll(t, target, experiments...)
	}
}

func TestEveryExperimentIsAsPredictedOnARealRedisAndLeavesOtherKeysAlone(t *testing.T) {
	// A Redis of its own, because store-lookups counts what it is asked.
	address := testkit.Named(t, "AUTHLAB_TEST_LAB_REDIS")
	options, err := redis.ParseURL(address)
	testkit.Must(t, err)
	client := redis.NewClient(options)
	defer client.Close()
	testkit.Must(t, client.Set(t.Context(), "another-programs", "data", time.Hour).Err())
	_, target := start(t, embedded.Config{Redis: address, MarkCookies: true})
	runAll(t, target, experiment.All()...)
	if kept, err := client.Get(t.Context(), "another-programs").Result(); err != nil || kept != "data" {
		t.Errorf("another key on the same Redis became %q, %v", kept, err)
	}
}

// A session in PostgreSQL takes part where there is one, and elsewhere the cell says that there is none.
func TestASessionInPostgresTakesPartWhereThereIsOne(t *testing.T) {
	if testing.Short() {
		t.Skip("a thousand requests of each scheme take a while")
	}
	experiments, err := experiment.Named("latency", "store-lookups")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		want   experiment.Status
		config embedded.Config
		run    []experiment.Experiment
	}{
		{experiment.NotOnTarget, embedded.Config{}, experiments[:1]},
		{experiment.Measured, embedded.Config{Postgres: postgrestest.Address(t)}, experiments},
	} {
		_, target := start(t, tt.config)
		for _, e := range runAll(t, target, tt.run...).Experiments {
			i := slices.IndexFunc(e.Cells, func(c experiment.Cell) bool { return c.Scheme == experiment.SessionPostgres })
			if i < 0 || e.Cells[i].Status != tt.want {
				t.Errorf("%s: %+v, want a cell of session-postgres that is %s", e.Name, e.Cells, tt.want)
			}
		}
	}
}

// A user of another program has a session in the same table, and keeps it.
func TestAResetEndsTheSessionsInPostgresOfThisLabsUsers(t *testing.T) {
	address := postgrestest.Address(t)
	c, target := start(t, embedded.Config{Replicas: 1, Postgres: address})
	pool, err := pgxpool.New(t.Context(), address)
	testkit.Must(t, err)
	defer pool.Close()
	other, err := session.NewPostgres(pool, session.DefaultIdle).Create(t.Context(), session.Record{User: "another-programs"})
	testkit.Must(t, err)
	addUser := func() { testkit.Must(t, c.AddUsers(t.Context(), 1, "simulated")) }
	addUser()
	logins := map[string]string{"alice": "wonderland", contract.SimulatedName(1): "simulated"}
	cookies := map[string]string{}
	for name, password := range logins {
		login := testkit.Send(t, http.MethodPost, c.URL()+"/session/postgres/login", `{"username":"`+name+`","password":"`+password+`"}`)
		for _, cookie := range login.Cookies() {
			cookies[name] += cookie.Name + "=" + cookie.Value + ";"
		}
	}
	expect := func(want int) {
		t.Helper()
		for name, cookie := range cookies {
			if me := testkit.Send(t, http.MethodGet, c.URL()+"/session/postgres/me", "", "Cookie", cookie); me.StatusCode != want {
				t.Errorf("%s: %d, want %d", name, me.StatusCode, want)
			}
		}
	}
	expect(http.StatusOK)
	alter := func(statement string) {
		_, err := pool.Exec(t.Context(), "ALTER TABLE "+statement)
		testkit.Must(t, err)
	}
	alter("authlab_sessions RENAME TO away")
	if err := target.Reset(t.Context()); err == nil {
		t.Error("no session was ended, and there is no error")
	}
	alter("away RENAME TO authlab_sessions")
	testkit.Must(t, target.Reset(t.Context()))
	addUser()
	expect(http.StatusUnauthorized)
	if _, err := session.NewPostgres(pool, session.DefaultIdle).Load(t.Context(), other); err != nil {
		t.Errorf("another program's session: %v", err)
	}
}

func TestAPortThatIsTakenAndARedisThatIsNotThereAreErrors(t *testing.T) {
	c, _ := start(t, embedded.Config{})
	if _, err := embedded.Start(t.Context(), embedded.Config{Listen: strings.TrimPrefix(c.URL(), "http://")}); !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("a taken port: %v", err)
	}
	for _, config := range []embedded.Config{
		{Redis: "redis://127.0.0.1:1"}, {Redis: "nonsense"}, {Postgres: "postgres://127.0.0.1:1/none"}, {Postgres: "nonsense"}, {Redis: "rediss://127.0.0.1:1"}, {Replicas: -1}, {Replicas: 1000},
	} {
		if c, err := embedded.Start(t.Context(), config); err == nil {
			t.Errorf("%+v started", config)
			c.Close()
		}
	}
}

func post(t *testing.T, address, body string) (int, string) {
	t.Helper()
	response := testkit.Send(t, http.MethodPost, address, body)
	var problem struct{ Detail string }
	_ = json.Unmarshal([]byte(response.Text), &problem)
	if response.StatusCode >= 400 && response.Header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("%s: %d without a problem", address, response.StatusCode)
	}
	return response.StatusCode, problem.Detail
}

func TestControlsRefuseWhatTheyCannotDo(t *testing.T) {
	c, _ := start(t, embedded.Config{})
	for path, tt := range map[string]struct {
		body string
		want int
	}{
		"/lab/replicas/app-9/kill":  {"", 404},
		"/lab/replicas/app-1/clock": {`{"skew":"soon"}`, 400},
		"/lab/replicas/app-2/clock": {``, 400},
		"/lab/replicas/app-3/clock": {`{"skew":"10m"}`, 204},
		"/lab/clock":                {`{"advance":"-1m"}`, 400},
		"/lab/clock?again":          {`{"advance":"999999h"}`, 400},
		"/lab/accounts/nobody":      {`{"roles":["user"]}`, 404},
		"/lab/accounts/alice":       {`{}`, 400},
		"/lab/accounts/bob":         {strings.Repeat(" ", 1<<20), 413},
		"/lab/nothing":              {"", 404},
		"/lab/cluster":              {"", 404},
		"/lab/reset":                {"", 204},
	} {
		if status, detail := post(t, c.URL()+path, tt.body); status != tt.want || (status >= 400 && detail == "") {
			t.Errorf("POST %s: %d %q, want %d", path, status, detail, tt.want)
		}
	}
}

func TestThePictureShowsWhatWasBrokenAndResetMendsIt(t *testing.T) {
	c, target := start(t, embedded.Config{})
	for path, body := range map[string]string{
		"/lab/replicas/app-2/kill": "", "/lab/replicas/app-3/clock": `{"skew":"10m"}`, "/lab/redis/stop": "",
		"/lab/clock": `{"advance":"2h"}`, "/lab/accounts/alice": `{"roles":["user"]}`,
	} {
		if status, detail := post(t, c.URL()+path, body); status != 204 {
			t.Fatalf("%s: %d %s", path, status, detail)
		}
	}
	view, err := c.View(t.Context())
	testkit.Must(t, err)
	faults := slices.Sorted(slices.Values(view.Faults))
	if !slices.Equal(faults, []string{"clock-skewed:app-3", "redis-stopped", "replica-killed:app-2"}) {
		t.Errorf("faults %v", faults)
	}
	if view.Replicas[1].Alive || view.Replicas[2].ClockSkew != "10m0s" || view.Redis.Alive || len(view.Accounts[0].Roles) != 1 {
		t.Errorf("the picture does not show it: %+v", view)
	}
	if ahead := time.Until(view.Now); ahead < time.Hour {
		t.Errorf("the lab's clock is %s ahead, want two hours", ahead)
	}
	testkit.Must(t, target.Reset(t.Context()))
	view, err = c.View(t.Context())
	testkit.Must(t, err)
	if len(view.Faults) != 0 || !view.Replicas[1].Alive || view.Replicas[2].ClockSkew != "0s" || !view.Redis.Alive ||
		len(view.Redis.Keys) != 0 || len(view.Accounts[0].Roles) != 2 || time.Until(view.Now) > time.Minute {
		t.Errorf("after a reset: %+v", view)
	}
}

func TestThePictureNeverShowsAWholeID(t *testing.T) {
	c, _ := start(t, embedded.Config{})
	for _, path := range []string{"/session/memory/login", "/session/redis/login", "/authenticate"} {
		if status, _ := post(t, c.URL()+path, `{"username":"alice","password":"wonderland"}`); status != http.StatusOK {
			t.Fatalf("%s: %d", path, status)
		}
	}
	view, err := c.View(t.Context())
	testkit.Must(t, err)
	shown := 0
	for _, r := range view.Replicas {
		for _, s := range r.Sessions {
			shown++
			if len(s.ID) > 12 {
				t.Errorf("session %q is shown whole", s.ID)
			}
		}
	}
	for _, k := range view.Redis.Keys {
		if _, name, _ := strings.Cut(k.Key, ":"); len(name) > 12 {
			t.Errorf("key %q is shown whole", k.Key)
		}
	}
	if shown != 1 || view.Redis.KeyCount["session"] != 1 || view.Redis.KeyCount["family"] != 1 {
		t.Errorf("%d sessions in memory, keys %v", shown, view.Redis.KeyCount)
	}
}

func TestEventsTellOfRequestsAndChanges(t *testing.T) {
	c, target := start(t, embedded.Config{})
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, c.URL()+"/lab/events", nil)
	testkit.Must(t, err)
	response, err := http.DefaultClient.Do(request)
	testkit.Must(t, err)
	defer response.Body.Close()
	lines := bufio.NewScanner(response.Body)
	lines.Buffer(nil, 1<<20)
	testkit.NextEvent(t, lines, "cluster", `"alive":true`)
	testkit.Send(t, http.MethodGet, c.URL()+"/session/redis/me", "")
	testkit.NextEvent(t, lines, "request", `"path":"/session/redis/me","policy":"round-robin"`)
	testkit.Must(t, target.Break(t.Context(), contract.OfReplica(contract.ReplicaKilled, "app-2")))
	testkit.NextEvent(t, lines, "cluster", "replica-killed:app-2")
}

func TestPagesThatDoNotReadNeverHoldUpTheLab(t *testing.T) {
	c, target := start(t, embedded.Config{})
	for range 20 {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, c.URL()+"/lab/events", nil)
		testkit.Must(t, err)
		response, err := http.DefaultClient.Do(request)
		testkit.Must(t, err)
		defer response.Body.Close() // and never read
	}
	experiments, err := experiment.Named("store-lookups")
	testkit.Must(t, err)
	runAll(t, target, experiments...)
}

func TestAKilledReplicaCostsNoGET(t *testing.T) {
	c, target := start(t, embedded.Config{})
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	lost := make(chan string, 1000)
	ok := make(chan struct{}, 1<<20)
	for range 4 {
		wg.Go(func() {
			for ctx.Err() == nil {
				response, err := http.Get(c.URL() + "/livez")
				switch {
				case err != nil:
					lost <- err.Error()
				case response.StatusCode != http.StatusOK:
					lost <- response.Status
				default:
					ok <- struct{}{}
				}
				if err == nil {
					response.Body.Close()
				}
			}
		})
	}
	for range 5 {
		for _, name := range []string{"app-1", "app-2", "app-3"} {
			for range 20 {
				<-ok
			}
			killed := contract.OfReplica(contract.ReplicaKilled, name)
			testkit.Must(t, errors.Join(target.Break(t.Context(), killed), target.Mend(t.Context(), killed)))
		}
	}
	cancel()
	wg.Wait()
	close(lost)
	for what := range lost {
		t.Errorf("a GET was lost: %s", what)
	}
}
