package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"authlab/account"
)

// newKeysCommand returns the command authlab keys, which changes a key file.
func newKeysCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "keys", Short: "Change the keys that replicas share", Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	var path string
	var overlap bool
	rotate := &cobra.Command{
		Use:   "rotate",
		Short: "Put new keys in a key file; replicas read it again on SIGHUP",
		Long: `Put new keys in a key file, which sign from now on. With --overlap the keys from before
still verify, and no user is logged out; without, what they have signed is refused. A
replica reads the file again when it gets SIGHUP.`,
		Example: "  authlab keys rotate --keys keys.json --overlap\n" +
			"  docker compose run --rm setup keys rotate --keys /keys/keys.json && docker compose kill -s HUP app-1 app-2 app-3",
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return rotateKeys(path, overlap, cmd.OutOrStdout()) },
	}
	rotate.Flags().StringVar(&path, "keys", "", "the key file")
	rotate.Flags().BoolVar(&overlap, "overlap", false, "let the keys from before still verify")
	cmd.AddCommand(rotate)
	return cmd
}

func rotateKeys(path string, overlap bool, stdout io.Writer) error {
	if path == "" {
		return usageError{errors.New("--keys names no file")}
	}
	before, err := readKeys(path)
	if err != nil {
		return err
	}
	if !overlap {
		before = keySet{}
	}
	set, err := before.withNew()
	if err != nil {
		return fmt.Errorf("make keys: %w", err)
	}
	if err := set.replace(path); err != nil {
		return err
	}
	good := fmt.Sprintf("%d are", len(before.tokens))
	if len(before.tokens) == 1 {
		good = "1 is"
	}
	fmt.Fprintf(stdout, "%s: a new key signs; from before, %s still good\n", path, good)
	return nil
}

// replace puts the keys in the place of a key file.
func (s keySet) replace(path string) error {
	text, err := s.encode()
	if err != nil {
		return err
	}
	return replaceFile(path, text)
}

// reload reads the key file again, while requests are served. Afterwards the first key of the file signs, and keys that are
// not in the file verify nothing. On an error the keys stay as they were. The audit is told if another key signs.
func (k *replicaKeys) reload(ctx context.Context, audit account.Audit) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	set, err := readKeys(k.path)
	if err != nil {
		return err
	}
	if len(set.tokens) == 0 {
		return fmt.Errorf("keys in %s: no token key", k.path)
	}
	if err := k.cookies.Replace(set.cookies...); err != nil {
		return err
	}
	ids := set.ids()
	for _, key := range set.tokens {
		if !slices.Contains(k.ids, key.ID()) {
			if err := k.tokens.Add(key); err != nil {
				return err
			}
		}
	}
	before := k.tokens.Signing().ID()
	if err := k.tokens.Sign(ids[0]); err != nil {
		return err
	}
	if ids[0] != before {
		audit.Tell(ctx, account.Event{Kind: account.EventKeyChanged, Key: ids[0]})
	}
	for _, id := range k.ids {
		if !slices.Contains(ids, id) {
			if err := k.tokens.Drop(id); err != nil {
				return err
			}
		}
	}
	k.ids = ids
	return nil
}
