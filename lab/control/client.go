package control

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"authlab/lab/contract"
)

const (
	clientTimeout = 5 * time.Second
	clientAnswer  = 64 << 10 // bytes of an answer that are read
)

// A clientRequest is what the lab's own client is asked to send: to the balancer, the second service or the login server.
type clientRequest struct {
	Service string            `json:"service"` // "", reports or issuer
	Method  string            `json:"method"`
	Path    string            `json:"path"`
	Headers map[string]string `json:"headers"`
	Body    string            `json:"body"`
}

// A clientResponse is what came back. Status 0: no answer came.
type clientResponse struct {
	Status  int      `json:"status"`
	Replica string   `json:"replica"`
	Cookies []string `json:"cookies"` // name=value, as a client would send them back
	Body    string   `json:"body"`
}

// clientHeaders are the headers that the client sends if it is asked to.
var clientHeaders = []string{"Authorization", "Content-Type", "Cookie", "X-Balance"}

// handleClient handles the "POST /lab/client" route: one request of a client that is no browser, like curl. A script in a
// browser can neither read an HttpOnly cookie nor send one that the browser has dropped, and it may not ask a service of
// another origin. So what a thief does with a cookie, a page can only show with such a client.
func (c *Controls) handleClient(w http.ResponseWriter, r *http.Request) {
	var body clientRequest
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(&body); err != nil {
		contract.Refuse(w, contract.Invalid(`The body should be like {"method":"GET","path":"/session/redis/me","headers":{}}.`))
		return
	}
	home, err := c.addressFor(r.Context(), body)
	if err != nil {
		contract.Refuse(w, err)
		return
	}
	isMethod := body.Method == http.MethodPost || body.Method == http.MethodGet
	if !isMethod || !strings.HasPrefix(body.Path, "/") || strings.HasPrefix(body.Path, "/lab") {
		contract.Refuse(w, contract.Invalid("The client sends GET and POST, to paths outside /lab."))
		return
	}
	contract.HandleRead(func(ctx context.Context) (clientResponse, error) { return body.send(ctx, home) })(w, r)
}

// addressFor is the address of the service that a request is for: "" is home. The containers' console has no network to the second
// service, so there the answer is a curl command to type.
func (c *Controls) addressFor(ctx context.Context, body clientRequest) (string, error) {
	address := ""
	switch body.Service {
	case "":
		address = c.config.Home
	case "reports", "issuer":
		view, err := c.lab.View(ctx)
		if err != nil {
			return "", err
		}
		address = map[string]string{"reports": view.Services.Reports, "issuer": view.Services.Issuer}[body.Service]
		if view.Target == "compose" && address != "" {
			return "", contract.ByHand{What: "The console has no way to the second service.", Command: body.curl(address)}
		}
	default:
		return "", contract.Invalid("There is no service %q.", body.Service)
	}
	if address == "" {
		return "", contract.ByHand{What: "This lab has no client of its own."}
	}
	return address, nil
}

// curl is the command that sends the request.
func (b clientRequest) curl(address string) string {
	words := []string{"curl", "-i"}
	for _, name := range clientHeaders {
		if value := b.Headers[name]; value != "" {
			words = append(words, "-H", shellWord(name+": "+value))
		}
	}
	return strings.Join(append(words, shellWord(address+b.Path)), " ")
}

// shellWord quotes a text for a shell.
func shellWord(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

var labClient = &http.Client{
	Timeout:       clientTimeout,
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

func (b clientRequest) send(ctx context.Context, address string) (clientResponse, error) {
	request, err := http.NewRequestWithContext(ctx, b.Method, address+b.Path, strings.NewReader(b.Body))
	if err != nil {
		return clientResponse{}, contract.Invalid("The client cannot send that: %s.", err)
	}
	for name, value := range b.Headers {
		if slices.Contains(clientHeaders, http.CanonicalHeaderKey(name)) {
			request.Header.Set(name, value)
		}
	}
	answer := clientResponse{Cookies: []string{}}
	response, err := labClient.Do(request)
	if err != nil {
		return answer, nil // no answer is an answer, too: status 0
	}
	defer response.Body.Close()
	text, _ := io.ReadAll(io.LimitReader(response.Body, clientAnswer))
	answer.Status, answer.Replica, answer.Body = response.StatusCode, response.Header.Get("X-Served-By"), string(text)
	for _, cookie := range response.Cookies() {
		if strings.HasSuffix(cookie.Path, "/login") { // a browser sends it there alone
			continue
		}
		answer.Cookies = append(answer.Cookies, cookie.Name+"="+cookie.Value)
	}
	return answer, nil
}
