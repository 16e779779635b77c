package experiment

import (
	"context"
	"net/http"
	"time"
)

// loginDurations lets time pass, asks for each user's page again and again, and says after how long each was refused: 0 for a
// user who is not logged in at all, atMost for one who was never refused.
func loginDurations(ctx context.Context, target Target, users map[string]*User, often, atMost time.Duration) (map[string]time.Duration, error) {
	ended := map[string]time.Duration{}
	for passed := time.Duration(0); ; passed += often {
		for name, user := range users {
			if _, over := ended[name]; over {
				continue
			}
			status, err := user.Status(ctx, "/me")
			if err != nil {
				return nil, err
			}
			if status != http.StatusOK || passed >= atMost {
				ended[name] = passed
			}
		}
		if len(ended) == len(users) {
			return ended, nil
		}
		if err := target.Advance(ctx, often); err != nil {
			return nil, err
		}
	}
}
