package experiment

import (
	"errors"
	"sync"
)

// together does something for all schemes at the same time, because hashing a password takes long, and returns the
// results by scheme.
func together[T any](schemes []string, do func(scheme string) (T, error)) (map[string]T, error) {
	results, errs := make([]T, len(schemes)), make([]error, len(schemes))
	var wg sync.WaitGroup
	for i, scheme := range schemes {
		wg.Go(func() { results[i], errs[i] = do(scheme) })
	}
	wg.Wait()
	gathered := map[string]T{}
	for i, scheme := range schemes {
		gathered[scheme] = results[i]
	}
	return gathered, errors.Join(errs...)
}
