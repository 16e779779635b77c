// Package check holds the manifests beside it against what a cluster would say of them, without a cluster.
//
//	kustomize build ──▶ strict decoding ──▶ each object ──▶ all of them together ──▶ the server itself
//	                    no unknown field    Pod Security    selectors, ports,        flags, paths
//	                                                        names, which pods reach which
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

// manifests is what one overlay makes.
type manifests struct {
	namespaces []*corev1.Namespace
	workloads  []workload
	services   []*corev1.Service
	secrets    []*corev1.Secret
	ingresses  []*networkingv1.Ingress
	policies   []*networkingv1.NetworkPolicy
	budgets    []*policyv1.PodDisruptionBudget
}

// A workload is what makes pods: a Deployment or a StatefulSet.
type workload struct {
	Name      string
	Replicas  *int32 // nil: 1
	Selector  *metav1.LabelSelector
	Pod       corev1.PodTemplateSpec
	Claims    []corev1.PersistentVolumeClaim
	Namespace map[string]string // labels of its namespace, if that is not the one that is made here
}

// build builds an overlay out of files and decodes it. A field that Kubernetes does not know is an error.
func build(files map[string]string, overlay string) (*manifests, error) {
	system := filesys.MakeFsInMemory()
	for name, text := range files {
		if err := system.WriteFile("/"+name, []byte(text)); err != nil {
			return nil, err
		}
	}
	resources, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(system, "/overlays/"+overlay)
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
	var m manifests
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

func (m *manifests) add(object runtime.Object) error {
	switch o := object.(type) {
	case *corev1.Namespace:
		m.namespaces = append(m.namespaces, o)
		return nil
	case *appsv1.Deployment:
		m.workloads = append(m.workloads, workload{Name: o.Name, Replicas: o.Spec.Replicas, Selector: o.Spec.Selector, Pod: o.Spec.Template})
	case *appsv1.StatefulSet:
		m.workloads = append(m.workloads, workload{Name: o.Name, Replicas: o.Spec.Replicas, Selector: o.Spec.Selector, Pod: o.Spec.Template, Claims: o.Spec.VolumeClaimTemplates})
	case *corev1.Service:
		m.services = append(m.services, o)
	case *corev1.Secret:
		m.secrets = append(m.secrets, o)
	case *networkingv1.Ingress:
		m.ingresses = append(m.ingresses, o)
	case *networkingv1.NetworkPolicy:
		m.policies = append(m.policies, o)
	case *policyv1.PodDisruptionBudget:
		m.budgets = append(m.budgets, o)
	default:
		return fmt.Errorf("%T: nothing here checks such an object", object)
	}
	if namespace := object.(interface{ GetNamespace() string }).GetNamespace(); len(m.namespaces) != 1 || namespace != m.namespaces[0].Name {
		return fmt.Errorf("it is in the namespace %q, which is not made here", namespace)
	}
	return nil
}
