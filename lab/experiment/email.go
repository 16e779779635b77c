package experiment

import (
	"context"
	"fmt"
	"net/http"
)

// A directory is a target that shows the users database. Not every target does.
type directory interface {
	// Email is a user's address as it is now. ErrNotOnTarget: this target does not tell.
	Email(ctx context.Context, user string) (string, error)
}

var _ directory = (*Remote)(nil)

// Email implements directory.
func (r *Remote) Email(ctx context.Context, user string) (string, error) {
	var seen struct {
		Accounts []struct{ Name, Email string }
	}
	if err := r.do(ctx, http.MethodGet, "cluster", nil, &seen); err != nil {
		return "", err
	}
	for _, a := range seen.Accounts {
		if a.Name == user && a.Email != "" {
			return a.Email, nil
		}
	}
	return "", fmt.Errorf("address of %s: %w", user, ErrNotOnTarget)
}
