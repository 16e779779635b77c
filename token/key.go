package token

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"fmt"

	"github.com/go-jose/go-jose/v4"
	"github.com/golang-jwt/jwt/v5"
)

// The algorithms that a key can be for (RFC 7518, RFC 8037).
const (
	HS256 = "HS256" // one secret signs and verifies: a service that can verify a token can also sign one
	RS256 = "RS256" // the most widely understood; large signatures (256 bytes), slow to sign
	ES256 = "ES256" // small, and known to every browser's WebCrypto, gateway and library
	EdDSA = "EdDSA" // Ed25519: small and the least to get wrong; not everywhere yet
)

// DefaultAlgorithm is ES256. It is asymmetric, so another service can verify without being able to sign; its signature is
// 64 bytes; RFC 7518 recommends it; and browsers, gateways and libraries know it.
const DefaultAlgorithm = ES256

// Algorithms lists every algorithm, the default first.
func Algorithms() []string { return []string{ES256, EdDSA, RS256, HS256} }

const (
	minSecretBytes = 32   // RFC 7518, section 3.2: at least the size of the hash
	minRSABits     = 2048 // RFC 7518, section 3.3
)

// A Key is for one algorithm. The server chooses it, and never a token's header (RFC 8725, section 3.1).
type Key struct {
	id      string
	method  jwt.SigningMethod
	private any // signs: []byte, *rsa.PrivateKey, *ecdsa.PrivateKey, ed25519.PrivateKey
	public  any // verifies; the same secret for HS256
}

// ID is the kid by which a token names its key.
func (k *Key) ID() string { return k.id }

// Algorithm is the alg that the key is for.
func (k *Key) Algorithm() string { return k.method.Alg() }

// GenerateKey makes a key for one of Algorithms.
func GenerateKey(algorithm string) (*Key, error) {
	var private any
	var err error
	switch algorithm {
	case HS256:
		secret := make([]byte, minSecretBytes)
		rand.Read(secret) // never fails: crypto/rand ends the program rather than return weak bytes
		private = secret
	case RS256:
		private, err = rsa.GenerateKey(rand.Reader, minRSABits)
	case ES256:
		private, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case EdDSA:
		_, private, err = ed25519.GenerateKey(rand.Reader)
	default:
		return nil, fmt.Errorf("generate key: no algorithm %q among %v", algorithm, Algorithms())
	}
	if err != nil {
		return nil, fmt.Errorf("generate key: %w", err)
	}
	return NewKey("", algorithm, private)
}

// NewKey wraps a private key: []byte, *rsa.PrivateKey, *ecdsa.PrivateKey or ed25519.PrivateKey, as the algorithm
// needs. Without an id it gets one: the RFC 7638 thumbprint of its public half, or, where there is no public half, a
// random one. ErrWeakKey means that the key is too short or of another kind.
func NewKey(id, algorithm string, private any) (*Key, error) {
	var public any
	switch p := private.(type) {
	case []byte:
		public = p
	case *rsa.PrivateKey:
		public = &p.PublicKey
	case *ecdsa.PrivateKey:
		public = &p.PublicKey
	case ed25519.PrivateKey:
		if len(p) != ed25519.PrivateKeySize {
			return nil, fmt.Errorf("%w: Ed25519 of %d bytes", ErrWeakKey, len(p))
		}
		public = p.Public()
	default:
		return nil, fmt.Errorf("%w: %T for %s", ErrWeakKey, private, algorithm)
	}
	k, err := newVerifyingKey(id, algorithm, public)
	if err != nil {
		return nil, err
	}
	k.private = private
	return k, nil
}

// newVerifyingKey wraps a public key, or the secret of HS256, as NewKey does.
func newVerifyingKey(id, algorithm string, public any) (*Key, error) {
	k := &Key{id: id, method: jwt.GetSigningMethod(algorithm), public: public}
	switch p := public.(type) {
	case []byte:
		if algorithm != HS256 || len(p) < minSecretBytes {
			return nil, fmt.Errorf("%w: %d bytes of secret for %s", ErrWeakKey, len(p), algorithm)
		}
	case *rsa.PublicKey:
		if algorithm != RS256 || p.N.BitLen() < minRSABits {
			return nil, fmt.Errorf("%w: RSA with %d bits for %s", ErrWeakKey, p.N.BitLen(), algorithm)
		}
		if isROCA(p.N) {
			return nil, fmt.Errorf("%w: RSA from a chip whose keys can be factored (CVE-2017-15361)", ErrWeakKey)
		}
	case *ecdsa.PublicKey:
		if algorithm != ES256 || p.Curve != elliptic.P256() {
			return nil, fmt.Errorf("%w: ECDSA on %s for %s", ErrWeakKey, p.Curve.Params().Name, algorithm)
		}
	case ed25519.PublicKey:
		if algorithm != EdDSA {
			return nil, fmt.Errorf("%w: Ed25519 for %s", ErrWeakKey, algorithm)
		}
	default:
		return nil, fmt.Errorf("%w: %T for %s", ErrWeakKey, public, algorithm)
	}
	if k.id == "" {
		if err := k.setID(); err != nil {
			return nil, err
		}
	}
	return k, nil
}

func (k *Key) setID() error {
	if k.Algorithm() == HS256 {
		// Not a hash of the secret: the ID is public, and an attacker could test guesses of the secret against a hash.
		k.id = rand.Text()
		return nil
	}
	thumbprint, err := (&jose.JSONWebKey{Key: k.public}).Thumbprint(crypto.SHA256)
	if err != nil {
		return fmt.Errorf("name key: %w", err)
	}
	k.id = base64.RawURLEncoding.EncodeToString(thumbprint)
	return nil
}

func (k *Key) jwk(key any) jose.JSONWebKey {
	return jose.JSONWebKey{Key: key, KeyID: k.id, Algorithm: k.Algorithm(), Use: "sig"}
}
