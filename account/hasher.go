package account

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/argon2"
)

// The cost of one hash: 19 MiB, two passes, one lane, as the OWASP Password Storage Cheat Sheet has it for Argon2id.
// Argon2id and not bcrypt, because the memory makes guessing on graphics cards expensive, and because bcrypt ignores what
// follows the 72nd byte of a password.
const (
	argonMemory  = 19 * 1024 // KiB
	argonPasses  = 2
	argonLanes   = 1
	argonSaltLen = 16
	argonKeyLen  = 32
)

// maxPassword bounds what is hashed, in bytes. A longer password is refused without a hash.
const maxPassword = 1024

var errBadHash = errors.New("stored password hash is not argon2id in PHC form")

// A Hasher hashes passwords, a few at a time.
//
// Each hash takes 19 MiB, so a flood of logins would use up the memory. A Hasher runs a bounded number of them at once; the
// others wait until their context ends. All servers of one process should share one.
//
// Go's garbage collector waits until the heap has doubled. A Hasher calls it when the hashes that have ended leave as much
// memory as one takes. Freed memory is kept for a while, because it may be needed again. A Hasher that was
// not used for quietFor gives it back to the system, so that an idle server is as small as before the first login.
type Hasher struct {
	slots chan struct{}
	left  atomic.Int64 // KiB, by hashes that have ended
	quiet *time.Timer
}

// quietFor is longer than logins are apart while a class logs in: to collect garbage for each of them would cost more.
const quietFor = 2 * time.Second

// NewHasher returns a Hasher that runs at most parallel hashes at once: at most parallel × 19 MiB.
func NewHasher(parallel int) *Hasher {
	return &Hasher{slots: make(chan struct{}, max(parallel, 1)), quiet: time.AfterFunc(quietFor, debug.FreeOSMemory)}
}

// Hash returns the hash of a password in the PHC string form, with its parameters and a new salt in it:
// $argon2id$v=19$m=19456,t=2,p=1$salt$key.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	if len(password) > maxPassword {
		return "", fmt.Errorf("hash password: longer than %d bytes", maxPassword)
	}
	return h.hash(ctx, password, newParams(argonMemory, argonPasses))
}

func (h *Hasher) hash(ctx context.Context, password string, p params) (string, error) {
	var err error
	p.key, err = h.derive(ctx, password, p)
	return p.String(), err
}

// Matches tells whether password is the one that encoded was made from. It takes the same time either way.
// ErrBusy means that no slot came free before ctx ended, and nothing was checked.
func (h *Hasher) Matches(ctx context.Context, encoded, password string) (bool, error) {
	p, err := parsePHC(encoded)
	if err != nil {
		return false, err
	}
	key, err := h.derive(ctx, password, p)
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(key, p.key) == 1, nil
}

func (h *Hasher) derive(ctx context.Context, password string, p params) ([]byte, error) {
	select {
	case h.slots <- struct{}{}:
		defer func() {
			if h.left.Add(int64(p.memory)) >= argonMemory {
				h.left.Add(-argonMemory)
				runtime.GC()
			}
			<-h.slots
			h.quiet.Reset(quietFor)
		}()
	case <-ctx.Done():
		return nil, fmt.Errorf("%w: %w", ErrBusy, ctx.Err())
	}
	return argon2.IDKey([]byte(password), p.salt, p.passes, p.memory, p.lanes, uint32(len(p.key))), nil
}

type params struct {
	memory, passes uint32
	lanes          uint8
	salt, key      []byte
}

// newParams returns params with a random salt, and with a random key that no password matches.
func newParams(memory, passes uint32) params {
	p := params{memory: memory, passes: passes, lanes: argonLanes, salt: make([]byte, argonSaltLen), key: make([]byte, argonKeyLen)}
	rand.Read(p.salt) // never fails: crypto/rand ends the program rather than return weak bytes
	rand.Read(p.key)
	return p
}

func (p params) String() string {
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s",
		argon2.Version, p.memory, p.passes, p.lanes, b64(p.salt), b64(p.key))
}

// parsePHC reads the text of String. It refuses costs above four times our own: the text comes from the database, and an
// attacker who can write there must not be able to use up the memory.
func parsePHC(encoded string) (params, error) {
	fields := strings.Split(encoded, "$")
	if len(fields) != 6 || fields[0] != "" || fields[1] != "argon2id" {
		return params{}, errBadHash
	}
	var version int
	var p params
	if _, err := fmt.Sscanf(fields[2], "v=%d", &version); err != nil || version != argon2.Version {
		return params{}, errBadHash
	}
	if _, err := fmt.Sscanf(fields[3], "m=%d,t=%d,p=%d", &p.memory, &p.passes, &p.lanes); err != nil {
		return params{}, errBadHash
	}
	if p.memory > 4*argonMemory || p.passes == 0 || p.passes > 4*argonPasses || p.lanes == 0 {
		return params{}, errBadHash
	}
	var err error
	if p.salt, err = base64.RawStdEncoding.DecodeString(fields[4]); err != nil || len(p.salt) < 8 {
		return params{}, errBadHash
	}
	if p.key, err = base64.RawStdEncoding.DecodeString(fields[5]); err != nil || len(p.key) < 16 || len(p.key) > 64 {
		return params{}, errBadHash
	}
	return p, nil
}
