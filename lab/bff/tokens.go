package bff

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	ginsessions "github.com/gin-contrib/sessions"
	"github.com/gin-gonic/gin"

	"authlab/session"
)

// maxBody is the largest body of a request, and maxAnswer the largest answer of another server that is read, in bytes.
const maxBody, maxAnswer = 4 << 10, 64 << 10

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

// keep puts new tokens into the request's session.
func (b *Backend) keep(c *gin.Context, p pair) error {
	until := b.config.Now().Unix() + p.Seconds
	return session.Change(c, func(s ginsessions.Session) error {
		s.Set(keyAccess, p.Access)
		s.Set(keyRefresh, p.Refresh)
		s.Set(keyUntil, until)
		return nil
	})
}

// access is the access token of the request's session, refreshed if its time is over.
func (b *Backend) access(c *gin.Context) (string, error) {
	start := time.Now()
	_, err := b.sessions.Identify(c)
	c.Writer.Header().Add("Server-Timing", fmt.Sprintf(`store;desc="redis GETEX";dur=%.3f`, time.Since(start).Seconds()*1000))
	if err != nil {
		return "", err
	}
	s := ginsessions.Default(c)
	held := pairOf(s.Get)
	if b.config.Now().Unix() < held.until {
		return held.Access, nil
	}
	b.refreshing.Lock()
	defer b.refreshing.Unlock()
	// Another request may have refreshed since this one has read its session.
	record, err := b.config.Sessions.Load(c.Request.Context(), s.ID())
	if err != nil {
		return "", err
	}
	values, err := record.Values.Decode()
	if err != nil {
		return "", err
	}
	if newest := pairOf(func(key any) any { return values[key] }); newest.Refresh != held.Refresh {
		return newest.Access, nil
	}
	// Also if the client leaves: the old refresh token is spent then, and the new one would be lost.
	got, status, err := b.post(context.WithoutCancel(c.Request.Context()), "/token/refresh", map[string]string{"refresh_token": held.Refresh})
	switch {
	case err != nil:
		return "", err
	case status == http.StatusOK:
		return got.Access, b.keep(c, got)
	case status == http.StatusUnauthorized: // the login has ended at home
		return "", errors.Join(session.ErrNoSession, b.sessions.Logout(c))
	}
	return "", fmt.Errorf("refresh: home says %d", status)
}

// revoke has home end the login of a pair: its refresh token at once, and its access token wherever home is asked.
func (b *Backend) revoke(ctx context.Context, held pair) {
	_, status, err := b.post(context.WithoutCancel(ctx), "/token/logout", map[string]string{"refresh_token": held.Refresh})
	if err != nil || status != http.StatusNoContent {
		b.config.Logger.Error("revoke at logout", "status", status, "error", err)
	}
}

// post asks home for tokens, or to end them. Another status than 200 comes without any.
func (b *Backend) post(ctx context.Context, path string, body any) (got pair, status int, err error) {
	text, err := json.Marshal(body)
	if err != nil {
		return got, 0, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, b.config.Home+path, bytes.NewReader(text))
	if err != nil {
		return got, 0, err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := b.client.Do(request)
	if err != nil {
		return got, 0, err
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusOK {
		err = json.NewDecoder(io.LimitReader(response.Body, maxAnswer)).Decode(&got)
	}
	return got, response.StatusCode, err
}

// forward sends the request on with the token of its session in place of the cookie, and the answer back.
func (b *Backend) forward(c *gin.Context, to string) {
	access, err := b.access(c)
	if err != nil {
		refuse(c, 0, err)
		return
	}
	request, err := http.NewRequestWithContext(c.Request.Context(), c.Request.Method, to, c.Request.Body)
	if err != nil {
		refuse(c, 0, err)
		return
	}
	request.Header.Set("Authorization", "Bearer "+access)
	if kind := c.GetHeader("Content-Type"); kind != "" {
		request.Header.Set("Content-Type", kind)
	}
	response, err := b.client.Do(request)
	if err != nil {
		refuse(c, 0, err)
		return
	}
	defer response.Body.Close()
	for _, timing := range response.Header.Values("Server-Timing") {
		c.Writer.Header().Add("Server-Timing", timing)
	}
	c.DataFromReader(response.StatusCode, response.ContentLength, response.Header.Get("Content-Type"), io.LimitReader(response.Body, maxAnswer), nil)
}
