package check

import (
	"errors"
	"fmt"
	"net/url"
	"path"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// checkReferences checks that what one object says of another is so: ports, Secrets and the files in them, addresses.
func (m *manifests) checkReferences() error {
	var wrong []error
	for _, s := range m.services {
		behind := m.selected(s.Spec.Selector)
		if len(behind) != 1 {
			wrong = append(wrong, fmt.Errorf("service %s: it selects the pods of %d workloads", s.Name, len(behind)))
			continue
		}
		for _, p := range s.Spec.Ports {
			if _, err := findPort(behind[0].Pod.Spec.Containers[0], p.TargetPort); err != nil {
				wrong = append(wrong, fmt.Errorf("service %s: %w", s.Name, err))
			}
		}
	}
	for _, i := range m.ingresses {
		for _, rule := range i.Spec.Rules {
			for _, p := range rule.HTTP.Paths {
				backend := p.Backend.Service
				if err := m.reachable(backend.Name, backend.Port.Name, int(backend.Port.Number)); err != nil {
					wrong = append(wrong, fmt.Errorf("ingress %s: %s: %w", i.Name, rule.Host, err))
				}
			}
		}
	}
	for _, b := range m.budgets {
		if err := m.checkBudget(b); err != nil {
			wrong = append(wrong, fmt.Errorf("budget %s: %w", b.Name, err))
		}
	}
	for _, w := range m.workloads {
		for _, c := range w.Pod.Spec.Containers {
			if err := errors.Join(m.checkSecrets(w), m.checkFiles(w, c), m.checkAddresses(c)); err != nil {
				wrong = append(wrong, fmt.Errorf("%s: %w", w.Name, err))
			}
		}
	}
	return errors.Join(wrong...)
}

// checkBudget checks that a budget is about the pods of one workload, and that it lets some of them go but not all: a drain
// would otherwise wait for ever, or the budget would mean nothing.
func (m *manifests) checkBudget(b *policyv1.PodDisruptionBudget) error {
	var of []workload
	for _, w := range m.workloads {
		if b.Spec.Selector != nil && matches(b.Spec.Selector, w) {
			of = append(of, w)
		}
	}
	if len(of) != 1 {
		return fmt.Errorf("it selects the pods of %d workloads", len(of))
	}
	replicas := 1
	if of[0].Replicas != nil {
		replicas = int(*of[0].Replicas)
	}
	leaving := 0
	switch {
	case b.Spec.MaxUnavailable != nil:
		leaving = b.Spec.MaxUnavailable.IntValue()
	case b.Spec.MinAvailable != nil:
		leaving = replicas - b.Spec.MinAvailable.IntValue()
	}
	if leaving < 1 || leaving >= replicas {
		return fmt.Errorf("it lets %d of %d pods go", leaving, replicas)
	}
	return nil
}

func (m *manifests) selected(by map[string]string) []workload {
	var found []workload
	for _, w := range m.workloads {
		if len(by) > 0 && labels.SelectorFromSet(by).Matches(labels.Set(w.Pod.Labels)) {
			found = append(found, w)
		}
	}
	return found
}

// findPort finds the port of a container that a name or a number means.
func findPort(c corev1.Container, port intstr.IntOrString) (corev1.ContainerPort, error) {
	for _, p := range c.Ports {
		if port.Type == intstr.String && p.Name == port.StrVal || port.Type == intstr.Int && p.ContainerPort == port.IntVal {
			return p, nil
		}
	}
	return corev1.ContainerPort{}, fmt.Errorf("container %s has no port %s", c.Name, port.String())
}

// reachable tells whether there is a service with a port of that name or, without a name, of that number.
func (m *manifests) reachable(service, name string, number int) error {
	for _, s := range m.services {
		if s.Name != service {
			continue
		}
		for _, p := range s.Spec.Ports {
			if name != "" && p.Name == name || name == "" && int(p.Port) == number {
				return nil
			}
		}
		return fmt.Errorf("service %s has no such port: %s %d", service, name, number)
	}
	return fmt.Errorf("there is no service %q", service)
}

func (m *manifests) secret(name string) (*corev1.Secret, bool) {
	for _, s := range m.secrets {
		if s.Name == name {
			return s, true
		}
	}
	return nil, false
}

func (m *manifests) checkSecrets(w workload) error {
	var wrong []error
	for _, v := range w.Pod.Spec.Volumes {
		if v.Secret == nil {
			continue
		}
		if _, ok := m.secret(v.Secret.SecretName); !ok {
			wrong = append(wrong, fmt.Errorf("there is no secret %q", v.Secret.SecretName))
		}
	}
	return errors.Join(wrong...)
}

// checkFiles checks that a file that a variable names is in the Secret that is mounted there, and can be read.
func (m *manifests) checkFiles(w workload, c corev1.Container) error {
	var wrong []error
	for _, e := range c.Env {
		for _, file := range filesIn(e.Value) {
			found := false
			for _, mount := range c.VolumeMounts {
				for _, v := range w.Pod.Spec.Volumes {
					if v.Name != mount.Name || v.Secret == nil || path.Dir(file) != mount.MountPath {
						continue
					}
					secret, ok := m.secret(v.Secret.SecretName)
					found = ok && secret.Data[path.Base(file)] != nil && w.Pod.Spec.SecurityContext.FSGroup != nil
				}
			}
			if !found {
				wrong = append(wrong, fmt.Errorf("%s names %s, which is no file that it can read", e.Name, file))
			}
		}
	}
	return errors.Join(wrong...)
}

// filesIn finds the paths in the value of a variable: the value itself, or what is asked for at the end of an address.
func filesIn(value string) []string {
	if strings.HasPrefix(value, "/") {
		return []string{value}
	}
	address, err := url.Parse(value)
	if err != nil || address.Query().Get("passfile") == "" {
		return nil
	}
	return []string{address.Query().Get("passfile")}
}

// checkAddresses checks that an address in a variable leads to a service. One that ends in localhost is a browser's.
func (m *manifests) checkAddresses(c corev1.Container) error {
	var wrong []error
	for _, e := range c.Env {
		address, err := url.Parse(e.Value)
		if err != nil || address.Host == "" || strings.HasSuffix(address.Hostname(), "localhost") {
			continue
		}
		port, err := strconv.Atoi(address.Port())
		if err != nil {
			port = 80
		}
		if err := m.reachable(address.Hostname(), "", port); err != nil {
			wrong = append(wrong, fmt.Errorf("%s: %w", e.Name, err))
		}
	}
	return errors.Join(wrong...)
}
