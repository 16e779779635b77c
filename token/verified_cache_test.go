package token_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"authlab/account"
	"authlab/token"
)

// The cache remembers that a signature was good. Whatever can change is checked again.
func TestATokenThatComesAgainIsCheckedButForItsSignature(t *testing.T) {
	b := newSetup(t, token.ES256)
	text, _, err := b.Issue(alice)
	must(t, err)
	for i, seen := range []bool{false, true, true} {
		claims, err := b.Verify(text)
		if err != nil || claims.Cached != seen || claims.Subject != "alice" {
			t.Fatalf("time %d: %+v, %v; want Cached %t", i+1, claims, err, seen)
		}
	}
	if _, err := b.Verify(text[:len(text)-1]); err == nil {
		t.Error("a shorter token was taken for the one that was seen")
	}

	b.advance(-2 * time.Second)
	if _, err := b.Verify(text); !errors.Is(err, token.ErrTime) {
		t.Errorf("before it was issued: %v, want ErrTime", err)
	}
	b.advance(2*time.Second + token.DefaultAccess)
	if _, err := b.Verify(text); !errors.Is(err, token.ErrTime) {
		t.Errorf("when it has expired: %v, want ErrTime", err)
	}
}

func TestADroppedKeyEndsAlsoTheTokensThatAreCached(t *testing.T) {
	b := newSetup(t, token.ES256)
	text, _, err := b.Issue(alice)
	must(t, err)
	_, err = b.Verify(text)
	must(t, err)

	// The next key has the same ID, so that only the key itself can tell.
	other, err := token.GenerateKey(token.ES256)
	must(t, err)
	impostor, err := token.NewKey(b.key.ID(), token.ES256, token.PrivateOf(other))
	must(t, err)
	must(t, b.keys.Add(other))
	must(t, b.keys.Sign(other.ID()))
	if claims, err := b.Verify(text); err != nil || !claims.Cached {
		t.Errorf("while keys overlap: %+v, %v", claims, err)
	}
	must(t, b.keys.Drop(b.key.ID()))
	if _, err := b.Verify(text); !errors.Is(err, token.ErrSignature) {
		t.Errorf("with its key dropped: %v, want ErrSignature", err)
	}
	must(t, b.keys.Add(impostor))
	if _, err := b.Verify(text); !errors.Is(err, token.ErrSignature) {
		t.Errorf("with another key of that ID: %v, want ErrSignature", err)
	}
}

func TestTheCacheForgetsTokensThatAreNotUsed(t *testing.T) {
	b := newSetup(t, token.HS256)
	important := account.User{Name: "alice"}
	for i := range 500 { // so that a few hundred tokens fill the cache
		important.Roles = append(important.Roles, fmt.Sprintf("perm-%03d", i))
	}
	issue := func() string {
		text, _, err := b.Issue(important)
		must(t, err)
		return text
	}
	cached := func(text string) bool {
		verified, err := b.Verify(text)
		must(t, err)
		return verified.Cached
	}
	unused, used := issue(), issue()
	cached(unused)
	cached(used)
	if length := len(used); length < token.MaxLength/2 {
		t.Fatalf("a token has only %d bytes", length)
	}
	for i := range 4 * token.VerifiedCacheBytes / len(used) {
		if cached(issue()) {
			t.Fatal("a new token was there before")
		}
		if !cached(used) {
			t.Fatalf("after %d others, a token that is used all the time is forgotten", i+1)
		}
		if bytes := b.VerifiedBytes(); bytes > token.VerifiedCacheBytes {
			t.Fatalf("the cache holds %d bytes of tokens, and %d is the most", bytes, token.VerifiedCacheBytes)
		}
	}
	if cached(unused) {
		t.Error("a token that was used once is still there")
	}
}

func TestATokenThatVerifyWouldRefuseIsNotIssued(t *testing.T) {
	b := newSetup(t, token.ES256)
	important := account.User{Name: "alice"}
	for i := range 1000 {
		important.Roles = append(important.Roles, fmt.Sprintf("perm-%03d", i))
	}
	if _, _, err := b.Issue(important); !errors.Is(err, token.ErrTooLong) {
		t.Errorf("Issue: %v, want ErrTooLong", err)
	}
	if _, err := b.Login(t.Context(), important); !errors.Is(err, token.ErrTooLong) {
		t.Errorf("Login: %v, want ErrTooLong", err)
	}
	if keys := b.redis.Keys(); len(keys) > 0 {
		t.Errorf("a login that failed left %q", keys)
	}

	pair, err := b.Login(t.Context(), alice)
	must(t, err)
	must(t, b.directory.SetRoles(t.Context(), "alice", important.Roles))
	if _, err := b.Refresh(t.Context(), pair.RefreshToken); !errors.Is(err, token.ErrTooLong) {
		t.Errorf("Refresh: %v, want ErrTooLong", err)
	}
	must(t, b.directory.SetRoles(t.Context(), "alice", alice.Roles))
	b.retryAfter()
	if _, err := b.Refresh(t.Context(), pair.RefreshToken); err != nil {
		t.Errorf("the refresh that failed spent the token: %v", err)
	}
}

// BenchmarkVerify is a token that comes for the first time, and one that comes again.
func BenchmarkVerify(b *testing.B) {
	for _, algorithm := range token.Algorithms() {
		s := newSetup(b, algorithm)
		text, _, err := s.Issue(alice)
		must(b, err)
		verify := func(b *testing.B, text string) {
			if _, err := s.Verify(text); err != nil {
				b.Fatal(err)
			}
		}
		b.Run(algorithm+"/first", func(b *testing.B) {
			b.ReportAllocs()
			texts := make([]string, b.N)
			for i := range texts {
				texts[i], _, err = s.Issue(alice)
				must(b, err)
			}
			b.ResetTimer()
			for i := range b.N {
				verify(b, texts[i])
			}
		})
		b.Run(algorithm+"/again", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				verify(b, text)
			}
		})
	}
}
