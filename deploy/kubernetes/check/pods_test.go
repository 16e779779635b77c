package check

import (
	"errors"
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	podsecurity "k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
)

// checkPods checks each pod by itself: the Pod Security Standard that its namespace enforces, as the cluster evaluates it, and
// what that standard does not ask for.
func (m *manifests) checkPods() error {
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		return err
	}
	level := podsecurity.Level(m.namespaces[0].Labels[podsecurity.EnforceLevelLabel])
	if level != podsecurity.LevelRestricted {
		return fmt.Errorf("the namespace enforces %q, and not %q", level, podsecurity.LevelRestricted)
	}
	var wrong []error
	for _, w := range m.workloads {
		report := func(format string, args ...any) {
			wrong = append(wrong, fmt.Errorf("%s: %s", w.Name, fmt.Sprintf(format, args...)))
		}
		version := podsecurity.LevelVersion{Level: level, Version: podsecurity.LatestVersion()}
		for _, result := range evaluator.EvaluatePod(version, &w.Pod.ObjectMeta, &w.Pod.Spec) {
			if !result.Allowed {
				report("%s: %s", result.ForbiddenReason, result.ForbiddenDetail)
			}
		}
		if w.Selector == nil || len(w.Selector.MatchLabels) == 0 {
			report("it selects no label")
		} else if !matches(w.Selector, w) {
			report("it selects labels that its own pods do not have")
		}
		for _, c := range w.Pod.Spec.Containers {
			w.checkContainer(c, report)
		}
	}
	return errors.Join(wrong...)
}

func (w workload) checkContainer(c corev1.Container, report func(string, ...any)) {
	if c.SecurityContext == nil || c.SecurityContext.ReadOnlyRootFilesystem == nil || !*c.SecurityContext.ReadOnlyRootFilesystem {
		report("its root is writable")
	}
	if mounted := w.Pod.Spec.AutomountServiceAccountToken; mounted == nil || *mounted {
		report("it has credentials for the cluster")
	}
	if c.Resources.Requests.Memory().IsZero() || c.Resources.Limits.Memory().IsZero() {
		report("its memory has no bounds")
	}
	if c.Resources.Requests.Memory().Cmp(*c.Resources.Limits.Memory()) > 0 {
		report("it asks for more memory than it may have")
	}
	if _, tag, ok := strings.Cut(c.Image, ":"); !ok || tag == "latest" && c.ImagePullPolicy != corev1.PullIfNotPresent {
		report("image %q would be looked for at a registry", c.Image)
	}
	if c.ReadinessProbe == nil {
		report("it has no readiness probe")
	}
	for _, probe := range []*corev1.Probe{c.ReadinessProbe, c.LivenessProbe} {
		if probe != nil && probe.HTTPGet != nil {
			if _, err := findPort(c, probe.HTTPGet.Port); err != nil {
				report("probe of %s: %v", probe.HTTPGet.Path, err)
			}
		}
	}
	for _, v := range c.VolumeMounts {
		if !w.hasVolume(v.Name) {
			report("there is no volume %q", v.Name)
		}
	}
}

func (w workload) hasVolume(name string) bool {
	for _, v := range w.Pod.Spec.Volumes {
		if v.Name == name {
			return true
		}
	}
	for _, c := range w.Claims {
		if c.Name == name {
			return true
		}
	}
	return false
}
