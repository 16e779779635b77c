//go:build replica

package main

import (
	"errors"

	"github.com/spf13/cobra"
)

// newRootCommand is the program as containers have it: without the lab, which is most of the whole.
func newRootCommand(func(string) string) *cobra.Command {
	return &cobra.Command{
		Use:   "authlab",
		Short: "The servers of a cluster; the lab itself is not in this build",
		Args:  noArguments,
		RunE: func(*cobra.Command, []string) error {
			return usageError{errors.New("this build has the servers of a cluster and no lab")}
		},
	}
}
