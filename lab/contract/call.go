package contract

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
)

// NewTransport returns the transport for Call. It uses no connection twice: when a caller leaves while a 204 arrives,
// http.Transport may close a connection that it has already lent to the next call, and a run that was cut off could not
// leave the lab clean.
func NewTransport() *http.Transport {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.DisableKeepAlives = true
	return transport
}

// Call sends a request with a JSON body, unless it is nil, and reads the JSON answer, unless into is nil. An answer of 400
// or more is returned as a Problem. run is for RunHeader, or empty.
func Call(ctx context.Context, client *http.Client, run, method, url string, body, into any) error {
	var text bytes.Buffer
	if body != nil {
		if err := json.NewEncoder(&text).Encode(body); err != nil {
			return err
		}
	}
	request, err := http.NewRequestWithContext(ctx, method, url, &text)
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	if run != "" {
		request.Header.Set(RunHeader, run)
	}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode >= http.StatusBadRequest {
		var problem Problem
		_ = json.NewDecoder(response.Body).Decode(&problem) // without a detail the status has to do
		problem.Status = response.StatusCode
		return problem
	}
	if into == nil {
		return nil
	}
	return json.NewDecoder(response.Body).Decode(into)
}
