package token

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"authlab/account"
)

// The Service keeps refresh tokens in Redis. A family is one login and every token that was refreshed from it.
//
//	authlab:family:{slot}:<id>              a familyRecord, as JSON
//	authlab:reuse:{slot}:<hash of a token>  it was spent, less than Config.UndetectedReuse ago
//
// A refresh token works once. If one is used a second time, two clients have it, and the server cannot tell the user from
// the thief. So the family ends, and both have to log in (RFC 9700, section 4.14.2).
//
// A refresh token has two halves. The first is the same in all tokens of a family. It begins with the slot in which all keys
// of its user are, and the family's ID is that slot and the hash of the half. The second half is new at each refresh. So Redis
// keeps one record of a family, however often it was refreshed: a token that leads to the family, and is not the newest, was
// used before.
//
// A refresh takes two steps, because Redis or the users database may break off in the middle:
//
//	spend     the next token takes the place of this one, which is "spent, not confirmed"
//	confirm   last, before the client is answered: the spent token is of no use any more
//
// A client that was answered with an error tries again with the token that it has. It is not taken for a thief: a token
// that is not confirmed may be spent again, as soon as the request that spent it must have given up.

// A familyRecord is what Redis keeps of a family. Scripts read and change it.
type familyRecord struct {
	User      string    `json:"user"`
	AuthTime  int64     `json:"auth_time"`          // of the login, in milliseconds, by the clock of Redis
	ExpiresAt time.Time `json:"expires_at"`         // a refresh does not move it
	Newest    string    `json:"newest"`             // hash of the token that may be spent
	Others    []string  `json:"others,omitempty"`   // of other clients; only with Config.UndetectedReuse
	Spent     string    `json:"spent,omitempty"`    // hash of the token before it, until the refresh is confirmed
	SpentAt   int64     `json:"spent_at,omitempty"` // when, in milliseconds, by the clock of Redis
	// Thumbprint is of the key that the client has to prove that it holds, if the tokens of the family are bound to one.
	Thumbprint string `json:"jkt,omitempty"`
}

// halfChars is the length of half a refresh token: a rand.Text, of 128 random bits or more, of which the slot takes 5.
const halfChars = 26

// slots are the characters of a rand.Text.
const slots = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"

// slotOf is one of 32 slots, in which all keys of a user are.
func slotOf(user string) string {
	sum := sha256.Sum256([]byte(user))
	i := int(sum[0]) % len(slots)
	return slots[i : i+1]
}

func (s *Service) familyKey(id string) string { return s.key("family", slotOfFamily(id), id) }

// slotOfFamily is the slot of its user, with which the ID of a family begins.
func slotOfFamily(id string) string { return id[:min(len(id), 1)] }

// A refreshToken is what a client has of a family.
type refreshToken struct{ family, once string }

// newRefreshToken is the first token of a user's family.
func newRefreshToken(user string) refreshToken {
	return refreshToken{slotOf(user) + rand.Text()[1:], rand.Text()}
}

func (t refreshToken) String() string { return t.family + t.once }

// next is the token that takes the place of t.
func (t refreshToken) next() refreshToken { return refreshToken{t.family, rand.Text()} }

// id is the family's. It stands in access tokens (sid), so nothing that it says may lead to a refresh token.
func (t refreshToken) id() string { return slotOfFamily(t.family) + hash(t.family) }

// hash returns 128 bits of a hash, because the secret has no more.
func hash(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

func parseRefreshToken(text string) (refreshToken, error) {
	if len(text) != 2*halfChars || !strings.Contains(slots, text[:1]) {
		return refreshToken{}, ErrRefreshFormat
	}
	return refreshToken{text[:halfChars], text[halfChars:]}, nil
}

// storeNow begins a script. It is the time in milliseconds by the clock of Redis, which is the same for all replicas.
const storeNow = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
`

// start keeps the record ARGV[1] of a family KEYS[1] for ARGV[2] milliseconds, and returns the time of its login: after the
// last "log out everywhere" of the user (KEYS[2]), also if both are in the same millisecond.
const start = storeNow + `
local family = cjson.decode(ARGV[1])
family.auth_time = math.max(now, tonumber(redis.call('GET', KEYS[2]) or 0) + 1)
redis.call('SET', KEYS[1], cjson.encode(family), 'PX', ARGV[2])
return family.auth_time`

// startFamily begins the family of a token, and returns the time of the login.
func (s *Service) startFamily(ctx context.Context, user string, first refreshToken, thumbprint string) (time.Time, error) {
	text, err := json.Marshal(familyRecord{
		User: user, ExpiresAt: s.config.Now().Add(s.config.Refresh), Newest: hash(first.once), Thumbprint: thumbprint,
	})
	if err != nil {
		return time.Time{}, fmt.Errorf("start family: %w", err)
	}
	at, err := s.config.Redis.Eval(ctx, start, []string{s.familyKey(first.id()), s.notBeforeKey(user)}, text, s.config.Refresh.Milliseconds()).Int64()
	if err != nil {
		return time.Time{}, unavailable("start family", "EVAL", err)
	}
	return time.UnixMilli(at), nil
}

// spend puts the token with the hash ARGV[2] in the place of the one with the hash ARGV[1], and returns the family's record
// KEYS[1]. Or it returns why not: the family has ended (KEYS[2]) or is unknown, it is bound to another key than the one with
// the thumbprint ARGV[4], the token was used before, or another request has spent it in the last ARGV[3] milliseconds, and
// has not confirmed it.
//
// ARGV[5] is Config.UndetectedReuse in milliseconds. In that time (KEYS[3]) a token that was used before is taken for one of
// another client, such as a second tab: the new one is good beside the others, of which there are ARGV[6] at the most.
const spend = storeNow + `
local text = redis.call('GET', KEYS[1])
if not text then return redis.call('EXISTS', KEYS[2]) == 1 and 'ended' or 'unknown' end
local family = cjson.decode(text)
if (family.jkt or '') ~= ARGV[4] then return 'bound' end
if family.newest ~= ARGV[1] then
	local others, at = family.others or {}, 0
	for i, other in ipairs(others) do if other == ARGV[1] then at = i end end
	if at == 0 and family.spent == ARGV[1] then
		if now - family.spent_at < tonumber(ARGV[3]) then return 'pending' end
	else
		if at == 0 then at = #others + 1 end
		local again = ARGV[5] ~= '0' and redis.call('EXISTS', KEYS[3]) == 1
		if at > #others and not again or at > tonumber(ARGV[6]) then return 'reused ' .. family.user end
		others[at] = family.newest
		family.others = others
	end
end
if ARGV[5] ~= '0' then redis.call('SET', KEYS[3], 1, 'PX', ARGV[5], 'NX') end
family.newest, family.spent, family.spent_at = ARGV[2], ARGV[1], now
redis.call('SET', KEYS[1], cjson.encode(family), 'PX', redis.call('PTTL', KEYS[1]))
return text`

// mostOthers is far more than a user has tabs, and few enough that a client which reuses a token all the time fills no record.
const mostOthers = 16

// confirm makes the token with the hash ARGV[1] the only good one of the family KEYS[1], but for those of other clients. If the
// family is gone, if its user has logged out everywhere since its login (KEYS[2]), or if another request has spent the token
// before it meanwhile, it returns why not.
const confirm = `
local text = redis.call('GET', KEYS[1])
if not text then return 'ended' end
local family = cjson.decode(text)
if family.auth_time <= tonumber(redis.call('GET', KEYS[2]) or 0) then
	redis.call('DEL', KEYS[1])
	return 'ended'
end
for _, other in ipairs(family.others or {}) do if other == ARGV[1] then return '' end end
if family.newest ~= ARGV[1] then return 'pending' end
family.spent, family.spent_at = nil, nil
redis.call('SET', KEYS[1], cjson.encode(family), 'PX', redis.call('PTTL', KEYS[1]))
return ''`

// A request that has spent a token and not confirmed it has given up after pendingFor, and was answered with an error that
// says when to try again: not before. Another request waits for it for less, because most are confirmed at once.
const (
	pendingFor   = time.Second
	pendingTries = 10
	pendingWait  = 20 * time.Millisecond
)

// spend spends a refresh token, and returns the next one and the record of its family. ErrRefreshReused: it was spent
// before, and the family has ended. Of many requests with the same token exactly one succeeds.
func (s *Service) spend(ctx context.Context, token refreshToken, thumbprint string) (refreshToken, familyRecord, error) {
	next, id := token.next(), token.id()
	slot := slotOfFamily(id)
	var found string
	for try := range pendingTries {
		var err error
		found, err = s.config.Redis.Eval(ctx, spend, []string{s.familyKey(id), s.deniedKey(slot, id), s.key("reuse", slot, hash(token.String()))},
			hash(token.once), hash(next.once), pendingFor.Milliseconds(), thumbprint, time.Duration(s.reuse.Load()).Milliseconds(), mostOthers).Text()
		if err != nil {
			return refreshToken{}, familyRecord{}, unavailable("spend refresh token", "EVAL", err)
		}
		if found != "pending" || try == pendingTries-1 {
			break
		}
		select {
		case <-time.After(pendingWait):
		case <-ctx.Done():
			return refreshToken{}, familyRecord{}, unavailable("spend refresh token", "EVAL", ctx.Err())
		}
	}
	if user, reused := strings.CutPrefix(found, "reused "); reused {
		if err := s.endFamily(ctx, id); err != nil {
			return refreshToken{}, familyRecord{}, err
		}
		s.config.Audit.Tell(ctx, account.Event{Kind: account.EventRefreshReused, User: user})
		return refreshToken{}, familyRecord{}, ErrRefreshReused
	}
	if why, refused := refusals[found]; refused {
		return refreshToken{}, familyRecord{}, why
	}
	var family familyRecord
	if err := json.Unmarshal([]byte(found), &family); err != nil {
		return refreshToken{}, familyRecord{}, fmt.Errorf("load family: %w: %w", ErrUnavailable, err)
	}
	if !s.config.Now().Before(family.ExpiresAt) {
		return refreshToken{}, familyRecord{}, fmt.Errorf("%w: it is older than %s", ErrFamilyEnded, s.config.Refresh)
	}
	return next, family, nil
}

// refusals are answers of the scripts.
var refusals = map[string]error{"unknown": ErrRefreshUnknown, "ended": ErrFamilyEnded, "pending": ErrRefreshPending, "bound": ErrRefreshBound}

// confirm is the last step of a refresh. If Redis breaks off over it, the client gets its new token all the same: it is the
// newest one, confirmed or not.
func (s *Service) confirm(ctx context.Context, next refreshToken, user string) error {
	answer, err := s.config.Redis.Eval(ctx, confirm, []string{s.familyKey(next.id()), s.notBeforeKey(user)}, hash(next.once)).Text()
	if err != nil {
		return nil //nolint:nilerr // see above
	}
	return refusals[answer]
}

// endFamily ends a family: spend refuses its refresh tokens from now on, and the denylist its access tokens.
func (s *Service) endFamily(ctx context.Context, id string) error {
	_, err := s.config.Redis.TxPipelined(ctx, func(tx redis.Pipeliner) error {
		tx.Del(ctx, s.familyKey(id))
		tx.Set(ctx, s.deniedKey(slotOfFamily(id), id), "login", s.config.Access+clockTolerance)
		return nil
	})
	if err != nil {
		return unavailable("end family", "DEL", err)
	}
	return nil
}

// LogoutRefresh ends the login of a refresh token, live or spent, for a client whose access token has expired.
// ErrRefreshUnknown: no such token was issued, or its login is long over. ErrRefreshFormat: it is none.
func (s *Service) LogoutRefresh(ctx context.Context, text string) error {
	token, err := parseRefreshToken(text)
	if err != nil {
		return err
	}
	found, err := s.config.Redis.MGet(ctx, s.familyKey(token.id()), s.deniedKey(slotOfFamily(token.id()), token.id())).Result()
	if err != nil {
		return unavailable("find refresh token", "MGET", err)
	}
	if found[0] == nil && found[1] == nil {
		return ErrRefreshUnknown
	}
	return s.endFamily(ctx, token.id())
}
