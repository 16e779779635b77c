package browser

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"fmt"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// A Flag changes how a browser is started.
type Flag = chromedp.ExecAllocatorOption

// BoundSessions has a browser do Device Bound Session Credentials with keys in software, because not every machine has a place
// for keys, and trust a certificate in full: with one whose errors are only ignored, it registers no key.
func BoundSessions(certificate *x509.Certificate) []Flag {
	key := sha256.Sum256(certificate.RawSubjectPublicKeyInfo)
	return []Flag{
		chromedp.Flag("enable-features", "DeviceBoundSessions,EnableBoundSessionCredentialsSoftwareKeysForManualTesting"),
		chromedp.Flag("ignore-certificate-errors-spki-list", base64.StdEncoding.EncodeToString(key[:])),
	}
}

// RegisterKey does what makes a server ask for a key, and returns when the browser has registered one.
func (t *Tab) RegisterKey(do func() error) error {
	watch := network.EnableDeviceBoundSessionsParams{Enable: true}
	if _, err := cdp.Call(t.ctx, chromedp.FromContext(t.ctx).Target, network.EnableDeviceBoundSessions, watch); err != nil {
		return fmt.Errorf("watch the keys of sessions: %w", err)
	}
	if err := do(); err != nil {
		return err
	}
	var became *network.EventDeviceBoundSessionEventOccurred
	err := t.wire.until(t.ctx, "the browser registers no key", func() bool { became = t.wire.bound; return became != nil })
	if err == nil && !became.Succeeded {
		err = fmt.Errorf("the browser registered no key: %s", became.CreationEventDetails.FetchResult)
	}
	return err
}

// Forget takes a cookie away from the browser, as its Max-Age does.
func (t *Tab) Forget(address, cookie string) error {
	if _, err := cdp.Call(t.ctx, chromedp.FromContext(t.ctx).Target, network.DeleteCookies, network.DeleteCookiesParams{Name: cookie, URL: address}); err != nil {
		return fmt.Errorf("take a cookie away: %w", err)
	}
	return nil
}
