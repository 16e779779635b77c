package token

import (
	"errors"
	"fmt"
)

var (
	// ErrNoToken means that the request carries no token.
	ErrNoToken = errors.New("no token")
	// ErrInvalid means that Verify or CheckRevoked refused an access token.
	ErrInvalid = errors.New("token is not valid")
	// ErrRefresh means that a refresh token was refused.
	ErrRefresh = errors.New("refresh token is not valid")
	// ErrUnavailable means that Redis did not answer. The token may be good: answer 503, not 401.
	ErrUnavailable = errors.New("token store does not answer")
	// ErrRefreshPending means that another request is spending the same refresh token, and nothing was changed. Try again in a
	// second: by then it has succeeded or given up.
	ErrRefreshPending = errors.New("refresh token is being used by another request")
	// ErrTooLong means that a token was not issued, because Verify would refuse one of its length.
	ErrTooLong = errors.New("token is too long")
	// ErrWeakKey means that a key is too short, or of the wrong kind for its algorithm.
	ErrWeakKey = errors.New("signing key is too weak")
)

// The reasons to refuse an access token, in the order of the checks. Each is also ErrInvalid.
var (
	ErrFormat    = fmt.Errorf("%w: format", ErrInvalid)
	ErrSignature = fmt.Errorf("%w: signature", ErrInvalid)
	ErrTime      = fmt.Errorf("%w: time", ErrInvalid)
	ErrClaims    = fmt.Errorf("%w: claims", ErrInvalid)
	ErrDenied    = fmt.Errorf("%w: revoked", ErrInvalid)
	ErrBound     = fmt.Errorf("%w: binding", ErrInvalid) // it is bound to another key than the client showed, or to none
)

// The reasons to refuse a proof (RFC 9449). The token may be good.
var (
	ErrProof     = errors.New("proof is not valid")
	ErrProofUsed = fmt.Errorf("%w: it was used before", ErrProof)
	ErrNonce     = fmt.Errorf("%w: nonce", ErrProof) // the same with the nonce that Nonce returns is good
)

// The reasons to refuse a refresh token. Each is also ErrRefresh.
var (
	ErrRefreshFormat  = fmt.Errorf("%w: format", ErrRefresh) // it is not of the form of one, so Redis was not asked
	ErrRefreshUnknown = fmt.Errorf("%w: unknown", ErrRefresh)
	ErrRefreshReused  = fmt.Errorf("%w: used before, so its family ends", ErrRefresh)
	ErrRefreshBound   = fmt.Errorf("%w: it is bound to another key than the client showed, or to none", ErrRefresh)
	ErrFamilyEnded    = fmt.Errorf("%w: its family has ended", ErrRefresh)
)
