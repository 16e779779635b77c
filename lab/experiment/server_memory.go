package experiment

import (
	"context"
	"fmt"
	"slices"
)

// weighedUsers is how many log in at the most. One leaves as many bytes as another, so more would weigh the same each.
const weighedUsers = 1000

// serverMemory weighs what the server keeps about those who are logged in.
func serverMemory() Experiment {
	return Experiment{
		Name:     "server-memory",
		Question: "What does the server keep for each user who is logged in, and where?",
		Claim:    "Tokens cost the server nothing; sessions fill its memory.",
		Predict: whatever(with(with(with(always("0", SessionCookie, TokenStateless, TokenCookie),
			"replica", SessionMemory), "Redis", SessionRedis), "0 + revoked", TokenRevocable)),
		Run: func(ctx context.Context, b *Bench) error {
			for _, scheme := range populatedSchemes() {
				w, err := b.weigh(ctx, scheme)
				if err != nil {
					return err
				}
				b.Observe(scheme, w.where(), w.measures())
			}
			return nil
		},
		Lesson: func(r Result) string {
			session, refresh := r.Measure(SessionRedis, "bytes_per_user"), r.Measure(TokenRevocable, "refresh_bytes_per_user")
			return fmt.Sprintf("A session took %.0f bytes in a replica, or %.0f in Redis, which is %.1f MB for 10,000 users. The signed "+
				"cookie and the access token took none: they were still good when Redis had been emptied. But the refresh token "+
				"that came with it is a ticket again, and took %.0f bytes (%.1f MB), nearly what a session does; and each login that "+
				"was taken back %.0f more on the denylist, until its tokens would have expired.",
				r.Measure(SessionMemory, "bytes_per_user"), session, session/100, refresh, refresh/100,
				r.Measure(TokenRevocable, "bytes_per_logout"))
		},
	}
}

// A weighing is what the users of one scheme left at the server. What is in Redis is told apart by its use: if a login
// survives that Redis is emptied, then what was there did not carry it. For a token that is the refresh token.
type weighing struct {
	users, leavers int
	replicas       int64 // bytes that the logins left in the replicas' memory
	store          int64 // and in Redis
	asked          int   // users who were asked when Redis had been emptied
	survived       int   // and were still known
	growth         int64 // bytes that came when the leavers logged out
	refused        int   // credentials of leavers that were no good any more
}

// weigh logs users in, empties Redis under them, asks every tenth, and lets those who are still known log out.
func (b *Bench) weigh(ctx context.Context, scheme string) (weighing, error) {
	w := weighing{users: min(b.Users, weighedUsers)}
	if err := b.Target.FlushStore(ctx); err != nil {
		return w, err
	}
	before, err := b.Target.Bytes(ctx)
	if err != nil {
		return w, err
	}
	people, err := b.Populate(ctx, Sticky, w.users, scheme)
	if err != nil {
		return w, err
	}
	after, err := b.Target.Bytes(ctx)
	if err != nil {
		return w, err
	}
	w.replicas, w.store = after.Replicas-before.Replicas, after.Store-before.Store
	if err := b.Target.FlushStore(ctx); err != nil {
		return w, err
	}
	tenth := people.where(func(i int) bool { return i%10 == 0 })
	found, err := tenth.visit(ctx)
	if err != nil {
		return w, err
	}
	w.asked, w.survived = len(tenth), len(found.known)
	return w, w.takeBack(ctx, b.Target, found.known)
}

// takeBack lets the leavers log out, and shows the server their old credentials again.
func (w *weighing) takeBack(ctx context.Context, target Target, leavers population) error {
	before, err := target.Bytes(ctx)
	if err != nil {
		return err
	}
	copies := slices.Clone(leavers)
	for i, user := range leavers {
		copies[i] = user.Copy()
	}
	if err := leavers.each(ctx, func(ctx context.Context, i int) error { return leavers[i].Logout(ctx) }); err != nil {
		return err
	}
	after, err := target.Bytes(ctx)
	if err != nil {
		return err
	}
	found, err := copies.visit(ctx)
	w.leavers, w.growth, w.refused = len(leavers), after.Replicas+after.Store-before.Replicas-before.Store, len(found.out)
	return err
}

// where names the places where a login is kept, and whether logging out leaves something that the server goes by.
func (w weighing) where() string {
	place := "0"
	switch {
	case w.survived != 0 && w.survived != w.asked:
		return fmt.Sprintf("%d of %d need Redis", w.asked-w.survived, w.asked)
	case w.replicas > 0 && w.survived == 0:
		place = "replica and Redis"
	case w.replicas > 0:
		place = "replica"
	case w.survived == 0:
		place = "Redis"
	}
	if w.growth > 0 && w.refused == w.leavers {
		place += " + revoked"
	}
	return place
}

func (w weighing) measures() map[string]float64 {
	inUse, refresh := w.replicas, w.store
	if w.survived == 0 {
		inUse, refresh = w.replicas+w.store, 0
	}
	return map[string]float64{
		"users": float64(w.users), "logged_out": float64(w.leavers),
		"bytes_per_user": float64(inUse) / float64(w.users), "refresh_bytes_per_user": float64(refresh) / float64(w.users),
		"bytes_per_logout": float64(w.growth) / float64(max(w.leavers, 1)),
	}
}
