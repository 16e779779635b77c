package measure

import (
	"authlab/web/scheme"
	"context"
	"encoding/json"
	"time"
)

// measureLogins is the cost of one login in each scheme: the password hash, which is the same for all, and the rest.
func (b *bench) measureLogins(ctx context.Context) error {
	baseline, err := baselineOf(b.priced)
	if err != nil {
		return err
	}
	all := logins()
	took := make([]loginTimes, len(all))
	stopped := b.logInByTurns(ctx, all, took, baseline)
	for i, sch := range all {
		t := took[i]
		if len(t.whole) == 0 {
			continue // stopped before
		}
		row := Login{
			Scheme: sch.Name, Logins: len(t.whole), MedianUS: us(median(t.whole)), HashUS: us(median(t.hash)), RestUS: us(median(t.rest)),
			TimesBaseline: times(median(t.rest), median(baseline.took)),
			WireBytes:     median(t.onWire), StoreCommands: median(t.commands), StoreRoundTrips: median(t.roundTrips),
		}
		if row.KeptReplica, row.KeptRedis, err = b.kept(sch); err != nil {
			return err
		}
		b.report.OneLogin = append(b.report.OneLogin, row)
	}
	return stopped
}

// logInByTurns logs in with each scheme, as often as Config says, and sends the baseline in between.
func (b *bench) logInByTurns(ctx context.Context, all []scheme.Scheme, took []loginTimes, baseline *subject) error {
	for round := range b.config.Logins {
		if err := baseline.repeat(ctx, burst); err != nil {
			return err
		}
		for i := range all {
			i = (i + round) % len(all)
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := took[i].logIn(b.priced, all[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// loginTimes is what logins of one scheme cost.
type loginTimes struct {
	whole, hash, rest            []time.Duration
	onWire, commands, roundTrips []int
}

func (t *loginTimes) logIn(s *stand, sch scheme.Scheme) error {
	_, a, err := s.logIn(sch, alice())
	if err != nil {
		return err
	}
	paid := costOf(a.header)
	t.whole, t.hash, t.rest = append(t.whole, a.took), append(t.hash, paid.hash), append(t.rest, a.took-paid.hash)
	t.onWire = append(t.onWire, a.sent+a.received)
	t.commands, t.roundTrips = append(t.commands, paid.commands), append(t.roundTrips, paid.roundTrips)
	return nil
}

// kept is how many bytes a replica and Redis keep of one login, as text, on average over several users who are logged
// in nowhere else. It empties Redis first.
func (b *bench) kept(sch scheme.Scheme) (replica, redis int, err error) {
	b.redis.FlushAll()
	before, err := b.inReplica()
	if err != nil {
		return 0, 0, err
	}
	for _, who := range keepers() {
		if _, _, err := b.near.logIn(sch, who); err != nil {
			return 0, 0, err
		}
	}
	after, err := b.inReplica()
	if err != nil {
		return 0, 0, err
	}
	stored, err := b.inRedis()
	return (after - before) / len(keepers()), stored / len(keepers()), err
}

func (b *bench) inReplica() (bytes int, err error) {
	for _, entry := range b.near.app.Remembers() {
		record, err := json.Marshal(entry.Record)
		if err != nil {
			return 0, err
		}
		bytes += len(entry.Key) + len(record)
	}
	return bytes, nil
}

// inRedis knows the two kinds of keys that the logins make: a text, and a user's list.
func (b *bench) inRedis() (bytes int, err error) {
	for _, key := range b.redis.Keys() {
		bytes += len(key)
		if b.redis.Type(key) != "zset" {
			text, err := b.redis.Get(key)
			if err != nil {
				return 0, err
			}
			bytes += len(text)
			continue
		}
		members, err := b.redis.ZMembers(key)
		if err != nil {
			return 0, err
		}
		for _, member := range members {
			bytes += len(member)
		}
	}
	return bytes, nil
}
