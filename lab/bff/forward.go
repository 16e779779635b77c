package bff

import (
	"bytes"
	"context"
	"io"
	"net/http"

	"github.com/gin-gonic/gin"
)

// forward sends the request on with the access token of its session in place of the cookie, and the answer back. To a 401 it sends
// the request once more with refreshed tokens, since home may have changed its keys: what was refused has changed nothing.
func (b *Backend) forward(c *gin.Context, method, to string) {
	body, err := io.ReadAll(c.Request.Body)
	if err != nil {
		refuse(c, err)
		return
	}
	ask := func(held pair) (answer, error) {
		header := http.Header{"Authorization": {"Bearer " + held.Access}}
		if kind := c.GetHeader("Content-Type"); kind != "" {
			header.Set("Content-Type", kind)
		}
		return b.send(c.Request.Context(), method, to, body, header)
	}
	var a answer
	held, err := b.tokens(c)
	if err == nil {
		a, err = ask(held)
	}
	if err == nil && a.status == http.StatusUnauthorized {
		if held, err = b.refresh(c, held); err == nil {
			a, err = ask(held)
		}
	}
	if err != nil {
		refuse(c, err)
		return
	}
	if a.status == http.StatusUnauthorized {
		c.Header("WWW-Authenticate", challenge)
	}
	for _, timing := range a.header.Values("Server-Timing") {
		c.Writer.Header().Add("Server-Timing", timing)
	}
	c.Data(a.status, a.header.Get("Content-Type"), a.body)
}

// An answer is another server's.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// send sends a request to another server, and reads the answer: all of it, so that none is passed on in part.
func (b *Backend) send(ctx context.Context, method, to string, body []byte, header http.Header) (a answer, err error) {
	request, err := http.NewRequestWithContext(ctx, method, to, bytes.NewReader(body))
	if err != nil {
		return a, err
	}
	request.Header = header
	response, err := b.client.Do(request)
	if err != nil {
		return a, err
	}
	defer response.Body.Close()
	a.status, a.header = response.StatusCode, response.Header
	if a.body, err = io.ReadAll(io.LimitReader(response.Body, maxAnswer+1)); len(a.body) > maxAnswer {
		return a, errAnswerSize
	}
	return a, err
}
