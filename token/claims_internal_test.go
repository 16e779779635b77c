package token

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// A claim that is written and not read would be lost without a word.
func TestEveryClaimThatIsWrittenIsRead(t *testing.T) {
	at := Instant(time.UnixMilli(1_234_567))
	wrote := Claims{
		RegisteredClaims: jwt.RegisteredClaims{Issuer: "issuer", Subject: "sub", Audience: jwt.ClaimStrings{"aud"}, ID: "jti"},
		ExpiresAt:        at, NotBefore: at, IssuedAt: at, AuthTime: at, ClientID: "client", FamilyID: "family", Confirmation: &Confirmation{"jkt"}, Roles: []string{"admin"},
	}
	value := reflect.ValueOf(wrote)
	for i := range value.NumField() {
		if value.Field(i).IsZero() {
			t.Errorf("the test has no %s", value.Type().Field(i).Name)
		}
	}
	text, err := json.Marshal(wrote)
	if err != nil {
		t.Fatal(err)
	}
	var read Claims
	if others, err := readObject(text, read.fields()); err != nil || len(others) > 0 {
		t.Errorf("%v, others: %q", err, others)
	}
	if again, err := json.Marshal(read); err != nil || string(again) != string(text) {
		t.Errorf("%s, want %s (%v)", again, text, err)
	}
}
