package compose

import (
	"context"

	"authlab/lab/compose/agent"
)

// findReports finds where the clock of the second service is moved.
func (t *Target) findReports(ctx context.Context) error {
	address, err := t.docker.published(ctx, "reports", "8079")
	if err != nil {
		return err
	}
	t.reports = agent.NewClient(address)
	return nil
}

// setClock tells the second service how far its clock is ahead. A container that was started again has another port.
func (t *Target) setClock(ctx context.Context) error {
	conditions := agent.Conditions{Offset: t.ahead}
	if t.reports.Set(ctx, conditions) == nil {
		return nil
	}
	return until(ctx, "the clock of the second service is moved", func(ctx context.Context) error {
		if err := t.findReports(ctx); err != nil {
			return err
		}
		return t.reports.Set(ctx, conditions)
	})
}
