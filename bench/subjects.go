package main

import "strings"

// The names of the subjects. "observed" peers write a line of log and count each request, as authlab always does.
const (
	plainGin = "gin, no login"
	observed = ", observed"

	ginRedis  = "gin-contrib/sessions redis"
	ginCookie = "gin-contrib/sessions cookie"
	scsName   = "scs goredisstore"
	ginJWTv2  = "appleboy/gin-jwt v2 HS256"
	bareJWTv5 = "golang-jwt v5 HS256"

	oursRedis     = "authlab session-redis"
	oursMemory    = "authlab session-memory"
	oursCookie    = "authlab session-cookie"
	oursSeen      = "authlab token-stateless ES256, seen before"
	oursSeenHS    = "authlab token-stateless HS256, seen before"
	oursNewHS     = "authlab token-stateless HS256, every token new"
	oursNewES     = "authlab token-stateless ES256, every token new"
	oursRevocable = "authlab token-revocable ES256, seen before"
	oursPostgres  = "authlab session-postgres"
)

// A promise is a ratio of requests per second that authlab should reach.
type promise struct {
	ours, peer string
	atLeast    float64
}

var promises = []promise{
	{oursRedis, ginRedis, 2},
	{oursRedis, scsName, 1.7},
	{oursCookie, ginCookie, 1.5},
	{oursNewHS, bareJWTv5, 1},
	{oursNewHS, ginJWTv2, 1},
	{oursSeen, plainGin, 0.75},
	{oursBalancer, nginxName, 0.6},
	{oursBalancer, caddyName, 1.2},
}

// prepare starts every server and logs in.
func prepare(p *processes, only string) ([]*subject, error) {
	var subjects []*subject
	add := func(s *subject) {
		if len(subjects) == 0 || strings.Contains(s.name, only) {
			subjects = append(subjects, s)
		}
	}
	if err := p.startRedis(); err != nil {
		return nil, err
	}
	hs256 := newHS256()
	es256, err := newES256()
	if err != nil {
		return nil, err
	}
	for _, isObserved := range []bool{false, true} {
		for _, row := range []struct{ name, peer string }{
			{plainGin, "gin"}, {ginRedis, ginRedis}, {scsName, scsName}, {ginCookie, ginCookie}, {ginJWTv2, ginJWTv2}, {bareJWTv5, bareJWTv5},
		} {
			server, err := p.startPeer(row.peer, isObserved)
			if err != nil {
				return nil, err
			}
			s := &subject{name: row.name, server: server, path: "/me"}
			if isObserved {
				s.name += observed
			}
			switch row.peer {
			case ginRedis, ginCookie, scsName:
				s.login = "/login"
			case ginJWTv2, bareJWTv5:
				s.fresh, s.perTurn = &hs256, 40_000
			}
			add(s)
		}
	}
	if err := addOurs(p, hs256, es256, add); err != nil {
		return nil, err
	}
	return subjects, addBalancers(p, add)
}

func addOurs(p *processes, hs256, es256 signer, add func(*subject)) error {
	if err := p.buildOurs(); err != nil {
		return err
	}
	hs, err := p.startOurs(hs256)
	if err != nil {
		return err
	}
	es, err := p.startOurs(es256)
	if err != nil {
		return err
	}
	for _, row := range []struct{ name, scheme string }{
		{oursRedis, "redis"}, {oursPostgres, "postgres"}, {oursMemory, "memory"}, {oursCookie, "cookie"},
	} {
		if row.name == oursPostgres && p.sql == "" {
			continue
		}
		base := "/session/" + row.scheme
		add(&subject{name: row.name, server: es, path: base + "/me", login: base + "/login"})
	}
	seen, err := es256.token()
	if err != nil {
		return err
	}
	seenHS, err := hs256.token()
	if err != nil {
		return err
	}
	const stateless = "/token/stateless/me"
	add(&subject{name: oursSeen, server: es, path: stateless, bearer: seen})
	add(&subject{name: oursSeenHS, server: hs, path: stateless, bearer: seenHS})
	add(&subject{name: oursNewHS, server: hs, path: stateless, fresh: &hs256, perTurn: 40_000})
	add(&subject{name: oursNewES, server: es, path: stateless, fresh: &es256, perTurn: 12_000})
	add(&subject{name: oursRevocable, server: es, path: "/token/revocable/me", bearer: seen})
	return nil
}
