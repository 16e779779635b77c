package postgres

import (
	"context"
	"io/fs"

	"github.com/jackc/pgx/v5/pgxpool"
)

// MaxConnections is how many connections a directory opens at most.
func MaxConnections(d *Directory) int32 { return d.pool.Config().MaxConns }

// Migrate runs migrations other than the embedded ones.
func Migrate(ctx context.Context, d *Directory, files fs.FS) error {
	steps, err := readSteps(files)
	if err != nil {
		return err
	}
	return migrate(ctx, d.pool, steps)
}

// Fill opens all the connections that a directory may have.
func Fill(ctx context.Context, d *Directory) error {
	var conns []*pgxpool.Conn
	defer func() {
		for _, conn := range conns {
			conn.Release()
		}
	}()
	for range d.pool.Config().MaxConns {
		conn, err := d.pool.Acquire(ctx)
		if err != nil {
			return err
		}
		conns = append(conns, conn)
	}
	return nil
}
