package measure

import (
	"context"
	"fmt"
	"net/http"

	"authlab/web/scheme"
)

// burst is how many requests of one subject are sent before the next subject's.
const burst = 10

// A subject is what is measured: one request, sent again and again, and what each sending cost.
type subject struct {
	name       string
	replica    *replica
	credential string
	request    *http.Request // for the handler
	text       []byte        // the same, for the connection
	costs
}

// baselineOf is the baseline's request to a replica.
func baselineOf(r *replica) (*subject, error) { return newSubject(r, Baseline, "/livez", nil) }

// subjectOf logs alice in with a scheme, and returns her GET {base}/me.
func subjectOf(r *replica, sch scheme.Scheme) (*subject, error) {
	credential, _, err := r.logIn(sch, alice().Name)
	if err != nil {
		return nil, err
	}
	s, err := newSubject(r, sch.Name, sch.Base+"/me", func(r *http.Request) { addCredential(sch, r, credential) })
	if err == nil {
		s.credential = credential
	}
	return s, err
}

// subjectsOf is the baseline and then the schemes.
func subjectsOf(r *replica, all []scheme.Scheme) ([]*subject, error) {
	baseline, err := baselineOf(r)
	if err != nil {
		return nil, err
	}
	subjects := []*subject{baseline}
	for _, sch := range all {
		s, err := subjectOf(r, sch)
		if err != nil {
			return nil, err
		}
		subjects = append(subjects, s)
	}
	return subjects, nil
}

func newSubject(r *replica, name, path string, addCredential func(*http.Request)) (*subject, error) {
	s := &subject{name: name, replica: r}
	var err error
	if s.request, err = http.NewRequest(http.MethodGet, "http://"+r.host+path, http.NoBody); err != nil { //nolint:noctx // allocsOf adds one
		return nil, err
	}
	if addCredential != nil {
		addCredential(s.request)
	}
	s.text, err = serialize(s.request)
	return s, err
}

// send sends the request once and records what it cost.
func (s *subject) send() error {
	res, err := s.replica.conn.send(s.text)
	if err != nil {
		return fmt.Errorf("%s: %w", s.name, err)
	}
	s.add(res)
	return nil
}

// interleave sends each subject's request so many times, in bursts that take turns. It stops between two requests if ctx
// ends.
func interleave(ctx context.Context, subjects []*subject, requests int) error {
	for _, s := range subjects {
		err := s.repeat(ctx, min(burst, requests)) // not counted: it opens connections and fills caches
		s.costs = costs{}
		if err != nil {
			return err
		}
	}
	for round := 0; round*burst < requests; round++ {
		for i := range subjects {
			s := subjects[(round+i)%len(subjects)]
			if err := s.repeat(ctx, min(burst, requests-round*burst)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *subject) repeat(ctx context.Context, requests int) error {
	for range requests {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := s.send(); err != nil {
			return err
		}
	}
	return nil
}
