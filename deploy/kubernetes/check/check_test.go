package check

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const repository = "../../.."

var overlays = []string{"round-robin", "sticky"}

// readManifests reads the manifests into memory, and beside them secrets in the files where the README makes them.
func readManifests(t *testing.T) map[string]string {
	t.Helper()
	files := map[string]string{}
	for _, folder := range []string{"base", "overlays"} {
		err := filepath.WalkDir(filepath.Join("..", folder), func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || filepath.Ext(path) != ".yaml" {
				return err
			}
			text, err := os.ReadFile(path)
			files[strings.TrimPrefix(filepath.ToSlash(path), "../")] = string(text)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, found := range regexp.MustCompile(`--\w+ \$secrets/(\w\S*)`).FindAllSubmatch(readme, -1) {
		files["base/secrets/"+string(found[1])] = "a secret"
	}
	return files
}

// checkAll is what is wrong with the manifests, if anything is.
func checkAll(files map[string]string, overlay string) error {
	m, err := build(files, overlay)
	if err != nil {
		return err
	}
	return errors.Join(m.checkPods(), m.checkReferences(), m.checkServers())
}

func TestTheManifestsAreRight(t *testing.T) {
	files := readManifests(t)
	for _, overlay := range overlays {
		if err := checkAll(files, overlay); err != nil {
			t.Errorf("%s:\n%v", overlay, err)
		}
	}
}

func TestOnlyReplicasReachTheStores(t *testing.T) {
	m, err := build(readManifests(t), "sticky")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []struct {
		from, to, port string
		reaches        bool
	}{
		{"app", "redis", "redis", true},
		{"app", "postgres", "postgres", true},
		{"reports", "app", "http", true},
		{"app", "reports", "http", false},
		{"reports", "redis", "redis", false},
		{"reports", "postgres", "postgres", false},
		{"redis", "postgres", "postgres", false},
		{"postgres", "app", "http", false},
	} {
		if got := m.reaches(want.from, want.to, want.port); got != want.reaches {
			t.Errorf("%s reaches %s of %s: %v, want %v", want.from, want.port, want.to, got, want.reaches)
		}
	}
}

func TestOnlyTraefikComesInFromOutside(t *testing.T) {
	m, err := build(readManifests(t), "sticky")
	if err != nil {
		t.Fatal(err)
	}
	pod := func(namespace, name string) workload {
		w := workload{Namespace: map[string]string{"kubernetes.io/metadata.name": namespace}}
		w.Pod.Labels = map[string]string{"app.kubernetes.io/name": name}
		return w
	}
	for _, want := range []struct {
		namespace, name, to, port string
		reaches                   bool
	}{
		{"kube-system", "traefik", "app", "http", true}, // of k3s
		{"traefik", "traefik", "app", "http", true},     // of the README's recipe for kind
		{"traefik", "traefik", "reports", "http", true},
		{"traefik", "traefik", "redis", "redis", false},
		{"default", "traefik", "app", "http", false},
		{"kube-system", "metrics-server", "app", "http", false},
		{"kube-system", "metrics-server", "reports", "http", false},
		{"default", "shell", "postgres", "postgres", false},
	} {
		if got := m.reachesFrom(pod(want.namespace, want.name), want.to, want.port); got != want.reaches {
			t.Errorf("%s in %s reaches %s of %s: %v, want %v", want.name, want.namespace, want.port, want.to, got, want.reaches)
		}
	}
}

func TestTheOverlaysDifferInAffinityAlone(t *testing.T) {
	affinity := map[string]string{}
	for _, overlay := range overlays {
		m, err := build(readManifests(t), overlay)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range m.services {
			if s.Name == "app" {
				affinity[overlay] = s.Annotations["traefik.ingress.kubernetes.io/service.sticky.cookie"]
			}
			if s.Spec.SessionAffinity != "None" && s.Spec.SessionAffinity != "" {
				t.Errorf("%s: service %s is sticky by itself", overlay, s.Name)
			}
		}
	}
	if affinity["round-robin"] != "" || affinity["sticky"] != "true" {
		t.Errorf("affinity: %v", affinity)
	}
}

func TestThereAreThreeReplicasWithANameEach(t *testing.T) {
	app := readManifests(t)["base/app.yaml"]
	for _, want := range []string{"replicas: 3\n", "AUTHLAB_NAME", "fieldRef: {fieldPath: metadata.name}"} {
		if !strings.Contains(app, want) {
			t.Errorf("app.yaml has no %q", want)
		}
	}
}

func TestNoSecretIsInTheRepository(t *testing.T) {
	for name, text := range readManifests(t) {
		if strings.Contains(text, "kind: Secret\n") || strings.Contains(text, "literals:") {
			t.Errorf("%s has a secret in it", name)
		}
	}
	ignored, err := os.ReadFile("../base/secrets/.gitignore")
	if err != nil || !strings.Contains(string(ignored), "\n*\n!.gitignore\n") {
		t.Errorf("git does not ignore the secrets: %q, %v", ignored, err)
	}
}
