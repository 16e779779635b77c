package session

import (
	"errors"
	"fmt"
	"maps"
	"reflect"

	ginsessions "github.com/gin-contrib/sessions"
	"github.com/gin-gonic/gin"
)

// maxTries bounds how often a change is tried again. Each try that fails means that another request succeeded.
const maxTries = 64

// Change lets change read and set values of the request's session, and saves them. If another request has changed one of
// the same values in the meantime, it calls change again, with the newest values. So a counter misses no request:
//
//	err := session.Change(c, func(s sessions.Session) error {
//		visits, _ := s.Get("visits").(int)
//		s.Set("visits", visits+1)
//		return nil
//	})
//
// An error of change is returned, and nothing is saved. ErrConflict: other requests changed the same value again and
// again, and nothing was saved. With a Signed store there is no conflict: the cookie that comes last replaces the others.
func Change(c *gin.Context, change func(ginsessions.Session) error) error {
	var err error
	for range maxTries {
		s := ginsessions.Default(c)
		if err := change(s); err != nil {
			return err
		}
		if err = s.Save(); !errors.Is(err, ErrConflict) {
			return err
		}
	}
	return err
}

// merge makes the changes of one request in the newest values: those by which wanted differs from loaded. The values that
// other requests changed in the meantime stay. ErrConflict: they changed one of the same.
func merge(newest *Record, loaded, wanted Values) error {
	keys := maps.Clone(loaded)
	if keys == nil {
		keys = Values{}
	}
	maps.Copy(keys, wanted)
	for key := range keys {
		if same(loaded, wanted, key) {
			continue
		}
		// Also if both have made the same of it: two requests that count 1 have to make 2.
		if !same(newest.Values, loaded, key) {
			return fmt.Errorf("save session: the value %q: %w", key, ErrConflict)
		}
		if value, kept := wanted[key]; !kept {
			delete(newest.Values, key)
		} else if newest.Values == nil {
			newest.Values = Values{key: value}
		} else {
			newest.Values[key] = value
		}
	}
	return nil
}

// same tells whether two have the same value of a name, or both none.
func same(a, b Values, key string) bool {
	x, inA := a[key]
	y, inB := b[key]
	return inA == inB && reflect.DeepEqual(x, y)
}
