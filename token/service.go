package token

import (
	"cmp"
	"context"
	"sync/atomic"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/redis/go-redis/v9"

	"authlab/account"
)

// Defaults of Config. An access token cannot be changed, so a role that was taken away works on for as long as it lives.
const (
	DefaultIssuer   = "authlab"
	DefaultAudience = "authlab"
	DefaultAccess   = 15 * time.Minute
	DefaultRefresh  = 8 * time.Hour
)

// clientID is in every token, because RFC 9068 requires it. The only client that there is are the server's own pages.
const clientID = "authlab"

// Config says how a Service works. Keys is required. Directory and Redis are required by every method but Issue and Verify.
type Config struct {
	Keys      *Keyring
	Directory account.Directory // tells a user's roles at each refresh
	// Redis keeps refresh tokens and the denylist. The client must not retry commands: a repeated SET would read the first
	// use of a refresh token as its second.
	Redis    redis.UniversalClient
	Prefix   string        // of every key in Redis
	Issuer   string        // DefaultIssuer
	Audience string        // DefaultAudience
	Access   time.Duration // life of an access token; DefaultAccess
	Refresh  time.Duration // life of a login, however often it is refreshed; DefaultRefresh
	// UndetectedReuse is for how long a spent refresh token works on; 0, and it should stay 0. It is a help for clients that
	// refresh twice at once, and it gives up what rotation is for: a thief's use within that time is not told from a second
	// tab's, and the thief stays in for as long as the login lasts (RFC 9700, section 4.14.2).
	UndetectedReuse time.Duration
	Now             func() time.Time // time.Now
	Audit           account.Audit    // is told of each EventLogin, EventRefreshReused and EventLogoutEverywhere; nil: nothing is
}

// A Service issues tokens, verifies and refreshes them, and takes them back.
type Service struct {
	config    Config
	validator *jwt.Validator // checks times and claims
	verified  *verifiedCache
	reuse     atomic.Int64 // Config.UndetectedReuse, in nanoseconds
}

// NewService returns a Service with the defaults filled in.
func NewService(config Config) *Service {
	config.Issuer = cmp.Or(config.Issuer, DefaultIssuer)
	config.Audience = cmp.Or(config.Audience, DefaultAudience)
	config.Access = cmp.Or(config.Access, DefaultAccess)
	config.Refresh = cmp.Or(config.Refresh, DefaultRefresh)
	if config.Now == nil {
		config.Now = time.Now
	}
	s := &Service{
		config: config, verified: newVerifiedCache(),
		validator: jwt.NewValidator(
			jwt.WithExpirationRequired(), jwt.WithIssuedAt(), jwt.WithIssuer(config.Issuer), jwt.WithAudience(config.Audience),
			jwt.WithTimeFunc(config.Now),
		),
	}
	s.SetUndetectedReuse(config.UndetectedReuse)
	return s
}

// SetUndetectedReuse changes Config.UndetectedReuse from now on.
func (s *Service) SetUndetectedReuse(window time.Duration) { s.reuse.Store(int64(window)) }

// A Pair is the answer to a login and to a refresh (RFC 6749, section 5.1).
type Pair struct {
	AccessToken  string `json:"access_token"`
	TokenType    string `json:"token_type"`
	ExpiresIn    int    `json:"expires_in"` // seconds
	RefreshToken string `json:"refresh_token"`
}

func (s *Service) pair(access string, refresh refreshToken, thumbprint string) Pair {
	return Pair{
		AccessToken: access, TokenType: tokenType(thumbprint != ""), ExpiresIn: int(s.config.Access / time.Second), RefreshToken: refresh.String(),
	}
}

// Login issues an access token and starts a family of refresh tokens for a user whose password was just checked.
// ErrUnavailable: Redis could not keep the refresh token, and no token was issued.
func (s *Service) Login(ctx context.Context, user account.User) (Pair, error) {
	return s.login(ctx, user, "")
}

// LoginBound is Login for a client that proved that it holds a key: all tokens of the login are bound to it.
func (s *Service) LoginBound(ctx context.Context, user account.User, proof Proof) (Pair, error) {
	return s.login(ctx, user, proof.Thumbprint)
}

func (s *Service) login(ctx context.Context, user account.User, thumbprint string) (Pair, error) {
	refresh := newRefreshToken(user.Name)
	at, err := s.startFamily(ctx, user.Name, refresh, thumbprint)
	if err != nil {
		return Pair{}, err
	}
	access, _, err := s.issue(user, refresh.id(), at, thumbprint)
	if err != nil {
		_ = s.config.Redis.Del(ctx, s.familyKey(refresh.id())).Err() // if it fails: no client has its refresh token
		return Pair{}, err
	}
	s.config.Audit.Tell(ctx, account.Event{Kind: account.EventLogin, User: user.Name})
	return s.pair(access, refresh, thumbprint), nil
}

// Refresh returns a new pair for a refresh token, which works no second time. The new access token has the roles that
// the user has now.
//
// A client that was answered with ErrUnavailable, ErrRefreshPending, or an error of the users database can send the same
// token again, a second later, without being taken for a thief.
func (s *Service) Refresh(ctx context.Context, text string) (Pair, error) {
	return s.refresh(ctx, text, "")
}

// RefreshBound is Refresh for the tokens of LoginBound. A refresh token of another key is refused, and not spent.
func (s *Service) RefreshBound(ctx context.Context, text string, proof Proof) (Pair, error) {
	return s.refresh(ctx, text, proof.Thumbprint)
}

func (s *Service) refresh(ctx context.Context, text, thumbprint string) (Pair, error) {
	token, err := parseRefreshToken(text)
	if err != nil {
		return Pair{}, err
	}
	next, family, err := s.spend(ctx, token, thumbprint)
	if err != nil {
		return Pair{}, err
	}
	user, err := s.config.Directory.User(ctx, family.User)
	if err != nil {
		return Pair{}, err
	}
	access, _, err := s.issue(user, cmp.Or(family.First, next.id()), time.UnixMilli(family.AuthTime), thumbprint)
	if err != nil {
		return Pair{}, err
	}
	if err := s.confirm(ctx, next, family.User); err != nil {
		return Pair{}, err
	}
	return s.pair(access, next, thumbprint), nil
}
