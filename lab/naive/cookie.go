package naive

import gorilla "github.com/gorilla/sessions"

// MISTAKE: the cookie is left with the library's defaults. Without HttpOnly every script on the page can read it
// (CWE-1004); without SameSite it is left to the browser whether other sites' requests carry it (CWE-1275): Chrome
// then treats it as Lax, but for two minutes after it was set not even that for a form that is posted, and Firefox and
// Safari send it.
//
// THE RIGHT WAY: cookieOptions in package session.
func cookieOptions() *gorilla.Options { return &gorilla.Options{Path: "/"} }
