// Package check holds the manifests beside it against what a cluster would say of them, without a cluster.
//
//	kustomize build ──▶ strict decoding ──▶ each object ──▶ all of them together ──▶ the server itself
//	                    no unknown field    Pod Security    selectors, ports,        flags, paths
//	                                                        names, who reaches whom
//
// A module of its own, so that nothing of Kubernetes comes into the program.
package check

import (
	"errors"
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

// Manifests is what one overlay makes.
type Manifests struct {
	Namespaces []*corev1.Namespace
	Workloads  []Workload
	Services   []*corev1.Service
	Secrets    []*corev1.Secret
	Ingresses  []*networkingv1.Ingress
	Policies   []*networkingv1.NetworkPolicy
	Budgets    []*policyv1.PodDisruptionBudget
}

// A Workload is what makes pods: a Deployment or a StatefulSet.
type Workload struct {
	Name      string
	Replicas  *int32 // nil: 1
	Selector  *metav1.LabelSelector
	Pod       corev1.PodTemplateSpec
	Claims    []corev1.PersistentVolumeClaim
	Namespace map[string]string // labels of its namespace, if that is not the one that is made here
}

// Build builds an overlay out of files and decodes it. A field that Kubernetes does not know is an error.
func Build(files filesys.FileSystem, overlay string) (*Manifests, error) {
	resources, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(files, overlay)
	if err != nil {
		return nil, fmt.Errorf("build %s: %w", overlay, err)
	}
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{corev1.AddToScheme, appsv1.AddToScheme, networkingv1.AddToScheme, policyv1.AddToScheme} {
		if err := add(scheme); err != nil {
			return nil, err
		}
	}
	decoder := serializer.NewCodecFactory(scheme, serializer.EnableStrict).UniversalDeserializer()
	var m Manifests
	var wrong []error
	for _, resource := range resources.Resources() {
		text, err := resource.AsYAML()
		if err != nil {
			return nil, err
		}
		object, _, err := decoder.Decode(text, nil, nil)
		if err == nil {
			err = m.add(object)
		}
		if err != nil {
			wrong = append(wrong, fmt.Errorf("%s %s: %w", resource.GetKind(), resource.GetName(), err))
		}
	}
	return &m, errors.Join(wrong...)
}

func (m *Manifests) add(object runtime.Object) error {
	switch o := object.(type) {
	case *corev1.Namespace:
		m.Namespaces = append(m.Namespaces, o)
		return nil
	case *appsv1.Deployment:
		m.Workloads = append(m.Workloads, Workload{Name: o.Name, Replicas: o.Spec.Replicas, Selector: o.Spec.Selector, Pod: o.Spec.Template})
	case *appsv1.StatefulSet:
		m.Workloads = append(m.Workloads, Workload{Name: o.Name, Replicas: o.Spec.Replicas, Selector: o.Spec.Selector, Pod: o.Spec.Template, Claims: o.Spec.VolumeClaimTemplates})
	case *corev1.Service:
		m.Services = append(m.Services, o)
	case *corev1.Secret:
		m.Secrets = append(m.Secrets, o)
	case *networkingv1.Ingress:
		m.Ingresses = append(m.Ingresses, o)
	case *networkingv1.NetworkPolicy:
		m.Policies = append(m.Policies, o)
	case *policyv1.PodDisruptionBudget:
		m.Budgets = append(m.Budgets, o)
	default:
		return fmt.Errorf("%T: nothing here checks such an object", object)
	}
	if namespace := object.(interface{ GetNamespace() string }).GetNamespace(); len(m.Namespaces) != 1 || namespace != m.Namespaces[0].Name {
		return fmt.Errorf("it is in the namespace %q, which is not made here", namespace)
	}
	return nil
}
