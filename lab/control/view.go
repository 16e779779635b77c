package control

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"authlab/account"
	"authlab/lab/contract"
	"authlab/session"
)

// maxShown bounds how many sessions or keys one View lists. The totals are always true.
const maxShown = 100

// Sessions shows session records: each shortened, and not more than a picture holds.
func Sessions(entries []session.Entry) []contract.SessionView {
	shown := []contract.SessionView{}
	for _, e := range entries[:min(len(entries), maxShown)] {
		shown = append(shown, contract.SessionView{ID: contract.Shortened(e.Key), User: e.Record.User})
	}
	slices.SortFunc(shown, func(a, b contract.SessionView) int { return strings.Compare(a.User+a.ID, b.User+b.ID) })
	return shown
}

// SessionBytes is how much text session records are.
func SessionBytes(entries []session.Entry) (int64, error) {
	var sum int64
	for _, e := range entries {
		text, err := json.Marshal(e.Record)
		if err != nil {
			return 0, err
		}
		sum += int64(len(e.Key) + len(text))
	}
	return sum, nil
}

// Accounts shows the demo accounts.
func Accounts(ctx context.Context, directory account.Directory) ([]contract.AccountView, error) {
	var shown []contract.AccountView
	for _, name := range DemoNames() {
		user, err := directory.User(ctx, name)
		if err != nil {
			return shown, err
		}
		shown = append(shown, contract.AccountView{Name: user.Name, Roles: user.Roles, Email: user.Email})
	}
	return shown, nil
}

// DemoNames are the names of the demo accounts.
func DemoNames() []string {
	var names []string
	for _, demo := range account.Demos() {
		names = append(names, demo.Name)
	}
	return names
}

// AddUsers makes simulated users in a directory.
func AddUsers(ctx context.Context, directory account.Directory, hasher *account.Hasher, count int, password string) error {
	name := func(i int) string { return contract.SimulatedName(i + 1) }
	return account.CreateSimulated(ctx, directory, hasher, count, name, password)
}
