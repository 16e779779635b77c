package experiment

import (
	"errors"
	"sync"
)

// concurrently does something n times at once, and returns all errors.
func concurrently(n int, do func(i int) error) error {
	errs := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { errs[i] = do(i) })
	}
	wg.Wait()
	return errors.Join(errs...)
}

// together does something for all schemes at once, because hashing a password takes long, and returns the results by
// scheme.
func together[T any](schemes []string, do func(scheme string) (T, error)) (map[string]T, error) {
	results := make([]T, len(schemes))
	err := concurrently(len(schemes), func(i int) (err error) {
		results[i], err = do(schemes[i])
		return err
	})
	gathered := map[string]T{}
	for i, scheme := range schemes {
		gathered[scheme] = results[i]
	}
	return gathered, err
}
