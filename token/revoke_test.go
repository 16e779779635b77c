package token_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"authlab/account"
	"authlab/token"
)

// onEachRedis runs a test on the embedded Redis, and on a real one where there is one.
func onEachRedis(t *testing.T, test func(t *testing.T, b *setup)) {
	t.Run("embedded", func(t *testing.T) { test(t, newSetup(t, token.DefaultAlgorithm)) })
	t.Run("real", func(t *testing.T) { test(t, setupOnRealRedis(t)) })
	t.Run("cluster", func(t *testing.T) { test(t, setupOnCluster(t)) })
}

func login(t *testing.T, b *setup) token.Pair {
	t.Helper()
	pair, err := b.Login(t.Context(), alice)
	must(t, err)
	return pair
}

func TestALogoutIsSeenOnlyByAServerThatAsksTheDenylist(t *testing.T) {
	onEachRedis(t, func(t *testing.T, b *setup) {
		pair, other := login(t, b), login(t, b)
		claims, err := b.verifyRevocable(t.Context(), pair.AccessToken)
		must(t, err)
		must(t, b.Logout(t.Context(), claims.Claims))
		if _, err := b.verifyRevocable(t.Context(), pair.AccessToken); !errors.Is(err, token.ErrDenied) {
			t.Errorf("asking the denylist: %v, want ErrDenied", err)
		}
		if _, err := b.Verify(pair.AccessToken); err != nil {
			t.Errorf("not asking: %v, want no error: that is what stateless means", err)
		}
		if _, err := b.Refresh(t.Context(), pair.RefreshToken); !errors.Is(err, token.ErrFamilyEnded) {
			t.Errorf("refresh after logout: %v, want ErrFamilyEnded", err)
		}
		if _, err := b.verifyRevocable(t.Context(), other.AccessToken); err != nil {
			t.Errorf("another login of the same user: %v", err)
		}
	})
}

func TestLogoutEverywhereEndsEveryLoginBeforeItAndNoneAfter(t *testing.T) {
	for name, skew := range map[string]time.Duration{
		"one clock": 0, "by a replica whose clock is behind": -10 * time.Minute, "by a replica whose clock is ahead": 10 * time.Minute,
	} {
		t.Run(name, func(t *testing.T) { onEachRedis(t, func(t *testing.T, b *setup) { logoutEverywhere(t, b, skew) }) })
	}
}

// All of it takes less than a millisecond at times, so it shows too that the order does not hang on how fine the clock is.
func logoutEverywhere(t *testing.T, b *setup, skew time.Duration) {
	for range 3 {
		before := []token.Pair{login(t, b), login(t, b)}
		b.advance(skew)
		must(t, b.LogoutEverywhere(t.Context(), "alice"))
		b.advance(-skew)
		after := login(t, b)
		for _, pair := range before {
			if _, err := b.verifyRevocable(t.Context(), pair.AccessToken); !errors.Is(err, token.ErrDenied) {
				t.Errorf("a login before it: %v, want ErrDenied", err)
			}
			if _, err := b.Refresh(t.Context(), pair.RefreshToken); !errors.Is(err, token.ErrFamilyEnded) {
				t.Errorf("refresh token of a login before it: %v, want ErrFamilyEnded", err)
			}
		}
		if _, err := b.verifyRevocable(t.Context(), after.AccessToken); err != nil {
			t.Errorf("a login after it: %v", err)
		}
		if _, err := b.Refresh(t.Context(), after.RefreshToken); err != nil {
			t.Errorf("refresh token of a login after it: %v", err)
		}
	}
}

func TestARefreshTokenWorksOnceAndAReplayEndsTheFamily(t *testing.T) {
	onEachRedis(t, func(t *testing.T, b *setup) {
		first := login(t, b)
		second, err := b.Refresh(t.Context(), first.RefreshToken)
		must(t, err)
		third, err := b.Refresh(t.Context(), second.RefreshToken)
		must(t, err)
		if _, err := b.Verify(third.AccessToken); err != nil {
			t.Fatal(err)
		}
		expectReplayEnds(t, b, first, third)
	})
}

// expectReplayEnds uses a spent refresh token again, and then the newest of its family.
func expectReplayEnds(t *testing.T, b *setup, spent, newest token.Pair) {
	t.Helper()
	if _, err := b.Refresh(t.Context(), spent.RefreshToken); !errors.Is(err, token.ErrRefreshReused) {
		t.Errorf("a replay: %v, want ErrRefreshReused", err)
	}
	if _, err := b.Refresh(t.Context(), newest.RefreshToken); !errors.Is(err, token.ErrFamilyEnded) {
		t.Errorf("the newest token after the replay: %v, want ErrFamilyEnded", err)
	}
}

// A client that uses a spent token again is taken for another tab for a while, and however often it does, the while does not
// grow. Off is as without it: TestARefreshTokenWorksOnceAndAReplayEndsTheFamily.
func TestWithUndetectedReuseASpentRefreshTokenWorksOnForAWhile(t *testing.T) {
	b := newSetup(t, token.DefaultAlgorithm)
	client := redis.NewClient(&redis.Options{Addr: b.redis.Addr(), MaxRetries: -1})
	defer client.Close()
	lenient := token.NewService(token.Config{Keys: b.keys, Directory: b.directory, Redis: client, Prefix: "authlab:", Now: b.clock, UndetectedReuse: 10 * time.Second})
	first, err := lenient.Login(t.Context(), alice)
	must(t, err)
	var pairs []token.Pair // of a client each
	for range 3 {
		pair, err := lenient.Refresh(t.Context(), first.RefreshToken)
		must(t, err)
		pair, err = lenient.Refresh(t.Context(), pair.RefreshToken)
		must(t, err)
		pairs = append(pairs, pair)
		b.redis.FastForward(4 * time.Second)
	}
	if _, err := lenient.Refresh(t.Context(), first.RefreshToken); !errors.Is(err, token.ErrRefreshReused) {
		t.Errorf("when the while is over: %v", err)
	}
	for i, pair := range pairs {
		if _, err := lenient.Refresh(t.Context(), pair.RefreshToken); !errors.Is(err, token.ErrFamilyEnded) {
			t.Errorf("client %d, after a reuse that was detected: %v", i, err)
		}
		if _, err := b.verifyRevocable(t.Context(), pair.AccessToken); !errors.Is(err, token.ErrDenied) {
			t.Errorf("client %d keeps its access token: %v", i, err)
		}
	}
	spent, err := lenient.Login(t.Context(), alice)
	must(t, err)
	_, err = b.Refresh(t.Context(), spent.RefreshToken)
	must(t, err)
	if _, err := lenient.Refresh(t.Context(), spent.RefreshToken); !errors.Is(err, token.ErrRefreshReused) {
		t.Errorf("a token that was spent at a replica without the option: %v", err)
	}
	// Whichever client logs out, all are logged out.
	for out := range 2 {
		login, err := lenient.Login(t.Context(), alice)
		must(t, err)
		var clients []token.Pair
		for range 2 {
			pair, err := lenient.Refresh(t.Context(), login.RefreshToken)
			must(t, err)
			clients = append(clients, pair)
		}
		must(t, lenient.LogoutRefresh(t.Context(), clients[out].RefreshToken))
		if _, err := lenient.Refresh(t.Context(), clients[1-out].RefreshToken); !errors.Is(err, token.ErrFamilyEnded) {
			t.Errorf("client %d logged out, and the other is still in: %v", out, err)
		}
	}
}

func TestOfManyRequestsWithOneRefreshTokenOneSucceeds(t *testing.T) {
	onEachRedis(t, func(t *testing.T, b *setup) {
		pair := login(t, b)
		var won, lost atomic.Int32
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() {
				switch _, err := b.Refresh(t.Context(), pair.RefreshToken); {
				case err == nil:
					won.Add(1)
				case errors.Is(err, token.ErrRefresh):
					lost.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if won.Load() != 1 || lost.Load() != 49 {
			t.Errorf("%d won and %d lost", won.Load(), lost.Load())
		}
	})
}

func TestARefreshTokenThatIsNotOursEndsNoFamily(t *testing.T) {
	b := newSetup(t, token.DefaultAlgorithm)
	pair := login(t, b)
	claims, err := b.Verify(pair.AccessToken)
	must(t, err)
	for forged, want := range map[string]error{
		"": token.ErrRefreshFormat, "garbage": token.ErrRefreshFormat, pair.RefreshToken + "A": token.ErrRefreshFormat,
		strings.Repeat("A", 1<<20): token.ErrRefreshFormat,
		claims.FamilyID + strings.Repeat("A", len(pair.RefreshToken)-len(claims.FamilyID)): token.ErrRefreshUnknown,
		"A" + strings.Repeat("\x00", len(pair.RefreshToken)-1):                             token.ErrRefreshUnknown,
		"}" + pair.RefreshToken[1:]:                                                        token.ErrRefreshFormat,
	} {
		if _, err := b.Refresh(t.Context(), forged); !errors.Is(err, want) || !errors.Is(err, token.ErrRefresh) {
			t.Errorf("%.20q: %v, want %v", forged, err, want)
		}
		if err := b.LogoutRefresh(t.Context(), forged); !errors.Is(err, want) || !errors.Is(err, token.ErrRefresh) {
			t.Errorf("logout with %.20q: %v, want %v", forged, err, want)
		}
	}
	next, err := b.Refresh(t.Context(), pair.RefreshToken)
	if err != nil {
		t.Fatalf("the family died of a forged token: %v", err)
	}
	must(t, b.LogoutRefresh(t.Context(), next.RefreshToken))
	if _, err := b.Refresh(t.Context(), next.RefreshToken); !errors.Is(err, token.ErrFamilyEnded) {
		t.Errorf("after logout by refresh token: %v, want ErrFamilyEnded", err)
	}
}

func TestARefreshReadsTheRolesAnew(t *testing.T) {
	b := newSetup(t, token.DefaultAlgorithm)
	pair := login(t, b)
	must(t, b.directory.SetRoles(t.Context(), "alice", []string{account.RoleUser}))
	old, err := b.Verify(pair.AccessToken)
	must(t, err)
	if !slices.Contains(old.Roles, account.RoleAdmin) {
		t.Error("the letter changed after it was signed")
	}
	next, err := b.Refresh(t.Context(), pair.RefreshToken)
	must(t, err)
	young, err := b.Verify(next.AccessToken)
	must(t, err)
	if slices.Contains(young.Roles, account.RoleAdmin) {
		t.Error("the refreshed token still says admin")
	}
}

func TestAFamilyEndsInTimeHoweverOftenItIsRefreshed(t *testing.T) {
	b := newSetup(t, token.DefaultAlgorithm)
	pair := login(t, b)
	for range 3 {
		b.advance(token.DefaultRefresh/4 - time.Second)
		next, err := b.Refresh(t.Context(), pair.RefreshToken)
		must(t, err)
		pair = next
	}
	b.advance(token.DefaultRefresh / 4)
	b.advance(3 * time.Second)
	if _, err := b.Refresh(t.Context(), pair.RefreshToken); !errors.Is(err, token.ErrFamilyEnded) {
		t.Errorf("after its whole life: %v, want ErrFamilyEnded", err)
	}
}

func TestAStoppedRedisIsUnavailableAndForgottenEntriesLiveAgain(t *testing.T) {
	b := newSetup(t, token.DefaultAlgorithm)
	pair := login(t, b)
	claims, err := b.Verify(pair.AccessToken)
	must(t, err)
	must(t, b.Logout(t.Context(), claims.Claims))
	b.redis.Close()
	_, verifyErr := b.verifyRevocable(t.Context(), pair.AccessToken)
	_, loginErr := b.Login(t.Context(), alice)
	_, refreshErr := b.Refresh(t.Context(), pair.RefreshToken)
	for what, err := range map[string]error{
		"CheckRevoked": verifyErr, "Login": loginErr, "Refresh": refreshErr, "Logout": b.Logout(t.Context(), claims.Claims),
		"LogoutEverywhere": b.LogoutEverywhere(t.Context(), "alice"), "LogoutRefresh": b.LogoutRefresh(t.Context(), pair.RefreshToken),
	} {
		if !errors.Is(err, token.ErrUnavailable) || errors.Is(err, token.ErrInvalid) || errors.Is(err, token.ErrRefresh) {
			t.Errorf("%s: %v, want ErrUnavailable", what, err)
		}
	}
	if _, err := b.Verify(pair.AccessToken); err != nil {
		t.Errorf("a stateless check asked Redis: %v", err)
	}
	must(t, b.redis.Restart())
	if _, err := b.verifyRevocable(t.Context(), pair.AccessToken); !errors.Is(err, token.ErrDenied) {
		t.Errorf("Redis is back with its data: %v, want ErrDenied", err)
	}
	b.redis.FlushAll()
	if _, err := b.verifyRevocable(t.Context(), pair.AccessToken); err != nil {
		t.Errorf("Redis is back empty: %v, want a revoked token that lives again", err)
	}
}

func TestADenylistEntryOutlivesItsTokenOnEveryClock(t *testing.T) {
	b := newSetup(t, token.DefaultAlgorithm)
	claims, err := b.Verify(login(t, b).AccessToken)
	must(t, err)
	b.advance(10 * time.Minute) // the clock of the replica that logs out is ahead of the others
	must(t, b.Logout(t.Context(), claims.Claims))
	b.advance(-10 * time.Minute)
	key := "authlab:denied:{" + claims.FamilyID[:1] + "}:" + claims.ID
	b.redis.FastForward(token.DefaultAccess - time.Second)
	if !b.redis.Exists(key) {
		t.Error("the entry is gone while a replica that is on time still takes the token")
	}
	b.redis.FastForward(time.Hour + time.Second)
	if b.redis.Exists(key) {
		t.Error("the entry outlives every clock")
	}
}

func TestALogoutAndAReplayTakeBackEveryAccessTokenOfTheLogin(t *testing.T) {
	onEachRedis(t, func(t *testing.T, b *setup) {
		denied := func(what string, tokens ...string) {
			t.Helper()
			for _, text := range tokens {
				if _, err := b.verifyRevocable(t.Context(), text); !errors.Is(err, token.ErrDenied) {
					t.Errorf("%s: %v, want ErrDenied", what, err)
				}
			}
		}
		first := login(t, b)
		second, err := b.Refresh(t.Context(), first.RefreshToken)
		must(t, err)
		claims, err := b.Verify(second.AccessToken)
		must(t, err)
		must(t, b.Logout(t.Context(), claims.Claims))
		denied("after a logout", first.AccessToken, second.AccessToken)

		first = login(t, b)
		second, err = b.Refresh(t.Context(), first.RefreshToken)
		must(t, err)
		if _, err := b.Refresh(t.Context(), first.RefreshToken); !errors.Is(err, token.ErrRefreshReused) {
			t.Fatalf("a replay: %v, want ErrRefreshReused", err)
		}
		denied("after a replay", first.AccessToken, second.AccessToken)
	})
}

func TestATokenIsReadFromTheHeaderOrFromACookie(t *testing.T) {
	for name, tt := range map[string]struct {
		headers []string
		want    error
	}{
		"a good header":            {[]string{"Bearer x.y.z"}, nil},
		"the scheme in lower case": {[]string{"bearer x.y.z"}, nil},
		"several spaces":           {[]string{"Bearer   x.y.z"}, nil},
		"spaces and no token":      {[]string{"Bearer   "}, token.ErrFormat},
		"nothing":                  {nil, token.ErrNoToken},
		"another scheme":           {[]string{"Basic YWxpY2U6eA=="}, token.ErrNoToken},
		"no token after the word":  {[]string{"Bearer "}, token.ErrFormat},
		"just the word":            {[]string{"Bearer"}, token.ErrFormat},
		"two headers":              {[]string{"Bearer x.y.z", "Bearer x.y.z"}, token.ErrFormat},
		"a tab":                    {[]string{"Bearer\tx.y.z"}, token.ErrNoToken},
	} {
		t.Run(name, func(t *testing.T) {
			request := httptest.NewRequest(http.MethodGet, "/", nil)
			request.Header["Authorization"] = tt.headers
			if got, err := token.FromHeader(request); !errors.Is(err, tt.want) || (err == nil) != (got == "x.y.z") {
				t.Errorf("%q, %v; want %v", got, err, tt.want)
			}
		})
	}
	verify := func(text string) (token.Verified, error) {
		if text != "x.y.z" {
			return token.Verified{}, token.ErrFormat
		}
		return token.Verified{}, nil
	}
	for cookies, want := range map[string]string{
		"":                                    "",
		"other=x.y.z":                         "",
		"token=x.y.z":                         "x.y.z",
		"token=bad":                           "bad",
		"token=x.y.z; token=bad":              "x.y.z",
		"token=bad; token=worse; token=x.y.z": "x.y.z",
		"token=bad; other=x.y.z; token=worse": "bad",
	} {
		request := httptest.NewRequest(http.MethodGet, "/", nil)
		request.Header.Set("Cookie", cookies)
		got, err := token.FromCookie("token", verify)(request)
		if got != want || (want == "") != errors.Is(err, token.ErrNoToken) {
			t.Errorf("%q: %q, %v; want %q", cookies, got, err, want)
		}
	}
}
