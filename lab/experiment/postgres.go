package experiment

import (
	"context"
	"net/http"
	"slices"
)

// withPostgres adds session-postgres to schemes. If the target has no PostgreSQL, the cell says so.
func (trial *Trial) withPostgres(ctx context.Context, schemes ...string) ([]string, error) {
	visitor := trial.simulated(SessionPostgres, 1)
	visitor.recorder = nil // that there is no such page is no part of the story
	status, err := visitor.Status(ctx, "/me")
	if err != nil {
		return nil, err
	}
	if status == http.StatusNotFound {
		trial.cells[SessionPostgres] = Cell{Status: NotOnTarget}
		return schemes, nil
	}
	return append(schemes, SessionPostgres), nil
}

// postgresToo names the sentence about session-postgres, if it was measured.
func postgresToo(r Result) []string {
	measured := slices.ContainsFunc(r.Cells, func(c Cell) bool { return c.Scheme == SessionPostgres && c.Status == Measured })
	return []string{either(measured, "lesson-postgres", "")}
}
