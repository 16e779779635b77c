package naive

import gorilla "github.com/gorilla/sessions"

// MISTAKE: the cookie has the library's defaults. Without HttpOnly every script on the page can read it (CWE-1004).
// Without SameSite the browser decides whether requests from other sites carry it (CWE-1275): Firefox and Safari send
// it; Chrome treats it as Lax, but sends it with posted forms for two minutes after it was set.
//
// THE RIGHT WAY: cookieOptions in package session.
func cookieOptions() *gorilla.Options { return &gorilla.Options{Path: "/"} }
