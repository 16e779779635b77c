package embedded_test

import (
	"net/http"
	"testing"

	"authlab/lab/contract"
	"authlab/lab/embedded"
	"authlab/lab/testkit"
	"authlab/web/scheme"
)

// An error has the same members also where no replica answered: which scheme the request belongs to, and who answered.
func TestTheBalancersOwnAnswersHaveTheMembersOfAReplicas(t *testing.T) {
	c, target := start(t, embedded.Config{Replicas: 1})
	if err := target.Break(t.Context(), contract.Fault{Name: contract.ReplicaKilled, Replica: "app-1"}); err != nil {
		t.Fatal(err)
	}
	for _, row := range scheme.All() {
		for policy, want := range map[string]int{contract.RoundRobin: http.StatusBadGateway, "sometimes": http.StatusBadRequest} {
			response := testkit.Send(t, http.MethodGet, c.URL()+row.Base+"/me", "", contract.PolicyHeader, policy)
			var problem contract.Problem
			response.JSON(t, &problem)
			if response.StatusCode != want || problem.Scheme != row.Name || problem.Replica != "balancer" || response.Header.Get("X-Served-By") != "balancer" {
				t.Errorf("%s by %s: %d by %q, %+v", row.Name, policy, response.StatusCode, response.Header.Get("X-Served-By"), problem)
			}
		}
	}
}
