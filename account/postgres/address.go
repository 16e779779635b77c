package postgres

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// ErrAddress means that an address cannot be read. Its errors quote neither the address nor the parser's words, because in
// a broken address any part may be the password.
var ErrAddress = errors.New("it should look like postgres://user:password@host:5432/database, with what is special in the password percent-encoded")

// maxConnections is how many connections one replica opens, of the hundred that a server has by default. A query takes
// about a millisecond.
const maxConnections = 8

// parse reads an address, and adds our timeouts.
func parse(address string) (*pgxpool.Config, error) {
	if !strings.HasPrefix(address, "postgres://") && !strings.HasPrefix(address, "postgresql://") {
		return nil, fmt.Errorf("postgres address begins otherwise: %w", ErrAddress)
	}
	given, err := pgx.ParseConfig(address)
	if err != nil {
		return nil, fmt.Errorf("postgres address cannot be read: %w", ErrAddress)
	}
	config, err := pgxpool.ParseConfig(address)
	if err != nil {
		return nil, fmt.Errorf("postgres address has a pool parameter that cannot be read: %w", ErrAddress)
	}
	if config.ConnConfig.Database == "" { // PostgreSQL would take the user's name, and here that is a typing mistake
		return nil, fmt.Errorf("postgres address names no database: %w", ErrAddress)
	}
	if _, ok := given.RuntimeParams["pool_max_conns"]; !ok {
		config.MaxConns = maxConnections
	}
	config.ConnConfig.ConnectTimeout = connectTimeout
	config.ConnConfig.DialFunc = dial
	config.ConnConfig.AfterNetConnect = clearDeadline
	return config, nil
}

// where is the host and port of the first server that an address names.
func where(config *pgxpool.Config) string {
	return net.JoinHostPort(config.ConnConfig.Host, strconv.Itoa(int(config.ConnConfig.Port)))
}

// oneLine is an error of pgx on one line. pgx reports each attempt on its own line: with TLS and without, at every address
// of a host. Here equal attempts are reported once.
type oneLine struct{ error }

func (e oneLine) Error() string {
	lines := strings.Split(e.error.Error(), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimSpace(line)
	}
	first, attempts := lines[0], slices.Compact(lines[1:])
	return strings.TrimSpace(first + " " + strings.Join(attempts, "; "))
}

func (e oneLine) Unwrap() error { return e.error }
