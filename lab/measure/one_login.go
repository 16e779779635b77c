package measure

import (
	"context"

	"authlab/lab/contract"
	"authlab/lab/control"
	"authlab/web/scheme"
)

// measureLogins measures one login in each scheme: the password hash, which is the same for all, and the rest.
func (m *measurement) measureLogins(ctx context.Context) error {
	baseline, err := baselineOf(m.realHash)
	if err != nil {
		return err
	}
	all := loginSchemes()
	logins := make([]costs, len(all))
	stopped := m.logInInTurns(ctx, all, logins, baseline)
	for i, sch := range all {
		c := logins[i]
		if len(c.took) == 0 {
			continue // the run was stopped before
		}
		row := Login{
			Scheme: sch.Name, Logins: len(c.took), MedianUS: micros(median(c.took)), HashUS: micros(median(c.hash)), RestUS: micros(median(c.rest)),
			TimesBaseline: ratio(median(c.rest), median(baseline.took)),
			WireBytes:     median(c.onWire), StoreCommands: median(c.commands), StoreRoundTrips: median(c.roundTrips),
		}
		if row.KeptReplica, row.KeptRedis, err = m.kept(ctx, sch); err != nil {
			return err
		}
		m.report.OneLogin = append(m.report.OneLogin, row)
	}
	return stopped
}

// logInInTurns logs in with each scheme Config.Logins times, and sends the baseline in between.
func (m *measurement) logInInTurns(ctx context.Context, all []scheme.Scheme, logins []costs, baseline *subject) error {
	for round := range m.config.Logins {
		if err := baseline.repeat(ctx, burst); err != nil {
			return err
		}
		for i := range all {
			i = (i + round) % len(all)
			if err := ctx.Err(); err != nil {
				return err
			}
			_, res, err := m.realHash.logIn(all[i], alice().Name)
			if err != nil {
				return err
			}
			logins[i].add(res)
		}
	}
	return nil
}

// kept is how many bytes a replica and Redis keep for one login: keys and records as text, on average over several users
// who have no other login. It empties Redis first.
func (m *measurement) kept(ctx context.Context, sch scheme.Scheme) (replica, redis int64, err error) {
	m.redis.FlushAll()
	before, err := control.SessionBytes(m.near.app.Remembers())
	if err != nil {
		return 0, 0, err
	}
	for i := range storedUsers {
		if _, _, err := m.near.logIn(sch, userName(i)); err != nil {
			return 0, 0, err
		}
	}
	after, err := control.SessionBytes(m.near.app.Remembers())
	if err != nil {
		return 0, 0, err
	}
	var stored contract.Bytes
	err = control.AddRedisBytes(ctx, &stored, m.near.client)
	return (after - before) / storedUsers, stored.Redis / storedUsers, err
}
