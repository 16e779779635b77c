package check

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// reaches tells whether the policies let the pods of one workload connect to a port of another's. Both sides have to
// allow it, and a side that no policy is about allows everything.
func (m *manifests) reaches(from, to, port string) bool {
	return m.reachesFrom(m.workload(from), to, port)
}

// reachesFrom is reaches from pods that need not be ours.
func (m *manifests) reachesFrom(a workload, to, port string) bool {
	b := m.workload(to)
	return m.allowed(networkingv1.PolicyTypeEgress, a, b, b, port) && m.allowed(networkingv1.PolicyTypeIngress, b, a, b, port)
}

func (m *manifests) workload(name string) workload {
	i := slices.IndexFunc(m.workloads, func(w workload) bool { return w.Name == name })
	return m.workloads[i]
}

// allowed asks the policies about one side whether they let it talk to its peer, at a port of the server.
func (m *manifests) allowed(direction networkingv1.PolicyType, side, peer, server workload, port string) bool {
	free := true // until a policy is about this side
	for _, p := range m.policies {
		if side.Namespace != nil || !slices.Contains(p.Spec.PolicyTypes, direction) || !matches(&p.Spec.PodSelector, side) {
			continue
		}
		free = false
		for _, rule := range rules(p, direction) {
			if rule.peer(peer) && rule.port(server, port) {
				return true
			}
		}
	}
	return free
}

type rule struct {
	peers []networkingv1.NetworkPolicyPeer
	ports []networkingv1.NetworkPolicyPort
}

func rules(p *networkingv1.NetworkPolicy, direction networkingv1.PolicyType) []rule {
	var found []rule
	if direction == networkingv1.PolicyTypeIngress {
		for _, r := range p.Spec.Ingress {
			found = append(found, rule{r.From, r.Ports})
		}
		return found
	}
	for _, r := range p.Spec.Egress {
		found = append(found, rule{r.To, r.Ports})
	}
	return found
}

// peer tells whether a rule is about the pods of a workload. Without a namespaceSelector it is about ours alone, and with
// one, as they are written here, about others. Addresses (ipBlock) are not how pods are told apart.
func (r rule) peer(w workload) bool {
	return len(r.peers) == 0 || slices.ContainsFunc(r.peers, func(p networkingv1.NetworkPolicyPeer) bool {
		if (p.NamespaceSelector == nil) != (w.Namespace == nil) {
			return false
		}
		if p.NamespaceSelector != nil && !selects(p.NamespaceSelector, w.Namespace) {
			return false
		}
		return p.PodSelector == nil || matches(p.PodSelector, w)
	})
}

func (r rule) port(server workload, name string) bool {
	return len(r.ports) == 0 || slices.ContainsFunc(r.ports, func(p networkingv1.NetworkPolicyPort) bool {
		if p.Protocol != nil && *p.Protocol != corev1.ProtocolTCP || p.Port == nil {
			return false
		}
		found, err := findPort(server.Pod.Spec.Containers[0], *p.Port)
		return err == nil && found.Name == name
	})
}

func matches(selector *metav1.LabelSelector, w workload) bool {
	return selects(selector, w.Pod.Labels)
}

func selects(selector *metav1.LabelSelector, by map[string]string) bool {
	s, err := metav1.LabelSelectorAsSelector(selector)
	return err == nil && s.Matches(labels.Set(by))
}
