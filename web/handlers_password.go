package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"authlab/account"
	"authlab/token"
	"authlab/web/scheme"
)

// How many of a user's logins by a scheme a replica can end.
const (
	endsAll  = "all"          // what they are looked up by is in a place that all replicas share
	endsHere = "this-replica" // the other replicas' memories are out of reach
	endsNone = "none"         // the credential itself says that it is good, until its time is over
)

// ends tells how many of a user's logins by a scheme a replica can end.
func ends(row scheme.Scheme) string {
	switch {
	case row.Credential == scheme.DPoP: // Redis is asked about proofs alone
		return endsNone
	case row.AsksRedis, row.RememberedAt == scheme.InPostgres, row.Credential == scheme.Password:
		return endsAll
	case row.RememberedAt == scheme.InReplica:
		return endsHere
	}
	return endsNone
}

// handlePassword handles the "POST {base}/password" route. It ends every login of the caller that can be ended, by every
// scheme, this one included: the password may be changed because a thief has it. The answer says for each scheme how many
// that are. Refresh tokens are ended too.
func (s *Server) handlePassword(m mounted) gin.HandlerFunc {
	return func(c *gin.Context) {
		var body struct {
			Old string `json:"old"`
			New string `json:"new"`
		}
		err := readJSON(c, &body)
		if err == nil {
			err = s.changePassword(c, callerOf(c).user.Name, body.Old, body.New)
		}
		if err == nil && m.sessions != nil {
			err = m.sessions.Logout(c)
		}
		if err != nil {
			s.refuse(c, err)
			return
		}
		if m.Name == scheme.TokenCookie {
			http.SetCookie(c.Writer, s.tokenCookie("", -1))
		}
		ended := gin.H{}
		for name, m := range s.schemes {
			ended[name] = ends(m.Scheme)
		}
		c.JSON(http.StatusOK, gin.H{"scheme": m.Name, "replica": s.config.Name, "user": gin.H{"name": callerOf(c).user.Name}, "ended": ended})
	}
}

// changePassword ends the user's logins before and after the change. If it cannot, because Redis or PostgreSQL is away, nothing
// has been changed and the client can try again; and a thief who logs in with the old password in between is out as well.
func (s *Server) changePassword(c *gin.Context, name, old, wanted string) error {
	if err := account.CheckNewPassword(wanted); err != nil {
		return err
	}
	if _, err := s.authenticate(c, name, old, loggedInDevice); errors.Is(err, account.ErrBadCredentials) {
		return errOldPassword
	} else if err != nil {
		return err
	}
	ctx := c.Request.Context()
	hash, err := s.hash(ctx, wanted)
	if err != nil {
		return err
	}
	if err := s.endLogins(ctx, name); err != nil {
		return err
	}
	if err := s.directory.SetPasswordHash(ctx, name, hash); err != nil {
		return err
	}
	s.Audit(ctx, account.Event{Kind: account.EventPasswordChanged, User: name})
	return s.endLogins(ctx, name)
}

// hash hashes a new password.
func (s *Server) hash(ctx context.Context, password string) (string, error) {
	hashing, cancel := context.WithTimeout(ctx, hashTimeout)
	defer cancel()
	defer timingOf(ctx).Add(costHash, "password hash (argon2id)", time.Now())
	return s.config.Hasher.Hash(hashing, password)
}

// endLogins ends all logins of a user that this replica can end. If Redis or PostgreSQL is away, none has ended: Redis is asked
// before anything ends, then what is in PostgreSQL ends, and then what is in Redis. So while the PostgreSQL of
// session-postgres is away, no password is changed by any scheme: the sessions there would come back with it, a thief's too.
func (s *Server) endLogins(ctx context.Context, user string) error {
	if s.postgres != nil {
		if err := PingRedis(ctx, s.config.Redis); err != nil {
			return fmt.Errorf("%w: %w", token.ErrUnavailable, err)
		}
		if err := s.postgres.EndAll(ctx, user); err != nil {
			return err
		}
	}
	if err := s.tokens.EndAll(ctx, user); err != nil {
		return err
	}
	for name, m := range s.schemes {
		if m.sessions == nil || name == scheme.SessionPostgres {
			continue
		}
		if err := m.sessions.EndAll(ctx, user); err != nil {
			return err
		}
	}
	return nil
}
