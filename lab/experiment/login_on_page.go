package experiment

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"authlab/lab/contract"
	"authlab/lab/experiment/browser"
)

// cookieSchemes are those whose credential a browser sends by itself.
func cookieSchemes() []string {
	return []string{SessionMemory, SessionRedis, SessionCookie, TokenCookie}
}

// logInOn logs a simulated user in by a scheme with a cookie, from a script of the page that the tab shows.
func logInOn(tab *browser.Tab, lab, scheme string) error {
	_, err := postOn(tab, lab+base(scheme)+"/login", Sticky, false)
	return err
}

// authenticateOn logs in for a token, which the script then has.
func authenticateOn(tab *browser.Tab, lab string) (string, error) {
	answer, err := postOn(tab, lab+"/authenticate", Sticky, false)
	if err != nil {
		return "", err
	}
	var pair struct {
		Access string `json:"access_token"`
	}
	if err := json.Unmarshal(answer, &pair); err != nil || pair.Access == "" {
		return "", errors.New("log in on a page: no token in the answer")
	}
	return pair.Access, nil
}

func postOn(tab *browser.Tab, address, policy string, remember bool) ([]byte, error) {
	body, err := json.Marshal(map[string]any{"username": contract.SimulatedName(1), "password": simulatedPassword, "remember": remember})
	if err != nil {
		return nil, err
	}
	x, err := tab.Fetch(address, browser.Init{
		Method: http.MethodPost, Body: string(body), Headers: map[string]string{"Content-Type": "application/json", "X-Balance": policy},
	})
	if err == nil && x.Status != http.StatusOK {
		err = fmt.Errorf("log in on a page: %d %s", x.Status, x.Body)
	}
	return x.Body, err
}
