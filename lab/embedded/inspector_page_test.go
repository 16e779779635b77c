package embedded_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/golang-jwt/jwt/v5"

	"authlab/lab/embedded"
	"authlab/lab/testkit"
	"authlab/token"
)

// An inspector is the page /inspector.
type inspector struct{ *page }

func openInspector(t *testing.T, lang string, refuse ...int) inspector {
	t.Helper()
	i := inspector{openPage(t, "/inspector?lang="+lang, refuse...)}
	i.ready()
	return i
}

func (i inspector) ready() {
	i.t.Helper()
	wait[bool](i.page, `document.querySelector("[name=payload]").value !== ""`)
}

// press presses a button, by the name that scripts know it by.
func (i inspector) press(part string) {
	i.t.Helper()
	button := "button[data-part=" + part + "]"
	ask[bool](i.page, `(document.querySelector("`+button+`").scrollIntoView({ block: "center", behavior: "instant" }), true)`)
	i.do(chromedp.Click(chromedp.CSS(button)))
}

// take takes a token from the lab.
func (i inspector) take() {
	i.t.Helper()
	i.press("take")
	i.expectLights("ok ok ok ok")
}

func (i inspector) try(experiment string) {
	i.t.Helper()
	i.do(chromedp.Click(chromedp.CSS("[data-experiment=" + experiment + "]")))
}

// paste puts a token where a reader would paste one.
func (i inspector) paste(token string) {
	i.t.Helper()
	play[bool](i.page, fmt.Sprintf(`const field = document.getElementById("token");
		field.value = %q;
		return field.dispatchEvent(new Event("input", { bubbles: true }));`, token))
}

// edit writes another value for a claim, as JSON.
func (i inspector) edit(part, name, value string) {
	i.t.Helper()
	play[bool](i.page, fmt.Sprintf(`const row = [...document.querySelectorAll("#%s tr")].find((tr) => tr.cells[0].textContent === %q);
		const field = row.querySelector("input");
		field.value = %q;
		return field.dispatchEvent(new Event("input", { bubbles: true }));`, part, name, value))
}

// sign signs in the pane for it, and puts the result under the checks.
func (i inspector) sign(alg, header, payload string) {
	i.t.Helper()
	play[bool](i.page, fmt.Sprintf(`const part = (name) => document.querySelector("#sign [data-part=" + name + "]");
		part("alg").value = %q;
		part("alg").dispatchEvent(new Event("change"));
		const put = (name, changes) => (part(name).value = JSON.stringify({ ...JSON.parse(part(name).value), ...changes }));
		put("header", %s);
		put("payload", %s);
		part("out").replaceChildren();
		part("sign").click();
		return true;`, alg, header, payload))
	wait[bool](i.page, `document.querySelector("[data-part=out]").textContent !== ""`)
	i.press("use")
}

// giveKey checks the signature with a key of the reader's own.
func (i inspector) giveKey(key string) {
	i.t.Helper()
	play[bool](i.page, fmt.Sprintf(`document.querySelector("#signature input[data-part=own]").click();
		const field = document.querySelector("#signature [data-part=key]");
		field.value = %q;
		return field.dispatchEvent(new Event("input", { bubbles: true }));`, key))
}

func (i inspector) useLabKeys() {
	i.t.Helper()
	ask[bool](i.page, `document.querySelector("#signature [data-part=lab]").click() ?? true`)
}

// expectLights waits for the tones of format, signature, time and claims.
func (i inspector) expectLights(want string) {
	i.t.Helper()
	const lights = `[...document.querySelectorAll(".light")].map((light) => light.dataset.tone).join(" ")`
	got := play[string](i.page, fmt.Sprintf(`const deadline = performance.now() + 10_000;
		while (%[1]s !== %[2]q && performance.now() < deadline) await new Promise(requestAnimationFrame);
		return %[1]s;`, lights, want))
	if got != want {
		i.t.Fatalf("the lights are %s, want %s", got, want)
	}
}

func (i inspector) expectReason(stage, want string) {
	i.t.Helper()
	if got := ask[string](i.page, `document.querySelector("[data-stage=`+stage+`] ul").textContent`); !strings.Contains(got, want) {
		i.t.Errorf("%s: the page says %q, want %q", stage, got, want)
	}
}

// expectServerToAgree asks the server, which has to refuse at the same stage as the page; "" is to accept.
func (i inspector) expectServerToAgree(stage string) {
	i.t.Helper()
	heads := map[string]string{"": "Accepted", "format": "Refused at: Format", "signature": "Refused at: Signature", "time": "Refused at: Time", "claims": "Refused at: Claims"}
	i.press("ask")
	wait[bool](i.page, `!document.querySelector("[data-part=answer]").hidden`)
	if head := ask[string](i.page, `document.querySelector(".here strong").textContent`); head != heads[stage] {
		i.t.Errorf("the page says %q, want %q", head, heads[stage])
	}
	answer := ask[string](i.page, `document.querySelector("[data-part=answer]").textContent`)
	status := "401"
	if stage == "" {
		status = "200"
	}
	if !strings.Contains(answer, status) || !strings.Contains(answer, "This page says the same.") || !strings.Contains(answer, stage) {
		i.t.Errorf("%q: the server says %s", stage, answer)
	}
}

func TestTheInspectorRefusesAtTheStageWhereTheServerDoes(t *testing.T) {
	i := openInspector(t, "en", 401)
	i.take()
	i.expectServerToAgree("")

	for _, tt := range []struct {
		name   string
		do     func()
		lights string
		stage  string // where the server stops
		light  string // what is said at which light
		reason string
	}{
		{"admin", func() { i.try("admin") }, "ok stranger ok ok", "signature", "signature", "does not fit"},
		{"alg none", func() { i.try("none") }, "stranger stranger ok ok", "format", "signature", "alg is none"},
		{"expired", func() { i.try("expired") }, "ok stranger stranger ok", "signature", "time", "Expired 1 min"},
		{"one character", func() { i.try("character") }, "ok stranger ok ok", "signature", "signature", "does not fit"},
		{"sub", func() { i.edit("payload", "sub", `"alice"`) }, "ok stranger ok ok", "signature", "signature", "does not fit"},
		{"a word", func() { i.edit("payload", "sub", `alice`) }, "ok stranger ok ok", "signature", "signature", "does not fit"},
		{"aud", func() { i.edit("payload", "aud", `[]`) }, "ok stranger ok stranger", "signature", "claims", "aud is missing"},
		{"iss", func() { i.edit("payload", "iss", `"eve"`) }, "ok stranger ok stranger", "signature", "claims", "iss is \"eve\""},
		{"exp is text", func() { i.edit("payload", "exp", `"tomorrow"`) }, "stranger stranger none ok", "format", "format", "exp is not a number"},
		{"iat", func() { i.edit("payload", "iat", `9999999999`) }, "ok stranger stranger ok", "signature", "time", "Issued"},
		{"kid", func() { i.edit("header", "kid", `"another"`) }, "ok stranger ok ok", "signature", "signature", "No key with the ID another"},
		{"kid is a number", func() { i.edit("header", "kid", `7`) }, "stranger stranger ok ok", "format", "format", "kid is not a text"},
		{"alg", func() { i.edit("header", "alg", `"HS256"`) }, "ok stranger ok ok", "signature", "signature", "the key is for ES256"},
		{"typ", func() { i.edit("header", "typ", `"JWT"`) }, "stranger stranger ok ok", "format", "format", "typ is JWT"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			i := inspector{&page{t, i.ctx}}
			i.try("undo")
			i.expectLights("ok ok ok ok")
			tt.do()
			i.expectLights(tt.lights)
			i.expectReason(tt.light, tt.reason)
			i.expectServerToAgree(tt.stage)
		})
	}
	i.try("undo")
	i.expectLights("ok ok ok ok")
	i.expectServerToAgree("")
}

func TestTheInspectorGoesByTheLabsClockAndKeys(t *testing.T) {
	c, _ := start(t, embedded.Config{})
	i := inspector{openAt(t, c.URL(), "/inspector?lang=en", 401)}
	i.ready()
	control := func(path, body string) {
		t.Helper()
		if answer := testkit.Send(t, http.MethodPost, c.URL()+"/lab/"+path, body); answer.StatusCode >= 300 {
			t.Fatalf("/lab/%s: %s", path, answer.Status)
		}
	}
	i.take()
	control("clock", `{"advance":"20m"}`)
	i.expectServerToAgree("time")
	i.expectLights("ok ok stranger ok")
	i.expectReason("time", "Expired 5 min")
	i.take() // what is issued twenty minutes from now is good there

	control("keys/rotate", `{"overlap":false}`)
	i.expectServerToAgree("signature")
	i.expectReason("signature", "No key with the ID")
	i.take()
	i.expectServerToAgree("")
}

func TestAPerfectlySignedTokenWithAnotherKeyFailsAtTheSignature(t *testing.T) {
	i := openInspector(t, "en", 401)
	past := fmt.Sprintf(`{ "exp": %d }`, time.Now().Add(-time.Hour).Unix())
	for _, tt := range []struct{ alg, header, payload, lights, stage, reason string }{
		{"ES256", `{}`, `{}`, "ok stranger ok ok", "signature", "does not fit"},
		{"ES256", `{}`, past, "ok stranger stranger ok", "signature", "does not fit"},
		{"ES256", `{ "kid": "mine" }`, `{}`, "ok stranger ok ok", "signature", "No key with the ID mine"},
		{"HS256", `{ "kid": "mine" }`, `{}`, "ok stranger ok ok", "signature", "No key with the ID mine"},
		{"ES256", `{ "jku": "https://evil.example/keys" }`, `{}`, "stranger stranger ok ok", "format", ""},
		{"ES256", `{ "crit": ["exp"] }`, `{ "aud": "other" }`, "stranger stranger ok stranger", "format", ""},
	} {
		i.ready()
		i.sign(tt.alg, tt.header, tt.payload)
		i.expectLights(tt.lights)
		i.expectReason("signature", tt.reason)
		i.expectServerToAgree(tt.stage)
		i.do(chromedp.Reload())
	}
	// With its own key it fits, and that changes nothing for the server.
	i.ready()
	offered := ask[[]string](i.page, `[...document.querySelector("[data-part=alg]").options].map(({ value }) => value)`)
	if want := token.Algorithms(); !slices.Equal(offered, want) {
		t.Errorf("the page signs with %v, and the keyring with %v", offered, want)
	}
	for _, alg := range offered {
		i.sign(alg, `{}`, `{}`)
		i.expectLights("ok stranger ok ok")
		ask[bool](i.page, `document.querySelector("#signature input[data-part=own]").click() ?? true`)
		i.expectLights("ok ok ok ok")
		i.expectReason("signature", "Fits the key that you gave")
		i.expectServerToAgree("signature")
	}
}

// The example of RFC 7515, appendix A.1, which has line breaks and a name of its own in it.
const (
	foreignToken = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
	foreignKey   = `{"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"}`
)

func TestAPastedTokenIsReadAndStaysOnThePage(t *testing.T) {
	i := openInspector(t, "en")
	var mu sync.Mutex
	var sent []string
	if err := chromedp.Listen(i.ctx, func(event any) {
		if e, ok := event.(*network.EventRequestWillBeSent); ok {
			text, err := json.Marshal(e.Request)
			mu.Lock()
			sent = append(sent, fmt.Sprint(string(text), err))
			mu.Unlock()
		}
	}); err != nil {
		t.Fatal(err)
	}

	i.paste("  Bearer " + foreignToken[:40] + "\n" + foreignToken[40:] + "\n")
	i.expectLights("ok none stranger none")
	i.expectSaid("A good JWT, but not one of ours", "Algorithm: HS256. Issuer: joe. Expired 15 yrs")
	i.expectReason("signature", "a key that this lab does not have")
	if link := ask[bool](i.page, `document.querySelector("[data-part=link]").disabled`); !link {
		t.Error("a token from elsewhere can be put into a link")
	}
	if shown := ask[string](i.page, `document.getElementById("payload").textContent`); !strings.Contains(shown, "http://example.com/is_root") || !strings.Contains(shown, "Not registered") {
		t.Errorf("the payload is shown as %s", shown)
	}
	i.giveKey(foreignKey)
	i.expectLights("ok ok stranger none")
	i.try("character")
	i.expectLights("ok stranger stranger none")

	const asking = `[document.querySelector("[data-part=ask]").disabled, document.querySelector("[data-part=why]").textContent].join(" ")`
	if why := ask[string](i.page, asking); !strings.HasPrefix(why, "true This token names no key of this lab.") {
		t.Errorf("the server can be asked about a token from elsewhere: %s", why)
	}
	i.do(chromedp.Evaluate[chromedp.Void](`document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "a", bubbles: true }))`))

	// One of the lab's own may be sent, but only by a user who presses the button.
	i.useLabKeys()
	i.take()
	ours := ask[string](i.page, `document.getElementById("token").value`)
	i.press("clear")
	i.expectLights("none none none none")
	i.paste(ours)
	i.expectLights("ok ok ok ok")
	if why := ask[string](i.page, asking); !strings.HasPrefix(why, "false Sends this token") {
		t.Errorf("the server cannot be asked about a token of its own: %s", why)
	}

	carried := func() (requests []string) {
		mu.Lock()
		defer mu.Unlock()
		for _, request := range sent {
			for part := range strings.SplitSeq(foreignToken+"."+ours, ".") {
				if strings.Contains(request, part) {
					requests = append(requests, request)
				}
			}
		}
		return requests
	}
	if requests := carried(); len(requests) > 0 {
		t.Errorf("a pasted token was sent: %q", requests)
	}
	i.expectServerToAgree("")
	if len(carried()) == 0 {
		t.Error("the test does not see what is sent")
	}
	if kept := ask[string](i.page, `JSON.stringify([document.cookie, { ...localStorage }, { ...sessionStorage }, location.href])`); strings.Contains(kept, "eyJ") {
		t.Errorf("the page keeps a token: %s", kept)
	}
}

func TestTheReaderCanCheckASignatureWithAnyKey(t *testing.T) {
	i := openInspector(t, "en")
	public := func(key any) string {
		t.Helper()
		der, err := x509.MarshalPKIXPublicKey(key)
		if err != nil {
			t.Fatal(err)
		}
		return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
	}
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	ecKey, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	edPublic, edKey, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	const secret = "correct horse battery staple, ñ"
	for _, tt := range []struct {
		method jwt.SigningMethod
		key    any
		given  string
	}{
		{jwt.SigningMethodRS256, rsaKey, public(&rsaKey.PublicKey)},
		{jwt.SigningMethodPS512, rsaKey, public(&rsaKey.PublicKey)},
		{jwt.SigningMethodES384, ecKey, public(&ecKey.PublicKey)},
		{jwt.SigningMethodEdDSA, edKey, public(edPublic)},
		{jwt.SigningMethodHS256, []byte(secret), secret},
		{jwt.SigningMethodHS512, []byte(secret), secret},
	} {
		token := jwt.NewWithClaims(tt.method, jwt.MapClaims{"sub": "bob", "exp": time.Now().Add(time.Hour).Unix()})
		token.Header["kid"] = "elsewhere"
		text, err := token.SignedString(tt.key)
		if err != nil {
			t.Fatal(err)
		}
		i.paste(text)
		i.giveKey(tt.given)
		i.expectLights("ok ok ok none")
		i.edit("payload", "sub", `"alice"`)
		i.expectLights("ok stranger ok none")
		i.expectReason("signature", "does not fit")
	}
	i.giveKey("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----")
	i.expectLights("ok unsure ok none")
	i.expectReason("signature", "cannot check HS512 with this key")
}

func TestWhatIsNoTokenIsReadAsFarAsItGoes(t *testing.T) {
	i := openInspector(t, "en")
	for _, tt := range []struct{ text, lights, reason string }{
		{"x", "stranger none none none", "The number of parts is 1"},
		{"e30.e30", "stranger stranger none stranger", "The number of parts is 2"},
		{"e30.e30.", "stranger stranger none stranger", "The signature is empty"},
		{"e30.e30.AA.AA.AA", "stranger stranger none stranger", "The number of parts is 5"},
		{"e30=.e30.AA", "stranger stranger none stranger", "The header is not strict base64url"},
		{"W10.e30.AA", "stranger none none stranger", "The header is not a JSON object"},
		{"e30.W10.AA", "stranger stranger none none", "The payload is not a JSON object"},
		{"eyJhbGciOiJhIiwiQUxHIjoiYiJ9.e30.AA", "stranger stranger none stranger", "The header names alg twice"},
		{"e30.e30." + strings.Repeat("A", 9000), "stranger stranger none stranger", "9,008 bytes"},
		{"ñ.🙂.☃", "stranger none none none", "The header is not strict base64url"},
		{"..", "stranger none none none", "The header is empty"},
	} {
		i.paste(tt.text)
		i.expectLights(tt.lights)
		i.expectReason("format", tt.reason)
	}
}

// The shape of the example of RFC 7516, appendix A.1: its header, and four parts that no page can read.
const encryptedToken = "eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ.AAAA.AAAA.AAAA.AAAA"

// expectSaid wants the head over the lights, and what is told below it.
func (i inspector) expectSaid(head, told string) {
	i.t.Helper()
	said := ask[[]string](i.page, `["words", "known"].map((part) => document.querySelector(".here [data-part=" + part + "]").textContent)`)
	if said[0] != head || !strings.Contains(said[1], told) {
		i.t.Errorf("the page says %q, want %q and %q", said, head, told)
	}
}

func TestAnEncryptedTokenIsNamed(t *testing.T) {
	i := openInspector(t, "en")
	i.paste(encryptedToken)
	i.expectLights("none none none none")
	i.expectSaid("A JWE: encrypted, not only signed", "Algorithm: RSA-OAEP. Content encrypted with A256GCM.")
	i.expectReason("format", "Five parts: header, encrypted key")
	if raw := ask[string](i.page, `document.querySelector("#header [data-part=raw]").textContent`); raw != `{"alg":"RSA-OAEP","enc":"A256GCM"}` {
		t.Errorf("the raw header is %s", raw)
	}
	if payload := ask[string](i.page, `document.querySelector("#payload [data-part=unread]").textContent`); payload != "" {
		t.Errorf("an encrypted part is shown as the payload: %q", payload)
	}
}

func TestWhatStandsAroundAPastedTokenIsTakenOff(t *testing.T) {
	i := openInspector(t, "en")
	const half = len(foreignToken) / 2
	for _, pasted := range []string{
		foreignToken,
		"Bearer " + foreignToken,
		"authorization: bearer  " + foreignToken,
		`-H "Authorization: Bearer ` + foreignToken + `"`,
		`"` + foreignToken + `",`,
		"“" + foreignToken + "”",
		"'" + foreignToken[:half] + "\r\n  " + foreignToken[half:] + "'\n",
	} {
		i.paste(pasted)
		if token := ask[string](i.page, `document.getElementById("token").value`); token != foreignToken {
			t.Errorf("%q is read as %q", pasted, token)
		}
	}
}

func TestALinkCarriesATokenThatNoServerSees(t *testing.T) {
	i := openInspector(t, "en")
	i.take()
	token := ask[string](i.page, `document.getElementById("token").value`)
	link := play[string](i.page, `let copied = "";
		navigator.clipboard.writeText = async (text) => void (copied = text);
		document.querySelector("[data-part=link]").click();
		await null;
		return copied;`)
	if address, carried, _ := strings.Cut(link, "#token="); carried != token || strings.Contains(address, "eyJ") {
		t.Errorf("the link to %s is %s", token, link)
	}
	i.press("clear")
	i.expectLights("none none none none")
	ask[bool](i.page, fmt.Sprintf(`((location.href = %q), true)`, link)) // the page is there: only the # changes
	i.expectLights("ok ok ok ok")
	i.do(chromedp.Navigate("about:blank"), chromedp.Navigate(link))
	i.expectLights("ok ok ok ok")
	if kept := ask[string](i.page, `location.href`); strings.Contains(kept, "eyJ") {
		t.Errorf("the address keeps the token: %s", kept)
	}
}

// Without WebCrypto, as over plain http from another machine.
func TestWithoutWebCryptoTheServerChecks(t *testing.T) {
	i := openInspector(t, "en", 401)
	ask[bool](i.page, `Object.defineProperty(crypto, "subtle", { value: undefined }) && true`)
	i.press("take")
	i.expectLights("ok unsure ok ok")
	i.expectReason("signature", "ask it below")
	i.press("ask")
	i.expectLights("ok ok ok ok")
	i.expectReason("signature", "The server has checked it, and it fits")
	i.try("admin")
	i.expectLights("ok unsure ok ok")
	i.press("ask")
	i.expectLights("ok stranger ok ok")
	i.try("expired")
	i.press("ask")
	i.expectLights("ok stranger stranger ok")
}

func TestTheInspectorIsWholeInBothLanguagesAndOnAPhone(t *testing.T) {
	text, err := os.ReadFile("../../web/assets/lang/en.json")
	if err != nil {
		t.Fatal(err)
	}
	var english map[string]any
	if err := json.Unmarshal(text, &english); err != nil {
		t.Fatal(err)
	}
	for _, lang := range []string{"en", "es"} {
		t.Run(lang, func(t *testing.T) {
			i := openInspector(t, lang, 401)
			i.do(chromedp.EmulateViewport(360, 740, chromedp.EmulateMobile, chromedp.EmulateTouch))
			look := func(when string) {
				t.Helper()
				i.expectNoSidewaysScrolling(when)
				said := ask[string](i.page, `document.body.innerText.replaceAll(document.querySelector("[lang=en][data-part=own]").innerText || "\0", "")`)
				said = encoded.ReplaceAllString(said, "") // in which any three letters can stand
				for _, wrong := range []string{"inspector.", "undefined", "NaN", "[object", "{"} {
					if strings.Contains(said, wrong) {
						t.Errorf("%s: the page says %q:\n%s", when, wrong, said)
					}
				}
				if lang != "en" {
					expectNone(t, when, said, english["inspector"])
				}
			}
			look("at the start")
			i.take()
			look("a good token")
			for _, experiment := range []string{"admin", "none", "expired", "character"} {
				i.try(experiment)
				i.press("ask")
				wait[bool](i.page, `!document.querySelector("[data-part=answer]").hidden`)
				look(experiment)
			}
			i.sign("HS256", `{}`, `{ "aud": "other", "nbf": 9999999999, "http://example.com/a-very-long-name-for-a-claim": { "a": [1, 2] } }`)
			look("a token of its own")
			i.paste(foreignToken)
			i.giveKey(foreignKey)
			i.expectLights("ok ok stranger none")
			look("a token from elsewhere")
			i.paste(encryptedToken)
			i.expectLights("none none none none")
			look("an encrypted token")
			if inline := ask[[]string](i.page, inlineCode); len(inline) > 0 {
				t.Errorf("inline script or style in the document: %q", inline)
			}
		})
	}
}

// encoded is what a token is made of.
var encoded = regexp.MustCompile(`[A-Za-z0-9_-]{24,}`)

// expectNone fails for every whole text of a catalogue that stands in what is said.
func expectNone(t *testing.T, when, said string, node any) {
	t.Helper()
	switch node := node.(type) {
	case map[string]any:
		for _, child := range node {
			expectNone(t, when, said, child)
		}
	case string:
		if len(node) > 20 && strings.Contains(said, node) {
			t.Errorf("%s: the page says in English: %s", when, node)
		}
	}
}

func TestTheInspectorHasEnoughContrast(t *testing.T) {
	i := openInspector(t, "en", 401)
	for _, scheme := range []string{"light", "dark"} {
		i.prefer("prefers-color-scheme", scheme)
		i.press("clear")
		i.expectLights("none none none none")
		i.expectContrast(scheme + ", no token")
		i.take()
		i.expectServerToAgree("")
		i.expectContrast(scheme + ", a good token")
		i.try("none")
		i.expectLights("stranger stranger ok ok")
		i.expectServerToAgree("format")
		i.expectContrast(scheme + ", a bad token")
		i.sign("HS256", `{}`, `{ "nbf": 9999999999 }`)
		i.expectLights("ok stranger unsure ok")
		i.expectContrast(scheme + ", a token from the future")
	}
}

func TestTheInspectorIsPlayedByKeyboardAlone(t *testing.T) {
	i := openInspector(t, "en", 401)
	tabTo := func(selector string) {
		t.Helper()
		for range 60 {
			i.do(chromedp.KeyEvent(kb.Tab))
			if unmarked := ask[string](i.page, `document.activeElement.matches(":focus-visible") && getComputedStyle(document.activeElement).outlineStyle !== "none"
				? "" : document.activeElement.outerHTML`); unmarked != "" {
				t.Errorf("it cannot be seen that the focus is on %.200s", unmarked)
			}
			if ask[bool](i.page, fmt.Sprintf(`document.activeElement.matches(%q)`, selector)) {
				return
			}
		}
		t.Fatalf("no tab reaches %s", selector)
	}
	i.do(chromedp.KeyEvent("t"))
	i.expectLights("ok ok ok ok")
	i.expectMessage("Accepted")
	i.do(chromedp.KeyEvent("a"))
	wait[bool](i.page, `document.querySelector("[data-part=answer]").textContent.includes("This page says the same.")`)

	tabTo("#token")
	tabTo("[data-experiment=admin]")
	i.do(chromedp.KeyEvent(kb.Enter))
	i.expectLights("ok stranger ok ok")
	i.expectMessage("✕ Refused at: Signature")
	tabTo("[data-experiment=undo]")
	i.do(chromedp.KeyEvent(kb.Enter))
	i.expectLights("ok ok ok ok")
	tabTo("[data-part=ask]")
	i.do(chromedp.KeyEvent(kb.Enter))
	wait[bool](i.page, `!document.querySelector("[data-part=answer]").hidden`)

	tabTo(`[aria-label="Value of sub"]`)
	i.do(chromedp.KeyEvent("\"alice\""))
	i.expectLights("ok stranger ok ok")
	if value := ask[string](i.page, `document.activeElement.value`); value != `"alice"` {
		t.Errorf("the field has lost the focus or what was typed: %q", value)
	}
	tabTo(`[aria-label="Value of exp"]`)
	i.do(chromedp.KeyEvent("[1")) // no JSON yet: the token stays
	wait[bool](i.page, `document.activeElement.ariaInvalid === "true"`)
	i.expectMessage("✕ This is not JSON yet")
	i.expectLights("ok stranger ok ok")

	tabTo("[data-part=sign]")
	i.do(chromedp.KeyEvent(kb.Enter))
	i.expectMessage("Signed.")
	tabTo("[data-part=use]")
	i.do(chromedp.KeyEvent(kb.Enter))
	i.expectMessage("✕ Refused at: Signature")
	if focus := ask[string](i.page, `document.activeElement.id`); focus != "token" {
		t.Errorf("the focus is on %q, want the token that was signed", focus)
	}
	if nameless := ask[[]string](i.page, `[...document.querySelectorAll("button, input, select, textarea")]
		.filter((e) => !(e.labels?.length || e.ariaLabel || e.textContent.trim())).map((e) => e.outerHTML)`); len(nameless) > 0 {
		t.Errorf("a screen reader cannot name %q", nameless)
	}
}

func TestTheInspectorsFieldLiesOnItsColours(t *testing.T) {
	c, _ := start(t, embedded.Config{})
	i := inspector{openAt(t, c.URL(), "/inspector?lang=en")}
	i.ready()
	for _, width := range []int64{240, 360, 1440} { // at 240 px the token is longer than its frame is high
		i.do(chromedp.EmulateViewport(width, 900))
		i.take()
		if off := ask[[]float64](i.page, `(() => {
			const [colours, field] = document.querySelector(".overlay").children;
			const [a, b] = [colours, field].map((e) => e.getBoundingClientRect());
			return [a.left - b.left, a.top - b.top, a.width - b.width, a.height - b.height, Math.max(0, field.scrollHeight - field.clientHeight)];
		})()`); fmt.Sprint(off) != "[0 0 0 0 0]" {
			t.Errorf("at %d px the field lies beside its colours by %v", width, off)
		}
		if colours := ask[int](i.page, `new Set([...document.querySelectorAll(".overlay span")].map((e) => getComputedStyle(e).color)).size`); colours != 4 {
			t.Errorf("the token is in %d colours, want three and the dots'", colours)
		}
	}
}
