//go:build replica

package main

import (
	"errors"

	"github.com/spf13/cobra"
)

// newRootCommand returns the program for containers: without the lab, which is most of its size.
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
