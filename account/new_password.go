package account

import (
	"fmt"
	"unicode/utf8"
)

// minPassword is the least number of characters of a new password. NIST asks for 15 where it is the only factor, and for 8
// otherwise (SP 800-63B-4, section 3.1.1.2). A lab's passwords protect nothing, so 8 will do.
const minPassword = 8

// CheckNewPassword returns ErrWeakPassword for a password that no user should be given. It asks for no digits and signs:
// such rules make passwords harder to remember and not harder to guess.
func CheckNewPassword(password string) error {
	if utf8.RuneCountInString(password) < minPassword || len(password) > maxPassword {
		return fmt.Errorf("%w: it needs %d characters and may have %d bytes", ErrWeakPassword, minPassword, maxPassword)
	}
	return nil
}
