package token

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"authlab/account"
)

// Defaults of Config. An access token cannot be taken back, so its life is how long a mistake lasts.
const (
	DefaultIssuer    = "authlab"
	DefaultAudience  = "authlab"
	DefaultAccess    = 15 * time.Minute
	DefaultRefresh   = 8 * time.Hour
	defaultClientID  = "authlab"
	defaultTokenType = "Bearer"
)

var errNotObject = errors.New("not a JSON object")

// Config says how a Service works. Keys, Directory, Families and Denylist are required.
type Config struct {
	Keys      *Keyring
	Directory account.Directory // the roles of a user, asked at each refresh
	Families  *Families
	Denylist  *Denylist
	Issuer    string           // DefaultIssuer
	Audience  string           // DefaultAudience
	Access    time.Duration    // life of an access token; DefaultAccess
	Now       func() time.Time // time.Now
}

// A Service issues and verifies.
type Service struct {
	config    Config
	parser    *jwt.Parser
	validator *jwt.Validator // the parser's checks of times and claims alone
	seen      *seen
}

// A Pair is what a login gives (RFC 6749, section 5.1).
type Pair struct {
	AccessToken  string `json:"access_token"`
	TokenType    string `json:"token_type"`
	ExpiresIn    int    `json:"expires_in"` // seconds
	RefreshToken string `json:"refresh_token"`
}

// NewService returns a Service with the defaults filled in.
func NewService(config Config) *Service {
	config.Issuer = cmp.Or(config.Issuer, DefaultIssuer)
	config.Audience = cmp.Or(config.Audience, DefaultAudience)
	config.Access = cmp.Or(config.Access, DefaultAccess)
	if config.Now == nil {
		config.Now = time.Now
	}
	options := []jwt.ParserOption{
		jwt.WithValidMethods(Algorithms()), // never "none"; which one of them, the key decides
		jwt.WithStrictDecoding(),
		jwt.WithExpirationRequired(),
		jwt.WithIssuedAt(),
		jwt.WithIssuer(config.Issuer),
		jwt.WithAudience(config.Audience),
		jwt.WithTimeFunc(config.Now),
	}
	return &Service{config: config, parser: jwt.NewParser(options...), validator: jwt.NewValidator(options...), seen: newSeen()}
}

// Issue signs an access token for a user. It needs nothing but the key, and nothing remembers it. ErrTooLong: the user
// has so many roles that nobody would look at the token.
func (s *Service) Issue(user account.User) (string, Claims, error) {
	return s.issue(user, newFamilyID())
}

func (s *Service) issue(user account.User, family string) (string, Claims, error) {
	now := s.config.Now()
	claims := Claims{
		Issuer: s.config.Issuer, Subject: user.Name, Audience: jwt.ClaimStrings{s.config.Audience},
		IssuedAt: Instant(now.Truncate(time.Millisecond)), ExpiresAt: jwt.NewNumericDate(now.Add(s.config.Access)),
		ID: randomText(16), ClientID: defaultClientID, FamilyID: family, Roles: user.Roles,
	}
	key := s.config.Keys.Signing()
	t := jwt.NewWithClaims(key.method, &claims)
	t.Header["typ"], t.Header["kid"] = mediaType, key.id
	text, err := t.SignedString(key.private)
	if err != nil {
		return "", Claims{}, fmt.Errorf("issue token: %w", err)
	}
	if len(text) > MaxLength {
		return "", Claims{}, fmt.Errorf("issue token: %w: %d bytes, and %d is the most", ErrTooLong, len(text), MaxLength)
	}
	return text, claims, nil
}

// Login issues an access token and starts a family of refresh tokens. ErrUnavailable: the refresh token could not be
// kept, and nothing was issued.
func (s *Service) Login(ctx context.Context, user account.User) (Pair, error) {
	family := newFamilyID()
	access, _, err := s.issue(user, family)
	if err != nil {
		return Pair{}, err
	}
	refresh, err := s.config.Families.Start(ctx, user.Name, family)
	if err != nil {
		return Pair{}, err
	}
	return s.pair(access, refresh), nil
}

// Refresh spends a refresh token for a new pair. The roles in the new access token are those of now.
//
// The token is spent last. Whatever can fail before (a users database that does not answer) leaves it good, so that the
// client's honest second try is not taken for a thief's.
func (s *Service) Refresh(ctx context.Context, refreshToken string) (Pair, error) {
	family, err := s.config.Families.Find(ctx, refreshToken)
	if err != nil {
		return Pair{}, err
	}
	if err := s.config.Denylist.checkFamily(ctx, family); err != nil {
		return Pair{}, err
	}
	user, err := s.config.Directory.User(ctx, family.User)
	if err != nil {
		return Pair{}, err
	}
	access, _, err := s.issue(user, family.ID)
	if err != nil {
		return Pair{}, err
	}
	next, err := s.config.Families.Rotate(ctx, refreshToken)
	if err != nil {
		return Pair{}, err
	}
	return s.pair(access, next), nil
}

func (s *Service) pair(access, refresh string) Pair {
	return Pair{
		AccessToken: access, TokenType: defaultTokenType,
		ExpiresIn: int(s.config.Access / time.Second), RefreshToken: refresh,
	}
}

// Verify checks format, signature, times and claims, in that order, and asks nobody. Its errors say at which of these
// stages a token failed. The signature of a token that comes again is not computed again: Claims.Seen says so.
func (s *Service) Verify(_ context.Context, token string) (Claims, error) {
	if v, ok := s.seen.get(token); ok {
		if key, ok := s.config.Keys.find(v.key.id); ok && key == v.key {
			if err := s.validator.Validate(&v.claims); err != nil {
				return Claims{}, stageOf(err)
			}
			v.claims.Seen = true
			return v.claims, nil
		}
	}
	h, err := check(token)
	if err != nil {
		return Claims{}, err
	}
	key, ok := s.config.Keys.find(h.KeyID)
	if !ok {
		return Claims{}, fmt.Errorf("%w: no key with the ID %.40q", ErrSignature, h.KeyID)
	}
	if key.Algorithm() != h.Algorithm {
		return Claims{}, fmt.Errorf("%w: alg is %.10q, and the key %q is for %s", ErrSignature, h.Algorithm, key.id, key.Algorithm())
	}
	var claims Claims
	_, err = s.parser.ParseWithClaims(token, &claims, func(*jwt.Token) (any, error) { return key.public, nil })
	if err != nil {
		return Claims{}, stageOf(err) // claims of a token that failed are nobody's
	}
	s.seen.add(token, claims, key)
	return claims, nil
}

// VerifyRevocable checks what Verify does, and then asks the denylist: one command.
func (s *Service) VerifyRevocable(ctx context.Context, token string) (Claims, error) {
	claims, err := s.Verify(ctx, token)
	if err != nil {
		return Claims{}, err
	}
	if err := s.CheckRevoked(ctx, claims); err != nil {
		return Claims{}, err
	}
	return claims, nil
}

// CheckRevoked asks whether a token that Verify accepted has been taken back since. ErrDenied: it has. ErrUnavailable:
// nobody can tell.
func (s *Service) CheckRevoked(ctx context.Context, claims Claims) error {
	return s.config.Denylist.Check(ctx, claims)
}

// Logout takes this access token back, and with it the whole login that it came from: its refresh token, and every
// access token that was ever refreshed from it.
func (s *Service) Logout(ctx context.Context, claims Claims) error {
	if err := s.config.Denylist.Deny(ctx, claims); err != nil {
		return err
	}
	return s.config.Families.End(ctx, claims.FamilyID)
}

// LogoutRefresh ends the family of a refresh token, for a client whose access token has already expired.
func (s *Service) LogoutRefresh(ctx context.Context, refreshToken string) error {
	return s.config.Families.EndOf(ctx, refreshToken)
}

// LogoutEverywhere denies every access token and every family of a user that exist now.
func (s *Service) LogoutEverywhere(ctx context.Context, user string) error {
	return s.config.Denylist.DenyBefore(ctx, user, s.config.Now())
}

// stageOf tells at which stage the library refused.
func stageOf(err error) error {
	switch {
	case errors.Is(err, jwt.ErrTokenMalformed):
		return fmt.Errorf("%w: it cannot be decoded", ErrFormat)
	case errors.Is(err, jwt.ErrTokenExpired):
		return fmt.Errorf("%w: it has expired", ErrTime)
	case errors.Is(err, jwt.ErrTokenUsedBeforeIssued):
		return fmt.Errorf("%w: it was issued in the future", ErrTime)
	case errors.Is(err, jwt.ErrTokenInvalidClaims):
		return fmt.Errorf("%w: %s", ErrClaims, strings.TrimPrefix(err.Error(), jwt.ErrTokenInvalidClaims.Error()+": "))
	default:
		return fmt.Errorf("%w: it does not fit header and payload", ErrSignature)
	}
}

func randomText(bytes int) string {
	b := make([]byte, bytes)
	rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}
