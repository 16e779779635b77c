package experiment

import (
	"strconv"
	"time"

	"authlab/lab/contract"
)

// An identity tells the clients of a recording apart. Its name is given to it with the first request that is noted.
type identity struct {
	scheme, name string
	from         *identity // nil: it has a login of its own
}

// nameOf is the name of the client that a user is.
func (r *recorder) nameOf(u *User) string {
	if u.identity.name == "" {
		u.identity.scheme, u.identity.name = u.Scheme, u.Name
		r.names[u.Scheme+" "+u.Name]++
		if n := r.names[u.Scheme+" "+u.Name]; n > 1 {
			u.identity.name += "-" + strconv.Itoa(n)
		}
	}
	return u.identity.name
}

// copied notes that another client has a user's credential now, or that the user has kept a copy, and returns who that is.
func (r *recorder) copied(u *User, kept bool) *identity {
	who := &identity{}
	if r == nil || u.Credential() == "" {
		return who
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.nameOf(u)
	who.from = u.identity
	n := &note{user: u.Name, who: who, Beat: contract.Beat{
		Kind: contract.BeatCopy, Kept: kept, AtMS: milliseconds(time.Since(r.began)), Credential: held(u, time.Now().Add(r.ahead)),
	}}
	r.sample.came(n)
	r.sample.copy(n)
	return who
}

// watched notes whether a user's stream goes on.
func (r *recorder) watched(u *User, open bool) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	n := &note{user: u.Name, who: u.identity, Beat: contract.Beat{
		Kind: contract.BeatStream, Scheme: u.Scheme, Client: r.nameOf(u), Open: open, AtMS: milliseconds(time.Since(r.began)),
	}}
	r.sample.came(n)
	r.sample.notes = append(r.sample.notes, n)
}
