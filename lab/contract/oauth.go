package contract

// The client that every lab registers at its login server: an app at no real address, so that an experiment can be it.
const (
	OAuthClient   = "shop"
	OAuthRedirect = "https://shop.example/callback"
)
