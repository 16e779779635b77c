package token

// PrivateOf lets a test sign what the package would never sign.
func PrivateOf(k *Key) any { return k.private }
