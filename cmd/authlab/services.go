package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
)

// minSecret is the least number of bytes of a service's secret: it may be tried as often as an attacker likes.
const minSecret = 16

// readServices reads the secrets of registered services by name; without a file there are none.
func readServices(path string) (services map[string]string, err error) {
	if path == "" {
		return nil, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if json.Unmarshal(text, &services) != nil { // the error would quote the file
		return nil, errors.New(`the file should be like {"reports":"a secret"}`)
	}
	for name, secret := range services {
		if len(secret) < minSecret {
			return nil, fmt.Errorf("the secret of %q is shorter than %d bytes", name, minSecret)
		}
	}
	return services, nil
}
