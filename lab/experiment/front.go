package experiment

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"time"

	"authlab/web/scheme"
)

// A front is where a browser finds the lab under other names, and over TLS: a proxy that changes how cookies are set. Names
// that end in .localhost are this machine for every browser (RFC 6761, section 6.3).
//
//	browser ──▶ shop.site.localhost  ─▶ front ──▶ the lab
//	        ──▶ other.site.localhost ─▶ front     (a page of its own)
type front struct {
	server *http.Server
	port   string
	scheme string

	certificate *x509.Certificate // of https
}

// A site is what a front does under one name.
type site struct {
	serve   http.HandlerFunc   // for the path / ; nil: an empty page
	header  func(http.Header)  // changes the headers of the lab's answers
	cookie  func(*http.Cookie) // changes the cookies that they set
	secured bool               // cookies are named __Host-, as a server over TLS names them
}

// frontAddress is the client address that the lab sees of all who come through a front, so that one replica answers them all.
const frontAddress = "198.51.100.250"

func openFront(ctx context.Context, lab string, secure bool, sites map[string]site) (*front, error) {
	home, err := url.Parse(lab)
	if err != nil {
		return nil, err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("open a front: %w", err)
	}
	f := &front{scheme: "http"}
	if _, f.port, err = net.SplitHostPort(listener.Addr().String()); err != nil {
		return nil, err
	}
	if secure {
		certificate, err := selfSigned()
		if err != nil {
			return nil, err
		}
		f.certificate = certificate.Leaf
		f.scheme, listener = "https", tls.NewListener(listener, &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12})
	}
	proxies := map[string]http.Handler{}
	for name, s := range sites {
		proxies[name] = &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { s.toLab(r, home) }, ModifyResponse: s.change}
	}
	handler := func(w http.ResponseWriter, r *http.Request) {
		name, _, _ := net.SplitHostPort(r.Host)
		s, ok := sites[name]
		switch {
		case !ok:
			http.NotFound(w, r)
		case r.URL.Path != "/":
			proxies[name].ServeHTTP(w, r)
		case s.serve != nil:
			s.serve(w, r)
		default:
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = io.WriteString(w, "<!doctype html><title>A page</title>")
		}
	}
	f.server = &http.Server{ReadHeaderTimeout: 5 * time.Second, Handler: http.HandlerFunc(handler), ErrorLog: log.New(io.Discard, "", 0)}
	go func() { _ = f.server.Serve(listener) }() // until close
	return f, nil
}

func (f *front) close() { _ = f.server.Close() }

// at is an address under one of the names.
func (f *front) at(name, path string) string { return f.scheme + "://" + name + ":" + f.port + path }

// toLab sends a request on, always to the same replica, with the cookies that a server of this site would look at, named as the
// lab names them.
func (s site) toLab(r *httputil.ProxyRequest, home *url.URL) {
	r.SetURL(home)
	r.Out.Host = home.Host
	r.Out.Header.Set("X-Balance", Hash)
	r.Out.Header.Set("X-Forwarded-For", frontAddress)
	r.Out.Header.Del("Cookie")
	for _, cookie := range r.In.Cookies() {
		if name, hasPrefix := strings.CutPrefix(cookie.Name, scheme.SecurePrefix); hasPrefix == s.secured {
			r.Out.Header.Add("Cookie", name+"="+cookie.Value)
		}
	}
}

func (s site) change(answer *http.Response) error {
	cookies := answer.Cookies()
	answer.Header.Del("Set-Cookie")
	for _, cookie := range cookies {
		cookie.Name, _ = scheme.Unmarked(cookie.Name)
		if s.secured {
			cookie.Name, cookie.Secure = scheme.SecurePrefix+cookie.Name, true
		}
		if s.cookie != nil {
			s.cookie(cookie)
		}
		answer.Header.Add("Set-Cookie", cookie.String())
	}
	if s.header != nil {
		s.header(answer.Header)
	}
	return nil
}

// selfSigned is a certificate that no browser trusts: a tab has to be told to.
func selfSigned() (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"localhost"},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return tls.Certificate{}, err
	}
	leaf, err := x509.ParseCertificate(der)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}, err
}
