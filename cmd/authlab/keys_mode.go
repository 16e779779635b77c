package main

import (
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"runtime"

	"github.com/spf13/cobra"
)

// What other users of this machine may do with a file, by its mode.
const (
	othersRead  fs.FileMode = 0o004
	othersWrite fs.FileMode = 0o002
)

// othersMay is the part of a file's mode that is for other users. On Windows a mode does not tell.
func othersMay(path string) fs.FileMode {
	info, err := os.Stat(path) // of what a symbolic link leads to: a secret of Kubernetes is mounted as one
	if err != nil || runtime.GOOS == "windows" {
		return 0
	}
	return info.Mode().Perm()
}

// checkNotWritable refuses a key file that every user of this machine can write: any of them could put a key of their own
// into it.
func checkNotWritable(path string) error {
	if othersMay(path)&othersWrite == 0 {
		return nil
	}
	return fmt.Errorf("every user of this machine can put keys into %s: chmod o-rwx %s", path, path)
}

// warnsOfReadableKeys makes a command with the flag --keys log, at its start, that every user of this machine can read the
// key file. That is no error, because Docker mounts a secret that way, where no other user is.
func warnsOfReadableKeys(cmd *cobra.Command) *cobra.Command {
	prepare := cmd.PreRunE
	cmd.PreRunE = func(cmd *cobra.Command, args []string) error {
		if err := prepare(cmd, args); err != nil {
			return err
		}
		path := cmd.Flag("keys").Value.String()
		if path != "" && othersMay(path)&othersRead != 0 {
			slog.New(slog.NewJSONHandler(cmd.ErrOrStderr(), nil)).
				Warn("every user of this machine can read the keys, and sign with them", "file", path, "command", "chmod o-rwx "+path)
		}
		return nil
	}
	return cmd
}
