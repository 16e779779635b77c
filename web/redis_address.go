package web

import (
	"errors"
	"net"
	"net/url"
	"strings"

	"github.com/redis/go-redis/v9"
)

// errRedisAddress quotes neither the address nor the parser's words, because in a broken address any part may be the
// password.
var errRedisAddress = errors.New("redis address cannot be read: it should look like redis://user:password@host:6379/0, " +
	"with what is special in the password percent-encoded; like redis://user:password@host:6379,host:6379,host:6379 for a cluster; " +
	"or like redis+sentinel://user:password@host:26379,host:26379/master-name/0 for Sentinel")

// Mistakes that a general answer would not help to find.
var (
	errNoMaster     = errors.New("redis address names no master: it should look like redis+sentinel://host:26379,host:26379/master-name/0")
	errClusterIndex = errors.New("redis address names a database of a cluster, and a cluster has only database 0")
)

// A redisAddress is an address that was read.
type redisAddress struct {
	addrs   []string       // one server's; of several nodes of a cluster; or of Sentinels
	master  string         // the name by which Sentinel knows the primary; empty: there is no Sentinel
	options *redis.Options // of each server: user, password, database, TLS

	sentinelUser, sentinelPassword string
}

// parseRedis reads an address. Package url takes no list of hosts, so each host is read by itself.
func parseRedis(address string) (redisAddress, error) {
	scheme, rest, ok := strings.Cut(address, "://")
	if !ok || strings.HasPrefix(scheme, "unix+") || strings.Contains(rest, "#") { // what follows a # is dropped, and may be most of a password
		return redisAddress{}, errRedisAddress
	}
	end := len(rest)
	if i := strings.IndexAny(rest, "/?"); i >= 0 {
		end = i
	}
	user, hosts := "", rest[:end]
	if at := strings.LastIndex(hosts, "@"); at >= 0 {
		user, hosts = hosts[:at+1], hosts[at+1:]
	}
	path, query, _ := strings.Cut(rest[end:], "?")
	values, err := url.ParseQuery(query)
	if err != nil {
		return redisAddress{}, errRedisAddress
	}
	a, port := redisAddress{sentinelUser: values.Get("sentinel_username"), sentinelPassword: values.Get("sentinel_password")}, ""
	scheme, sentinel := strings.CutSuffix(scheme, "+sentinel")
	if sentinel {
		if a.master, path, _ = strings.Cut(strings.TrimPrefix(path, "/"), "/"); a.master == "" {
			return redisAddress{}, errNoMaster
		}
		path, port = "/"+path, ":26379"
		values.Del("sentinel_username")
		values.Del("sentinel_password")
	}
	for name := range values {
		if name != "db" && name != "skip_verify" { // the rest is ours to set
			return redisAddress{}, errRedisAddress
		}
	}
	for host := range strings.SplitSeq(hosts, ",") {
		if _, _, err := net.SplitHostPort(host); err != nil {
			host += port
		}
		options, err := redis.ParseURL(scheme + "://" + user + host + path + "?" + values.Encode())
		if err != nil {
			return redisAddress{}, errRedisAddress
		}
		if options.TLSConfig != nil {
			options.TLSConfig.ServerName = "" // of each server its own
		}
		a.addrs, a.options = append(a.addrs, options.Addr), options
	}
	if len(a.addrs) > 1 && !sentinel && a.options.DB != 0 {
		return redisAddress{}, errClusterIndex
	}
	return a, nil
}
