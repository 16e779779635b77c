package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"
)

// newSetupCommand returns the command authlab setup, which makes the secrets of a cluster once.
func newSetupCommand() *cobra.Command {
	var keys, password, passfile string
	cmd := &cobra.Command{
		Use:   "setup",
		Short: "Make the secrets of a cluster, unless they are there",
		Long: `Make the secrets that the containers of a cluster share, each in a file, so that none is
in the repository, in the environment or in a command. What is there already stays.`,
		Example: "  authlab setup --keys /keys/keys.json --password /database/password --passfile /database/pgpass",
		Args:    noArguments,
		RunE:    func(cmd *cobra.Command, _ []string) error { return setUp(keys, password, passfile, cmd.OutOrStdout()) },
	}
	flags := cmd.Flags()
	flags.StringVar(&keys, "keys", "", "key file, for the replicas")
	flags.StringVar(&password, "password", "", "file with the password of the users database, for PostgreSQL")
	flags.StringVar(&passfile, "passfile", "", "file with the same password, in the form that PostgreSQL's clients read (…?passfile=FILE)")
	return cmd
}

func setUp(keys, password, passfile string, stdout io.Writer) error {
	if keys == "" || password == "" || passfile == "" {
		return usageError{errors.New("--keys, --password and --passfile have to name a file each")}
	}
	newKeys, err := makeKeys(keys)
	if err != nil {
		return err
	}
	// Mode 0444, because PostgreSQL's container has another user ID than ours. Only these containers mount the volume.
	newPassword, err := makeSecret(password, []byte(rand.Text()), 0o444)
	if err != nil {
		return fmt.Errorf("make a password: %w", err)
	}
	text, err := os.ReadFile(password)
	if err != nil {
		return fmt.Errorf("read the password: %w", err)
	}
	newPassfile, err := makeSecret(passfile, fmt.Appendf(nil, "*:*:*:*:%s\n", text), 0o400)
	if err != nil {
		return fmt.Errorf("make a password file: %w", err)
	}
	for _, secret := range []struct {
		path string
		made bool
	}{{keys, newKeys}, {password, newPassword}, {passfile, newPassfile}} {
		what := "was there already, and is kept"
		if secret.made {
			what = "made"
		}
		fmt.Fprintf(stdout, "%s: %s\n", secret.path, what)
	}
	return nil
}
