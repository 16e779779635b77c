package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/spf13/cobra"
)

const healthTimeout = 2 * time.Second

// newHealthCommand returns the command authlab health: the containers' health check, since their image has no shell and
// no curl.
func newHealthCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "health URL",
		Short:   "Exit with 0 if an address answers with success",
		Example: "  authlab health http://127.0.0.1:8080/livez",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usageError{errors.New("health takes one address, like http://127.0.0.1:8080/livez")}
			}
			return checkHealth(cmd.Context(), args[0])
		},
	}
}

func checkHealth(ctx context.Context, address string) error {
	ctx, cancel := context.WithTimeout(ctx, healthTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return usageError{err}
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode >= http.StatusMultipleChoices {
		return fmt.Errorf("%s: %s", address, response.Status)
	}
	return nil
}
