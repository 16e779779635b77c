package class_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"authlab/lab/class"
)

func TestOnlyTheTeacherReachesWhatIsNotThePhones(t *testing.T) {
	r := open(t, nil)
	for _, tt := range []struct {
		method, path string
		with         int // with the teacher's key
		without      int
	}{
		{"GET", "/lab/cluster", 200, 403}, {"GET", "/lab/events/", 404, 403}, {"POST", "/lab/replicas/app-3/kill", 204, 403},
		{"POST", "/lab/reset", 409, 403}, {"POST", "/lab/experiments/round-robin", 409, 403}, {"POST", "/class/policy", 400, 403},
		{"POST", "/class/round", 400, 403}, {"POST", "/class/labs", 400, 403}, {"POST", "/class/roles", 400, 403}, {"GET", "/class/result", 200, 403}, {"POST", "/class/round/next", 400, 403}, {"POST", "/class/round/show", 409, 403},
		{"GET", "/playground", 403, 403}, {"GET", "/inspector", 403, 403}, {"GET", "/metrics", 403, 403}, {"GET", "/readyz", 403, 403},
		{"GET", "/session/memory/me", 403, 403}, {"POST", "/authenticate", 403, 403}, {"GET", "/class/state", 403, 403},
		{"GET", "/join", 200, 200}, {"GET", "/wall", 200, 200}, {"GET", "/assets/join.js", 200, 200}, {"GET", "/assets/walkthrough.js", 403, 403},
	} {
		if status, body := r.send(tt.method, tt.path, ""); status != tt.without {
			t.Errorf("%s %s without the key: %d %.200s", tt.method, tt.path, status, body)
		}
		if status, body := r.send(tt.method, tt.path+"?key="+teacherKey, "", "X-Class-Key", teacherKey); status != tt.without {
			t.Errorf("%s %s with the key in the wrong place: %d %.200s", tt.method, tt.path, status, body)
		}
		if status, body := r.send(tt.method, tt.path, "", "X-Lab-Key", teacherKey); status != tt.with {
			t.Errorf("%s %s with the key: %d %.200s", tt.method, tt.path, status, body)
		}
	}
	if status, _ := r.send("GET", "/class/wall", ""); status != 403 {
		t.Errorf("the wall without the key: %d", status)
	}
	p := r.joined("Ana")
	if status, _, err := send(t.Context(), p.client, "POST", r.url+"/lab/replicas/app-1/kill", "", "X-Class-Key", p.Key); status != 403 || err != nil {
		t.Errorf("a phone kills a replica: %d, %v", status, err)
	}
}

// joined is a phone that has joined.
func (r *room) joined(nickname string) *phone {
	r.t.Helper()
	p := newPhone(r.url)
	must(r.t, p.join(r.t.Context(), nickname))
	return p
}

func TestANicknameIsBoundedAndUnique(t *testing.T) {
	r := open(t, func(c *class.Config) { c.Pin = "42" })
	for _, tt := range []struct {
		nickname, pin string
		status        int
		name          string
	}{
		{"Ana", "42", 200, "Ana"}, {" Ana\n", "42", 200, "Ana (2)"}, {"Ana (3)", "42", 200, "Ana (3)"}, {"Ana", "42", 200, "Ana (4)"},
		{"alice", "42", 200, "alice (2)"}, {"<script>alert(1)</script>", "42", 200, "<script>alert(1)</script>"},
		{"Zoe\u0308", "42", 200, "Zo\u00eb"}, {"a\u202eb\x00c", "42", 200, "abc"}, {"李 雷", "42", 200, "李 雷"}, {"🦊", "42", 200, "🦊"},
		{"", "42", 400, ""}, {"\u200f \t", "42", 400, ""}, {strings.Repeat("x", 33), "42", 400, ""}, {"a" + strings.Repeat("\u0301", 40), "42", 400, ""},
		{strings.Repeat("ж", 32), "42", 200, strings.Repeat("ж", 32)}, {strings.Repeat("x", 1<<20), "42", 413, ""},
		{"Bob", "", 403, ""}, {"Bob", "41", 403, ""},
	} {
		body, _ := json.Marshal(map[string]string{"nickname": tt.nickname, "pin": tt.pin})
		status, answer := r.send("POST", "/class/join", string(body))
		var joined struct{ Name string }
		_ = json.Unmarshal(answer, &joined)
		if status != tt.status || joined.Name != tt.name && status == 200 {
			t.Errorf("%.40q: %d %q, want %d %q", tt.nickname, status, joined.Name, tt.status, tt.name)
		}
	}
	for _, body := range []string{"", "null", "[]", `{"nickname":7}`, `{"nickname":"Ana"`} {
		if status, _ := r.send("POST", "/class/join", body); status != 400 {
			t.Errorf("%q: %d", body, status)
		}
	}
}

func TestAFloodOfJoinsFillsTheRoomAndNothingElse(t *testing.T) {
	r := open(t, func(c *class.Config) { c.People = 20 })
	statuses := map[int]int{}
	for range 1000 {
		status, _ := r.send("POST", "/class/join", `{"nickname":"Eve"}`)
		statuses[status]++
	}
	if statuses[200] != 20 || statuses[503] == 0 || statuses[503] > 20 || statuses[200]+statuses[503]+statuses[429] != 1000 {
		t.Errorf("answers by status: %v", statuses)
	}
}

func TestAPhoneThatFloodsSlowsItselfAlone(t *testing.T) {
	r := open(t, nil)
	eve, ana := r.joined("Eve"), r.joined("Ana")
	r.teach("/class/round", `{"experiment":"round-robin","scheme":"session-memory"}`)
	statuses := map[int]int{}
	for i := range 300 {
		status, _, err := send(t.Context(), eve.client, "POST", r.url+"/class/vote", fmt.Sprintf(`{"round":1,"phase":"vote","choice":%d}`, i%5), "X-Class-Key", eve.Key)
		must(t, err)
		statuses[status]++
	}
	if statuses[204] == 0 || statuses[400] == 0 || statuses[429] == 0 || statuses[204]+statuses[400]+statuses[429] != 300 {
		t.Errorf("answers by status: %v", statuses)
	}
	must(t, ana.vote(t.Context(), "vote", 2))
	if p := r.wall(func(picture) bool { return true }); p.Round.Voted != 2 {
		t.Errorf("%d of 2 have voted", p.Round.Voted)
	}
}

// More wrong passwords than an address may send: the phone behind the same address logs in all the same.
func TestALoginAsAnotherIsRefusedAndLocksNobodyOut(t *testing.T) {
	r := open(t, nil)
	eve, ana := r.joined("Eve"), r.joined("Ana")
	refused := 0
	for range 350 {
		status, _, err := send(t.Context(), eve.client, "POST", r.url+"/session/memory/login", `{"username":"Ana","password":"guess"}`, "X-Class-Key", eve.Key)
		must(t, err)
		if status == 403 {
			refused++
		} else if status != 429 {
			t.Fatalf("a login as another: %d", status)
		}
	}
	if refused == 0 {
		t.Error("no login was refused")
	}
	for lane := range ana.Lanes {
		must(t, ana.logIn(t.Context(), lane))
	}
	basic := "Basic " + base64.StdEncoding.EncodeToString([]byte("Ana:guess"))
	for method, path := range map[string]string{"GET": "/basic/me", "HEAD": "/session/memory/stream", "POST": "/session/memory/password"} {
		status, _, err := send(t.Context(), ana.client, method, r.url+path, "", "X-Class-Key", ana.Key, "Authorization", basic)
		if status != 403 || err != nil {
			t.Errorf("%s %s: %d, %v", method, path, status, err)
		}
	}
	if status, _, err := send(t.Context(), ana.client, "POST", r.url+"/session/memory/login", `{"username":"alice","password":"wonderland"}`, "X-Class-Key", ana.Key); status != 403 || err != nil {
		t.Errorf("a login as the demo admin: %d, %v", status, err)
	}
}

// Phones that ask and never read hold up no other phone.
func TestAPhoneThatNeverReadsHoldsUpNoOther(t *testing.T) {
	r := open(t, nil)
	deaf, ana := r.joined("Deaf"), r.joined("Ana")
	for range 50 {
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(r.url, "http://"))
		must(t, err)
		t.Cleanup(func() { conn.Close() })
		fmt.Fprintf(conn, "GET /class/state?after=1 HTTP/1.1\r\nHost: x\r\nX-Class-Key: %s\r\n\r\n", deaf.Key)
	}
	must(t, ana.hear(t.Context(), false))
	heard := make(chan error, 1)
	start := time.Now()
	go func() { heard <- ana.hear(t.Context(), true) }()
	r.teach("/lab/replicas/app-2/kill", "")
	must(t, <-heard)
	if took := time.Since(start); ana.state.Nudge == 0 || took > 5*time.Second {
		t.Errorf("heard of the kill after %s, nudge %d", took, ana.state.Nudge)
	}
}

// What the class changes of a request is the policy, and the key that only it needs.
func TestThePolicyIsTheTeachers(t *testing.T) {
	r := open(t, nil)
	p := r.joined("Ana")
	for policy, wantOut := range map[string]bool{"round-robin": true, "sticky": false} {
		r.teach("/class/policy", fmt.Sprintf(`{"policy":%q}`, policy))
		must(t, p.logIn(t.Context(), 0))
		out := false
		for range 6 {
			status, _, err := send(t.Context(), p.client, http.MethodGet, r.url+"/session/memory/me", "", "X-Class-Key", p.Key, "X-Balance", "hash")
			must(t, err)
			out = out || status == 401
		}
		if out != wantOut {
			t.Errorf("%s: thrown out %t", policy, out)
		}
	}
}

// In the users database the role changes for everyone at once; a token goes on saying what it was made with.
func TestEveryoneBecomesAdminAndNoOneAnyMore(t *testing.T) {
	r := open(t, nil)
	p := r.joined("Ana")
	r.teach("/class/policy", `{"policy":"sticky"}`)
	shows := func(want string) func(picture) bool {
		return func(p picture) bool {
			var admins []int
			for _, lane := range p.Lanes {
				admins = append(admins, lane.Admins)
			}
			return fmt.Sprint(admins) == want
		}
	}
	for _, tt := range []struct {
		admin, newToken bool
		want            string // admins on each lane
	}{{true, false, "[1 1 0]"}, {true, true, "[1 1 1]"}, {false, false, "[0 0 1]"}, {false, true, "[0 0 0]"}} {
		r.teach("/class/roles", fmt.Sprintf(`{"admin":%t}`, tt.admin))
		if tt.newToken {
			must(t, p.logIn(t.Context(), 2))
		}
		must(t, p.ask(t.Context()))
		r.wall(shows(tt.want))
	}
	r.teach("/class/roles", `{"admin":true}`)
	late := r.joined("Bea") // who joins later is one too
	must(t, late.ask(t.Context()))
	r.wall(shows("[1 1 1]")) // Ana has not asked again
}
