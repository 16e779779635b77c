package compose_test

import (
	"context"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"authlab/lab/embedded"
	"authlab/lab/testkit"
)

const handsOn = "../../deploy/HANDS-ON.md"

// A step is a piece of the sheet: what is typed, and what is to be seen then.
type step struct {
	line     int
	commands string
	seen     []string // nil: nothing is said about it
}

// readSheet reads the fenced blocks of the sheet: each "text" is what the "sh" before it prints.
func readSheet(t *testing.T) []step {
	t.Helper()
	text, err := os.ReadFile(handsOn)
	testkit.Must(t, err)
	var steps []step
	var fence string
	for i, line := range strings.Split(string(text), "\n") {
		switch opened, isFence := strings.CutPrefix(line, "```"); {
		case isFence && fence != "":
			fence = ""
		case isFence:
			fence = opened
			if fence == "sh" {
				steps = append(steps, step{line: i + 2})
			}
		case fence == "sh":
			steps[len(steps)-1].commands += line + "\n"
		case fence == "text":
			steps[len(steps)-1].seen = append(steps[len(steps)-1].seen, line)
		}
	}
	if fence != "" {
		t.Fatalf("the block %q is open at the end", fence)
	}
	return steps
}

// TestTheHandsOnSheetIsTrueOfTheEmbeddedLab runs every command of the sheet as it stands there, at another port. docker is
// a script, which asks the lab's controls for the same.
func TestTheHandsOnSheetIsTrueOfTheEmbeddedLab(t *testing.T) {
	lab, err := embedded.Start(t.Context(), embedded.Config{})
	testkit.Must(t, err)
	defer lab.Close()
	docker := fmt.Sprintf(`#!/bin/bash
lab() { curl -sf -X POST %s/lab/"$1"; }
case "$*" in
"compose up --build --wait") ;;
"compose kill app-"?) lab replicas/$3/kill ;;
"compose start app-"?) lab replicas/$3/start ;;
"compose pause app-"?) lab replicas/$3/silence ;;
"compose unpause app-"?) lab replicas/$3/start ;;
"compose stop redis") lab redis/stop ;;
"compose start redis") lab redis/start ;;
"compose down -v --rmi local") ;;
*) echo "docker $*: the sheet has no such command yet" >&2; exit 1 ;;
esac
`, lab.URL())
	bin := t.TempDir()
	testkit.Must(t, os.WriteFile(filepath.Join(bin, "docker"), []byte(docker), 0o755))
	walk(t, "AUTHLAB_PORT="+strings.TrimPrefix(lab.URL(), "http://127.0.0.1:"), "PATH="+bin+":"+os.Getenv("PATH"))
}

// TestTheHandsOnSheetIsTrueOfContainers runs the sheet with docker, as a project of its own: the sheet brings it up, breaks
// it, and takes it down.
func TestTheHandsOnSheetIsTrueOfContainers(t *testing.T) {
	needContainers(t)
	file, err := filepath.Abs("../../docker-compose.yml")
	testkit.Must(t, err)
	environment := []string{"COMPOSE_FILE=" + file, "COMPOSE_PROJECT_NAME=authlab-handson", "AUTHLAB_PORT=" + freePort(t), "AUTHLAB_REPORTS_PORT=" + freePort(t)}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), time.Minute)
		defer cancel()
		down := exec.CommandContext(ctx, "docker", "compose", "down", "-v") // where the sheet did not come to its end
		down.Env = append(os.Environ(), environment...)
		if out, err := down.CombinedOutput(); err != nil {
			t.Errorf("docker compose down: %v\n%s", err, out)
		}
	})
	walk(t, environment...)
}

// needContainers skips a test that takes minutes and ports of this machine, so that it has to be asked for. If nothing may be
// left out it fails, unless containers have another turn: AUTHLAB_TEST_COMPOSE is 1 in theirs, and 0 in the others.
func needContainers(t *testing.T) {
	t.Helper()
	switch os.Getenv("AUTHLAB_TEST_COMPOSE") {
	case "1":
	case "0":
		t.Skip("AUTHLAB_TEST_COMPOSE is 0: containers have another turn")
	default:
		testkit.Missing(t, "AUTHLAB_TEST_COMPOSE is not 1, so no containers are started")
	}
}

func freePort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	testkit.Must(t, err)
	defer listener.Close()
	_, port, err := net.SplitHostPort(listener.Addr().String())
	testkit.Must(t, err)
	return port
}

// walk types the sheet into one bash, from its first line to its last, and compares what is printed with what the sheet
// says. In the sheet, app-N is any replica, and the width of a space says nothing.
func walk(t *testing.T, environment ...string) {
	t.Helper()
	// An older curl prints the name of what it is asked for in place of the header.
	if out, err := exec.CommandContext(t.Context(), "bash", "-c", "curl -s -w '%header{x}' file:///dev/null").Output(); err != nil || len(out) > 0 {
		testkit.Missing(t, fmt.Sprintf("there is no bash here with a curl of 7.84 or newer (%v)", err))
	}
	steps, dir := readSheet(t), t.TempDir()
	var script strings.Builder
	for i, s := range steps {
		fmt.Fprintf(&script, "{\n%s} >%[2]s/%[3]d.out 2>%[2]s/%[3]d.err; echo $? >%[2]s/%[3]d.exit\n", s.commands, dir, i)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	bash := exec.CommandContext(ctx, "bash")
	bash.Dir, bash.Env = t.TempDir(), append(os.Environ(), environment...)
	bash.Stdin = strings.NewReader(script.String())
	if out, err := bash.CombinedOutput(); err != nil || len(out) > 0 {
		t.Fatalf("bash: %v\n%s", err, out)
	}
	for i, s := range steps {
		read := func(kind string) string {
			text, err := os.ReadFile(filepath.Join(dir, fmt.Sprintf("%d.%s", i, kind)))
			testkit.Must(t, err)
			return strings.TrimSpace(string(text))
		}
		if code := read("exit"); code != "0" {
			t.Errorf("%s:%d: exit code %s\n%s", handsOn, s.line, code, read("err"))
		}
		if out := read("out"); s.seen != nil && !isSeen(s.seen, out) {
			t.Errorf("%s:%d: the sheet says\n%s\nand what is seen is\n%s\n%s", handsOn, s.line, strings.Join(s.seen, "\n"), out, read("err"))
		}
	}
}

func isSeen(said []string, out string) bool {
	var lines []string
	for _, line := range said {
		words := strings.Join(strings.Fields(line), " ")
		lines = append(lines, strings.ReplaceAll(regexp.QuoteMeta(words), "app-N", `app-\d`))
	}
	var seen []string
	for _, line := range strings.Split(out, "\n") {
		seen = append(seen, strings.Join(strings.Fields(line), " "))
	}
	return regexp.MustCompile("^" + strings.Join(lines, "\n") + "$").MatchString(strings.Join(seen, "\n"))
}

func TestTheHandsOnSheetAsksBeforeItTells(t *testing.T) {
	text, err := os.ReadFile(handsOn)
	testkit.Must(t, err)
	steps := strings.Split(string(text), "\n## ")[1:]
	if len(steps) != 8 {
		t.Errorf("there are %d steps, want 8", len(steps))
	}
	for _, s := range steps {
		title, _, _ := strings.Cut(s, "\n")
		asked := strings.Count(s, "**Predict:**")
		if told := strings.Count(s, "What you see"); asked == 0 || asked != told {
			t.Errorf("%s: it asks %d times and tells %d times", title, asked, told)
		}
		if strings.Index(s, "**Predict:**") > strings.Index(s, "What you see") {
			t.Errorf("%s: it tells before it asks", title)
		}
	}
}

const stack = "../../deploy/swarm.yml"

// TestNginxOnSwarmHasEveryFileOfItsConfiguration keeps the stack and the folder together: each file is a config there, and
// the one that says where requests come in is Swarm's own.
func TestNginxOnSwarmHasEveryFileOfItsConfiguration(t *testing.T) {
	text, err := os.ReadFile(stack)
	testkit.Must(t, err)
	configs := map[string]string{} // by name
	for _, found := range regexp.MustCompile(`(?m)^  (\w+): \{file: (\S+)\}`).FindAllStringSubmatch(string(text), -1) {
		configs[found[1]] = found[2]
	}
	mounted := map[string]string{}
	for _, found := range regexp.MustCompile(`\{source: (\w+), target: /etc/nginx/(\S+)\}`).FindAllStringSubmatch(string(text), -1) {
		mounted[found[2]] = configs[found[1]]
	}
	const folder = "../../deploy/nginx"
	err = filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name := strings.TrimPrefix(filepath.ToSlash(path), folder+"/")
		want := "deploy/nginx/" + name
		if name == "server/listen.conf" {
			want = "deploy/swarm-listen.conf"
		}
		if mounted[name] != want {
			t.Errorf("%s is %q in the stack, want %q", name, mounted[name], want)
		}
		delete(mounted, name)
		return nil
	})
	if err != nil || len(mounted) > 0 {
		t.Errorf("in the stack alone: %v, %v", mounted, err)
	}
	listen, err := os.ReadFile("../../deploy/swarm-listen.conf")
	testkit.Must(t, err)
	var told []string
	for _, found := range regexp.MustCompile(`(?m)^(\w+ .*?;)`).FindAllStringSubmatch(string(listen), -1) {
		told = append(told, found[1])
	}
	// At 8081 no caller is believed, and there is no /lab/.
	if got, want := strings.Join(told, " "), "listen 8081; access_log off;"; got != want {
		t.Errorf("nginx is told %s\nwant %s", got, want)
	}
}

// TestDockerSwarmTakesTheStack puts the stack together as its comment says, and has docker read it.
func TestDockerSwarmTakesTheStack(t *testing.T) {
	needContainers(t)
	text, err := os.ReadFile(stack)
	testkit.Must(t, err)
	found := regexp.MustCompile(`(?s)# +up +(docker compose .*?\|)\n# +(sed .*?) \| docker stack deploy `).FindSubmatch(text)
	if found == nil {
		t.Fatal("the comment does not say how the stack is put together")
	}
	bash := exec.CommandContext(t.Context(), "bash", "-o", "pipefail", "-c", fmt.Sprintf("%s %s | docker stack config -c -", found[1], found[2]))
	bash.Dir = "../.."
	if out, err := bash.CombinedOutput(); err != nil || !strings.Contains(string(out), "endpoint_mode: dnsrr") {
		t.Errorf("%v\n%s", err, out)
	}
}
