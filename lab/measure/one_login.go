package measure

import (
	"context"
	"encoding/json"
	"time"

	"authlab/web/scheme"
)

// measureLogins measures one login in each scheme: the password hash, which is the same for all, and the rest.
func (m *measurement) measureLogins(ctx context.Context) error {
	baseline, err := baselineOf(m.realHash)
	if err != nil {
		return err
	}
	all := loginSchemes()
	took := make([]loginTimes, len(all))
	stopped := m.logInInTurns(ctx, all, took, baseline)
	for i, sch := range all {
		t := took[i]
		if len(t.whole) == 0 {
			continue // the run was stopped before
		}
		row := Login{
			Scheme: sch.Name, Logins: len(t.whole), MedianUS: micros(median(t.whole)), HashUS: micros(median(t.hash)), RestUS: micros(median(t.rest)),
			TimesBaseline: ratio(median(t.rest), median(baseline.took)),
			WireBytes:     median(t.onWire), StoreCommands: median(t.commands), StoreRoundTrips: median(t.roundTrips),
		}
		if row.KeptReplica, row.KeptRedis, err = m.kept(sch); err != nil {
			return err
		}
		m.report.OneLogin = append(m.report.OneLogin, row)
	}
	return stopped
}

// logInInTurns logs in with each scheme Config.Logins times, and sends the baseline in between.
func (m *measurement) logInInTurns(ctx context.Context, all []scheme.Scheme, took []loginTimes, baseline *subject) error {
	for round := range m.config.Logins {
		if err := baseline.repeat(ctx, burst); err != nil {
			return err
		}
		for i := range all {
			i = (i + round) % len(all)
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := took[i].logIn(m.realHash, all[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// loginTimes is what the logins of one scheme cost.
type loginTimes struct {
	whole, hash, rest            []time.Duration
	onWire, commands, roundTrips []int
}

func (t *loginTimes) logIn(r *replica, sch scheme.Scheme) error {
	_, res, err := r.logIn(sch, alice())
	if err != nil {
		return err
	}
	spent := costOf(res.header)
	t.whole, t.hash, t.rest = append(t.whole, res.took), append(t.hash, spent.hash), append(t.rest, res.took-spent.hash)
	t.onWire = append(t.onWire, res.sent+res.received)
	t.commands, t.roundTrips = append(t.commands, spent.commands), append(t.roundTrips, spent.roundTrips)
	return nil
}

// kept is how many bytes a replica and Redis keep for one login: keys and records as text, on average over several users
// who have no other login. It empties Redis first.
func (m *measurement) kept(sch scheme.Scheme) (replica, redis int, err error) {
	m.redis.FlushAll()
	before, err := m.inReplica()
	if err != nil {
		return 0, 0, err
	}
	for _, u := range storedUsers() {
		if _, _, err := m.near.logIn(sch, u); err != nil {
			return 0, 0, err
		}
	}
	after, err := m.inReplica()
	if err != nil {
		return 0, 0, err
	}
	stored, err := m.inRedis()
	return (after - before) / len(storedUsers()), stored / len(storedUsers()), err
}

func (m *measurement) inReplica() (bytes int, err error) {
	for _, entry := range m.near.app.Remembers() {
		record, err := json.Marshal(entry.Record)
		if err != nil {
			return 0, err
		}
		bytes += len(entry.Key) + len(record)
	}
	return bytes, nil
}

// inRedis is the size of all keys and values in Redis. Logins store two types of values: strings and sorted sets.
func (m *measurement) inRedis() (bytes int, err error) {
	for _, key := range m.redis.Keys() {
		bytes += len(key)
		if m.redis.Type(key) != "zset" {
			text, err := m.redis.Get(key)
			if err != nil {
				return 0, err
			}
			bytes += len(text)
			continue
		}
		members, err := m.redis.ZMembers(key)
		if err != nil {
			return 0, err
		}
		for _, member := range members {
			bytes += len(member)
		}
	}
	return bytes, nil
}
