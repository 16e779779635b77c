package bff

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"time"

	ginsessions "github.com/gin-contrib/sessions"
	"github.com/gin-gonic/gin"

	"authlab/session"
)

// maxBody is the largest body of a request, and maxAnswer the largest answer of another server that is read, in bytes.
const maxBody, maxAnswer = 4 << 10, 64 << 10

// homeTimeout is how long a request waits for a refresh.
const homeTimeout = time.Second

// A pair is what a session keeps of home's tokens.
type pair struct {
	Access  string `json:"access_token"`
	Refresh string `json:"refresh_token"`
	Seconds int64  `json:"expires_in"`
	until   int64  // when the access token ends; Unix seconds
}

// The names of a session's values.
const keyAccess, keyRefresh, keyUntil = "access_token", "refresh_token", "until"

// pairOf reads them; get is that of a session, or of a record's values.
func pairOf(get func(any) any) (p pair) {
	p.Access, _ = get(keyAccess).(string)
	p.Refresh, _ = get(keyRefresh).(string)
	p.until, _ = get(keyUntil).(int64)
	return p
}

// keep puts new tokens into a session.
func (b *Backend) keep(ctx context.Context, id string, loaded session.Record, p pair) error {
	values, err := session.EncodeValues(map[any]any{keyAccess: p.Access, keyRefresh: p.Refresh, keyUntil: p.until})
	if err != nil {
		return err
	}
	_, _, err = b.config.Sessions.Update(ctx, id, loaded, func(r *session.Record) error {
		if r.Values == nil {
			r.Values = session.Values{}
		}
		maps.Copy(r.Values, values)
		return nil
	})
	return err
}

// tokens are those of the request's session, refreshed if the access token's time is over.
func (b *Backend) tokens(c *gin.Context) (pair, error) {
	start := time.Now()
	_, err := b.sessions.Identify(c)
	c.Writer.Header().Add("Server-Timing", fmt.Sprintf(`store;desc="redis GETEX";dur=%.3f`, time.Since(start).Seconds()*1000))
	if err != nil {
		return pair{}, err
	}
	held := pairOf(ginsessions.Default(c).Get)
	if held.Refresh == "" { // the store failed at the login
		return pair{}, errors.Join(session.ErrNoSession, b.sessions.Logout(c))
	}
	if b.config.Now().Unix() < held.until {
		return held, nil
	}
	return b.refresh(c, held)
}

// refresh returns the tokens that came after those that the request's session held when it was loaded. It waits for a second at
// most. The refresh itself goes on: the old refresh token may be spent, and the new one would be lost.
func (b *Backend) refresh(c *gin.Context, held pair) (pair, error) {
	id := ginsessions.Default(c).ID()
	ctx, cancel := context.WithTimeout(c.Request.Context(), homeTimeout)
	defer cancel()
	done := b.refreshing.DoChan(held.Refresh, func() (any, error) { return b.renew(context.WithoutCancel(ctx), id, held) })
	select {
	case <-ctx.Done():
		return pair{}, fmt.Errorf("refresh: %w", ctx.Err())
	case result := <-done:
		if refused, ok := errors.AsType[*refusal](result.Err); ok && refused.status == http.StatusUnauthorized { // the login has ended at home
			return pair{}, errors.Join(session.ErrNoSession, b.sessions.Logout(c))
		}
		newest, _ := result.Val.(pair)
		return newest, result.Err
	}
}

// renew spends a refresh token, unless another request has done so, and keeps the new pair in the session. Until the store takes the
// pair, it is in memory: to spend the old token again would end the login at home.
func (b *Backend) renew(ctx context.Context, id string, held pair) (pair, error) {
	record, err := b.config.Sessions.Load(ctx, id)
	if err != nil {
		return pair{}, err
	}
	values, err := record.Values.Decode()
	if err != nil {
		return pair{}, err
	}
	if newest := pairOf(func(key any) any { return values[key] }); newest.Refresh != held.Refresh {
		return newest, nil
	}
	unstored, _ := b.unstored.Load(held.Refresh)
	newest, ok := unstored.(pair)
	if !ok {
		if newest, err = b.post(ctx, "/token/refresh", map[string]string{"refresh_token": held.Refresh}); err != nil {
			return pair{}, err
		}
	}
	switch err = b.keep(ctx, id, record, newest); {
	case err == nil:
		b.unstored.Delete(held.Refresh)
	case errors.Is(err, session.ErrNoSession): // it has ended meanwhile
		b.unstored.Delete(held.Refresh)
		b.revoke(ctx, newest)
	default:
		b.unstored.Store(held.Refresh, newest)
		time.AfterFunc(session.DefaultAbsolute, func() { b.unstored.Delete(held.Refresh) }) // the session has ended by then
	}
	return newest, err
}

// revoke logs a pair out at home, if there is one: home refuses its refresh token from then on, and also its access token where a
// request with it asks the denylist.
func (b *Backend) revoke(ctx context.Context, held pair) {
	if held.Refresh == "" {
		return
	}
	if _, err := b.post(context.WithoutCancel(ctx), "/token/logout", map[string]string{"refresh_token": held.Refresh}); err != nil {
		b.config.Logger.Error("revoke", "error", err)
	}
}

// post asks home for tokens, or to end them. It returns a *refusal for every status that is not 200 or 204.
func (b *Backend) post(ctx context.Context, path string, body any) (got pair, err error) {
	text, err := json.Marshal(body)
	if err != nil {
		return got, err
	}
	a, err := b.send(ctx, http.MethodPost, b.config.Home+path, text, http.Header{"Content-Type": {"application/json"}})
	switch {
	case err != nil:
		return got, err
	case a.status == http.StatusNoContent:
		return got, nil
	case a.status != http.StatusOK:
		return got, &refusal{a.status, a.header.Get("Retry-After")}
	}
	err = json.Unmarshal(a.body, &got)
	got.until = b.config.Now().Unix() + got.Seconds
	return got, err
}
