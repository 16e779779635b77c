package measure

import (
	"context"
	"time"

	"authlab/account"
	"authlab/token"
	"authlab/web/scheme"
)

// measureAlgorithms measures, for each algorithm, a signature, a verification and a request.
func (m *measurement) measureAlgorithms(ctx context.Context) error {
	baseline, err := baselineOf(m.near)
	if err != nil {
		return err
	}
	subjects, signers := []*subject{baseline}, []*signer{}
	stateless, _ := scheme.Named(scheme.TokenStateless)
	for _, algorithm := range token.Algorithms() {
		keys, err := newKeys(algorithm)
		if err != nil {
			return err
		}
		r, err := m.newReplica(ctx, m.redis.Addr(), m.cheapUsers, keys)
		if err != nil {
			return err
		}
		s, err := subjectOf(r, stateless)
		if err != nil {
			return err
		}
		subjects, signers = append(subjects, s), append(signers, newSigner(algorithm, keys))
	}
	if err := interleave(ctx, subjects, m.config.Requests); err != nil {
		return err
	}
	if err := signAndVerify(ctx, signers, m.config.Requests); err != nil {
		return err
	}
	for i, s := range signers {
		took := median(subjects[i+1].took)
		row := Algorithm{
			Algorithm: s.algorithm, SignUS: micros(median(s.sign)), VerifyUS: micros(median(s.verify)),
			TokenBytes: len(subjects[i+1].credential), RequestUS: micros(took), TimesBaseline: ratio(took, median(baseline.took)),
		}
		if row.SignAllocs, row.VerifyAllocs, err = s.allocs(); err != nil {
			return err
		}
		m.report.Algorithms = append(m.report.Algorithms, row)
	}
	return nil
}

// A signer signs and verifies with one algorithm, without a server.
type signer struct {
	algorithm    string
	service      *token.Service
	user         account.User
	sign, verify []time.Duration
}

// newSigner leaves out token families and the denylist: signing and verifying need no store.
func newSigner(algorithm string, keys *token.Keyring) *signer {
	return &signer{algorithm: algorithm, service: token.NewService(token.Config{Keys: keys}), user: account.Demos()[0].User}
}

// signAndVerify measures so many tokens of each signer, in bursts that take turns. Of a burst all are signed first, and then
// each is verified once.
func signAndVerify(ctx context.Context, signers []*signer, count int) error {
	for done := 0; done < count; done += burst {
		for _, s := range signers {
			if err := ctx.Err(); err != nil {
				return err
			}
			texts := make([]string, min(burst, count-done))
			for i := range texts {
				start := time.Now()
				text, _, err := s.service.Issue(s.user)
				s.sign = append(s.sign, time.Since(start))
				if err != nil {
					return err
				}
				texts[i] = text
			}
			for _, text := range texts {
				start := time.Now()
				_, err := s.service.Verify(text)
				s.verify = append(s.verify, time.Since(start))
				if err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// allocs counts the allocations of a signature and of a verification. Each token is verified once.
func (s *signer) allocs() (sign, verify int64, err error) {
	const runs = 20
	texts := make([]string, 0, 1+allocPasses*runs)
	sign, _, err = allocsPer(runs, func() error {
		text, _, err := s.service.Issue(s.user)
		texts = append(texts, text)
		return err
	})
	if err != nil {
		return 0, 0, err
	}
	verify, _, err = allocsPer(runs, func() error {
		text := texts[0]
		texts = texts[1:]
		_, err := s.service.Verify(text)
		return err
	})
	return sign, verify, err
}
