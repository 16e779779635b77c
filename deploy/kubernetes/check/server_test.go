package check

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// sources are where a command of ours says which flags it has, and which paths its server answers. It is the text that is
// read: the program is another module, and this one shall not be built each time that it changes.
var sources = map[string][]string{
	"serve":   {"cmd/authlab/serve.go", "web/server.go"},
	"reports": {"cmd/authlab/resource.go", "lab/resource/resource.go"},
}

var (
	flagLine = regexp.MustCompile(`flags\.\w+\(&[\w.]+, "([a-z-]+)"`)
	pathLine = regexp.MustCompile(`(?i)\bget\((?:\w+, )?"([^"]+)"`) // get(e, "/livez" and r.GET("/livez"
)

// checkServers checks what the pods of our own image are told against the program: the command, the variables that stand
// for flags, and the paths of the probes.
func (m *manifests) checkServers() error {
	var wrong []error
	for _, w := range m.workloads {
		for _, c := range w.Pod.Spec.Containers {
			if !strings.HasPrefix(c.Image, "authlab:") {
				continue
			}
			if err := checkServer(c); err != nil {
				wrong = append(wrong, fmt.Errorf("%s: %w", w.Name, err))
			}
		}
	}
	return errors.Join(wrong...)
}

func checkServer(c corev1.Container) error {
	if len(c.Args) != 1 || sources[c.Args[0]] == nil {
		return fmt.Errorf("%q is no command of a server of ours", c.Args)
	}
	known := map[string]bool{"GOMEMLIMIT": true}
	paths := map[string]bool{}
	for _, name := range sources[c.Args[0]] {
		text, err := os.ReadFile(filepath.Join(repository, name))
		if err != nil {
			return err
		}
		for _, found := range flagLine.FindAllSubmatch(text, -1) {
			known["AUTHLAB_"+strings.ToUpper(strings.ReplaceAll(string(found[1]), "-", "_"))] = true
		}
		for _, found := range pathLine.FindAllSubmatch(text, -1) {
			paths[string(found[1])] = true
		}
	}
	var wrong []error
	for _, e := range c.Env {
		if !known[e.Name] {
			wrong = append(wrong, fmt.Errorf("authlab %s reads no variable %s", c.Args[0], e.Name))
		}
		if e.Name == "AUTHLAB_LISTEN" && e.Value != fmt.Sprintf(":%d", c.Ports[0].ContainerPort) {
			wrong = append(wrong, fmt.Errorf("it listens on %s, and its port is %d", e.Value, c.Ports[0].ContainerPort))
		}
	}
	for _, probe := range []*corev1.Probe{c.ReadinessProbe, c.LivenessProbe} {
		if probe == nil || probe.HTTPGet == nil {
			wrong = append(wrong, errors.New("it has to have a probe by HTTP for being ready and for being alive"))
		} else if !paths[probe.HTTPGet.Path] {
			wrong = append(wrong, fmt.Errorf("a probe asks for %s, which is no path of this server", probe.HTTPGet.Path))
		}
	}
	return errors.Join(wrong...)
}
