package measure

import (
	"context"
	"time"

	"authlab/account"
	"authlab/token"
	"authlab/web"
)

// measureAlgorithms is the cost of signing and of verifying with each algorithm, and of a request with it.
func (b *bench) measureAlgorithms(ctx context.Context) error {
	baseline, err := baselineOf(b.near)
	if err != nil {
		return err
	}
	subjects, signers := []*subject{baseline}, []*signer{}
	stateless := schemeNamed(web.TokenStateless)
	for _, algorithm := range token.Algorithms() {
		keys, err := newKeys(algorithm)
		if err != nil {
			return err
		}
		s, err := b.stand(ctx, b.redis.Addr(), b.cheap, keys)
		if err != nil {
			return err
		}
		sub, err := subjectOf(s, stateless)
		if err != nil {
			return err
		}
		subjects, signers = append(subjects, sub), append(signers, newSigner(algorithm, keys))
	}
	if err := interleave(ctx, subjects, b.config.Requests); err != nil {
		return err
	}
	if err := signAndVerify(ctx, signers, b.config.Requests); err != nil {
		return err
	}
	for i, s := range signers {
		took := median(subjects[i+1].took)
		row := Algorithm{
			Algorithm: s.algorithm, SignUS: us(median(s.sign)), VerifyUS: us(median(s.verify)),
			TokenBytes: len(subjects[i+1].credential), RequestUS: us(took), TimesBaseline: times(took, median(baseline.took)),
		}
		if row.SignAllocs, row.VerifyAllocs, err = s.allocs(); err != nil {
			return err
		}
		b.report.Algorithms = append(b.report.Algorithms, row)
	}
	return nil
}

func schemeNamed(name string) scheme {
	for _, sch := range schemes() {
		if sch.name == name {
			return sch
		}
	}
	panic("measure: no scheme " + name)
}

// A signer signs and verifies with one algorithm, and with nothing around it.
type signer struct {
	algorithm    string
	service      *token.Service
	user         account.User
	sign, verify []time.Duration
}

// newSigner needs neither families nor a denylist: to sign and to verify asks nobody.
func newSigner(algorithm string, keys *token.Keyring) *signer {
	return &signer{algorithm: algorithm, service: token.NewService(token.Config{Keys: keys}), user: account.Demos()[0].User}
}

// signAndVerify times that many tokens of each signer, in bursts that take turns.
func signAndVerify(ctx context.Context, signers []*signer, count int) error {
	for done := 0; done < count; done += burst {
		for _, s := range signers {
			if err := s.times(ctx, min(burst, count-done)); err != nil {
				return err
			}
		}
	}
	return nil
}

// times signs some tokens and then verifies each of them once.
func (s *signer) times(ctx context.Context, count int) error {
	texts := make([]string, count)
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
		if err := ctx.Err(); err != nil {
			return err
		}
		start := time.Now()
		_, err := s.service.Verify(text)
		s.verify = append(s.verify, time.Since(start))
		if err != nil {
			return err
		}
	}
	return nil
}

// allocs counts the allocations of a signature and of a check. Each token is checked once.
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
