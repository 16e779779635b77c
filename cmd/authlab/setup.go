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
	var keys, password, passfile, secret, services string
	cmd := &cobra.Command{
		Use:   "setup",
		Short: "Make the secrets of a cluster, unless they are there",
		Long: `Make the secrets that the containers of a cluster share, each in a file, so that none is
in the repository, in the environment or in a command. What is there already stays.`,
		Example: "  authlab setup --keys /keys/keys.json --password /database/password --passfile /database/pgpass \\\n" +
			"    --secret /services/reports --services /services/services.json",
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return setUp(keys, password, passfile, secret, services, cmd.OutOrStdout())
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&keys, "keys", "", "key file, for the replicas")
	flags.StringVar(&password, "password", "", "file with the password of the users database, for PostgreSQL")
	flags.StringVar(&passfile, "passfile", "", "file with the same password, in the form that PostgreSQL's clients read (…?passfile=FILE)")
	flags.StringVar(&secret, "secret", "", "file with the secret of the second service, for that")
	flags.StringVar(&services, "services", "", "file with the same secret, in the form that the replicas read (their --services)")
	return cmd
}

func setUp(keys, password, passfile, secret, services string, stdout io.Writer) error {
	if keys == "" || password == "" || passfile == "" || secret == "" || services == "" {
		return usageError{errors.New("--keys, --password, --passfile, --secret and --services have to name a file each")}
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
	newPassfile, err := makeFrom(password, passfile, "*:*:*:*:%s\n")
	if err != nil {
		return fmt.Errorf("make a password file: %w", err)
	}
	newSecret, err := makeSecret(secret, []byte(rand.Text()), 0o400)
	if err != nil {
		return fmt.Errorf("make a secret: %w", err)
	}
	newServices, err := makeFrom(secret, services, `{"reports":%q}`)
	if err != nil {
		return fmt.Errorf("make a file of services: %w", err)
	}
	for _, file := range []struct {
		path string
		made bool
	}{{keys, newKeys}, {password, newPassword}, {passfile, newPassfile}, {secret, newSecret}, {services, newServices}} {
		what := "was there already, and is kept"
		if file.made {
			what = "made"
		}
		fmt.Fprintf(stdout, "%s: %s\n", file.path, what)
	}
	return nil
}

// makeFrom makes a file with the secret of another file in it.
func makeFrom(secret, path, format string) (made bool, err error) {
	text, err := os.ReadFile(secret)
	if err != nil {
		return false, err
	}
	return makeSecret(path, fmt.Appendf(nil, format, text), 0o400)
}
