package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"authlab/lab/class"
	"authlab/lab/testkit"
)

// printed is a writer that hands on what was printed.
type printed chan string

func (p printed) Write(b []byte) (int, error) {
	p <- string(b)
	return len(b), nil
}

func TestAClassPrintsACodeAndBothAddresses(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	out, done := make(printed, 8), make(chan error, 1)
	args := []string{"class", "--address", "127.0.0.1", "--listen", "127.0.0.1:0", "--lang", "es", "--pin", "4711", "--save", filepath.Join(t.TempDir(), "monday")}
	var stderr bytes.Buffer
	go func() { done <- run(ctx, args, func(string) string { return "" }, out, &stderr) }()
	var text string
	select {
	case text = <-out:
	case err := <-done:
		t.Fatalf("it printed nothing: %v", err)
	}
	phones := regexp.MustCompile(`phones  (http://127\.0\.0\.1:\d+)/join\?lang=es#4711\n`).FindStringSubmatch(text)
	wall := regexp.MustCompile(`wall    http://127\.0\.0\.1:\d+/wall\?lang=es#(\w{20,})\n`).FindStringSubmatch(text)
	if phones == nil || wall == nil || !strings.Contains(text, "▀") {
		t.Fatalf("it says\n%s", text)
	}
	for path, want := range map[string]int{"/join": 200, "/wall": 200, "/lab/cluster": 403, "/": 200, "/playground": 403} {
		page := testkit.Send(t, http.MethodGet, phones[1]+path, "")
		if page.StatusCode == http.StatusFound {
			page = testkit.Send(t, http.MethodGet, phones[1]+page.Header.Get("Location"), "")
		}
		if page.StatusCode != want {
			t.Errorf("%s: %d, want %d", path, page.StatusCode, want)
		}
	}
	request, err := http.NewRequest(http.MethodGet, phones[1]+"/class/wall", nil)
	testkit.Must(t, err)
	request.Header.Set("X-Lab-Key", wall[1])
	response, err := http.DefaultClient.Do(request)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("the wall with the key that was printed: %v, %v", response, err)
	}
	defer response.Body.Close()
	cancel() // while a wall listens
	select {
	case err := <-done:
		if err != nil || stderr.Len() > 0 {
			t.Errorf("ended with %v, %q", err, stderr.String())
		}
	case <-time.After(8 * time.Second):
		t.Error("a class does not end while its wall listens")
	}
}

func TestWrongUsageOfAClass(t *testing.T) {
	there := filepath.Join(t.TempDir(), "there")
	file, err := class.NewFile(there)
	testkit.Must(t, err)
	file.Close()
	for want, args := range map[string]string{
		"--lang fr: it can be en or es":                   "--lang fr",
		"--people 0: it can be 1 to 1000":                 "--people 0",
		"--replicas 10: it can be 1 to 9":                 "--replicas 10",
		`"token-bound" is no lane`:                        "--lanes token-bound",
		`"basic" is no lane`:                              "--lanes basic",
		`"token-stateless" is no lane, or is one already`: "--lanes token-stateless,token-stateless",
		"file exists":                                     "--save " + there,
	} {
		code, stdout, stderr := program(t, nil, append(strings.Fields("class --address 127.0.0.1 --listen 127.0.0.1:0"), strings.Fields(args)...)...)
		if code != 2 || stdout != "" || !strings.Contains(stderr, want) {
			t.Errorf("%s: exit %d, %q, %q; want %q", args, code, stdout, stderr, want)
		}
	}
	for lang, want := range map[string]string{"en": "A LESSON OF ONE HOUR", "es": "UNA LECCIÓN DE UNA HORA"} {
		if code, stdout, _ := program(t, nil, "class", "--sheet", "--lang", lang); code != 0 || !strings.HasPrefix(stdout, want) {
			t.Errorf("the sheet in %s: exit %d, %.40q", lang, code, stdout)
		}
	}
}

// The sheet names the chapters as the pages do.
func TestTheSheetNamesChaptersThatThereAre(t *testing.T) {
	for _, lang := range []string{"en", "es"} {
		content, err := os.ReadFile(filepath.Join("..", "..", "web", "assets", "lang", lang+".json"))
		testkit.Must(t, err)
		var catalogue struct {
			Walkthrough map[string]json.RawMessage `json:"walkthrough"`
		}
		testkit.Must(t, json.Unmarshal(content, &catalogue))
		for _, id := range []string{"three-desks", "always-the-same-desk", "the-cabinet-burns", "leaving"} {
			var chapter struct{ Title string }
			if err := json.Unmarshal(catalogue.Walkthrough[id], &chapter); err != nil || !strings.Contains(class.Sheet(lang), chapter.Title) {
				t.Errorf("the sheet in %s does not name %q, %v", lang, chapter.Title, err)
			}
		}
	}
}

// A run tells its lab when it begins and when it ends, and waits for the answers.
func TestARunInALabOfOnesOwnDoesNotWaitForItself(t *testing.T) {
	turns := make(chan struct{}, 1)
	var handler http.Handler
	handler = inTurn(turns, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/lab/experiments/size" {
			for _, state := range []string{"begun", "ended"} {
				inner := httptest.NewRequestWithContext(r.Context(), http.MethodPost, r.URL.Path+"/"+state, nil)
				handler.ServeHTTP(httptest.NewRecorder(), inner)
			}
		}
		w.WriteHeader(http.StatusTeapot)
	}))
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, httptest.NewRequestWithContext(ctx, http.MethodPost, "/lab/experiments/size", nil))
	if ctx.Err() != nil || answer.Code != http.StatusTeapot {
		t.Errorf("%d, %v", answer.Code, ctx.Err())
	}
}
