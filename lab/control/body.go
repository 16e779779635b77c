package control

import (
	"authlab/lab/contract"
	"encoding/json"
	"net/http"
	"time"
)

// maxBody is how much of a body is read, in bytes: a thousand permissions fit.
const maxBody = 64 << 10

func readBody(r *http.Request, into any) error {
	if err := json.NewDecoder(http.MaxBytesReader(nil, r.Body, maxBody)).Decode(into); err != nil {
		return invalid("The body is not the JSON that is wanted here.")
	}
	return nil
}

func readDuration(r *http.Request, name string) (time.Duration, error) {
	body := map[string]string{}
	if err := readBody(r, &body); err != nil {
		return 0, err
	}
	d, err := time.ParseDuration(body[name])
	if err != nil || d.Abs() > contract.MaxAdvance {
		return 0, invalid(`The body should be like {%q:"15m"}, within a year.`, name)
	}
	return d, nil
}
