package postgres

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// ErrAddress means that an address is none. What comes with it quotes neither the address nor what the parser says of
// it: in a broken one nobody can tell which part is the password.
var ErrAddress = errors.New("it should look like postgres://user:password@host:5432/database, with what is special in the password percent-encoded")

// maxConnections is what one replica takes of a server that has a hundred for all. A question takes about a millisecond.
const maxConnections = 8

// parse reads an address and makes it patient.
func parse(address string, patience time.Duration) (*pgxpool.Config, error) {
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
	config.ConnConfig.ConnectTimeout = connectPatience
	config.ConnConfig.DialFunc = dial(patience)
	config.ConnConfig.AfterNetConnect = unhurried
	return config, nil
}

// where is the host and port of the first server that an address names.
func where(config *pgxpool.Config) string {
	return net.JoinHostPort(config.ConnConfig.Host, strconv.Itoa(int(config.ConnConfig.Port)))
}

// oneLine is an error of pgx, which tells every attempt on a line of its own: with TLS and without, at every address
// of a host. Here they are on one line, and the same is told once.
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
