package embedded_test

import (
	"net/http"
	"net/http/cookiejar"
	"strings"
	"testing"

	"authlab/account"
	"authlab/lab/contract"
	"authlab/lab/embedded"
	"authlab/lab/testkit"
)

// A browser has one jar for all ports of a machine: it logs in at two labs, and stays logged in at both.
func TestTwoLabsOnOneMachineDoNotLogEachOtherOut(t *testing.T) {
	cookies, _ := cookiejar.New(nil) // it cannot fail without options
	browser := &http.Client{Jar: cookies}
	send := func(method, address, body string) int {
		t.Helper()
		request, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
		testkit.Must(t, err)
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set(contract.PolicyHeader, contract.Sticky)
		response, err := browser.Do(request)
		testkit.Must(t, err)
		response.Body.Close()
		return response.StatusCode
	}
	demo := account.Demos()[0]
	bases := []string{"/session/memory", "/session/redis", "/session/cookie", "/token/cookie"}
	var labs []string
	for range 2 {
		lab, _ := start(t, embedded.Config{MarkCookies: true})
		labs = append(labs, lab.URL())
		for _, base := range bases {
			if status := send("POST", lab.URL()+base+"/login", `{"username":"`+demo.Name+`","password":"`+demo.Password+`"}`); status != 200 {
				t.Fatalf("%s: login %d", base, status)
			}
		}
	}
	for i, lab := range labs {
		for _, base := range bases {
			if status := send("GET", lab+base+"/me", ""); status != 200 {
				t.Errorf("lab %d, %s: %d after a login at the other lab", i+1, base, status)
			}
		}
	}
}
