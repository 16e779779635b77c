package web

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"reflect"

	"github.com/gin-gonic/gin"
)

// maxBody is the largest body that is read, in bytes.
const maxBody = 4 << 10

// readJSON reads one JSON object from the body. It requires the Content-Type, because a form on another site can send any
// text, and cannot set that header: a browser asks the server first, by a CORS preflight.
func readJSON(c *gin.Context, into any) error {
	media, _, err := mime.ParseMediaType(c.GetHeader("Content-Type"))
	if err != nil || media != "application/json" {
		return errMediaType
	}
	decoder := json.NewDecoder(http.MaxBytesReader(c.Writer, c.Request.Body, maxBody))
	err = decoder.Decode(into)
	if err == nil {
		err = onlySpaceLeft(decoder)
	}
	var tooBig *http.MaxBytesError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &tooBig):
		return errBodyTooBig
	case errors.Is(err, io.EOF):
		return fmt.Errorf("%w: it is empty", errBadJSON)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("%w: it ends too early", errBadJSON)
	}
	var where *json.SyntaxError
	if errors.As(err, &where) {
		return fmt.Errorf("%w: byte %d does not belong there", errBadJSON, where.Offset)
	}
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) && kind.Field != "" {
		want := "text"
		if kind.Type.Kind() == reflect.Bool {
			want = "true or false"
		}
		return fmt.Errorf("%w: %q should be %s", errBadJSON, kind.Field, want)
	}
	return errBadJSON // without the body's text, which may be a password
}

// hasBody tells whether a request has a body. The length of a chunked one is known only when it is read, so this reads its
// first byte, and leaves it to be read again.
func hasBody(r *http.Request) bool {
	if r.ContentLength >= 0 {
		return r.ContentLength > 0
	}
	body := bufio.NewReader(r.Body)
	_, err := body.Peek(1)
	r.Body = struct {
		io.Reader
		io.Closer
	}{body, r.Body}
	return !errors.Is(err, io.EOF)
}

func onlySpaceLeft(decoder *json.Decoder) error {
	_, err := decoder.Token()
	switch {
	case errors.Is(err, io.EOF):
		return nil
	case err == nil:
		return fmt.Errorf("%w: something follows the object", errBadJSON)
	}
	return err
}
