//go:build !replica

package main

import "github.com/spf13/cobra"

// newRootCommand returns the whole program: the lab, and the commands that measure it.
func newRootCommand(getenv func(string) string) *cobra.Command {
	root := newLabCommand()
	measuring := cobra.Group{ID: "measure", Title: "To measure:"}
	root.AddGroup(&measuring)
	for _, cmd := range []*cobra.Command{newRunCommand(), newReportCommand(), newExportCommand(), newBenchCommand(), newSoakCommand()} {
		cmd.GroupID = measuring.ID
		root.AddCommand(cmd)
	}
	root.AddCommand(newClassCommand(), newConsoleCommand(getenv))
	return root
}
