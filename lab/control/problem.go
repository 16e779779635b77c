package control

import (
	"errors"
	"net/http"

	"authlab/lab/contract"
)

// refuse is the one place where an error becomes a status.
func refuse(w http.ResponseWriter, err error) {
	var problem contract.Problem
	var byHand contract.ByHand
	switch {
	case errors.As(err, &problem):
	case errors.As(err, &byHand):
		problem = contract.NewProblem(http.StatusNotImplemented, "not-here", byHand.What)
		problem.Command = byHand.Command
	case errors.Is(err, contract.ErrNotOnTarget):
		problem = contract.NewProblem(http.StatusNotImplemented, "not-here", "This lab cannot do that.")
	case errors.Is(err, contract.ErrNoReplica):
		problem = contract.NewProblem(http.StatusNotFound, "no-replica", err.Error())
	default:
		problem = contract.NewProblem(http.StatusInternalServerError, "internal", err.Error())
	}
	problem.Write(w)
}
