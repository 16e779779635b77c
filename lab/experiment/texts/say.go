package texts

import (
	"math"
	"regexp"
	"strconv"

	"golang.org/x/text/feature/plural"
)

// A Value is what a placeholder stands for: a number, or else a text that is the same in every language or has been
// said already.
type Value struct {
	Number float64
	Text   string
	IsText bool
}

// Values finds what a placeholder stands for.
type Values func(name string) (Value, bool)

var placeholder = regexp.MustCompile(`\{([^{}:|]+)(?::(\d))?(?:\|([^{}|]*)\|([^{}|]*))?\}`)

// Has tells whether there is a text of this key.
func (l *Language) Has(key string) bool {
	_, ok := l.texts[key]
	return ok
}

// Say is the text of a key, with values in place of its placeholders. A key without a text is said as it is, and a
// placeholder without a value stays as it is, so that either is seen; a test looks for both.
func (l *Language) Say(key string, values Values) string {
	text, ok := l.texts[key]
	if !ok {
		return key
	}
	return placeholder.ReplaceAllStringFunc(text, func(found string) string {
		part := placeholder.FindStringSubmatch(found)
		name, digits, one, other := part[1], part[2], part[3], part[4]
		value, ok := values(name)
		switch {
		case !ok:
			return found
		case value.IsText:
			return value.Text
		case one != "" || other != "":
			if l.isOne(value.Number) {
				return one
			}
			return other
		case digits != "":
			n, _ := strconv.Atoi(digits) // a digit, by the expression
			return l.Decimal(value.Number, n)
		}
		return l.Integer(value.Number)
	})
}

// Text is a text without placeholders.
func (l *Language) Text(key string) string {
	return l.Say(key, func(string) (Value, bool) { return Value{}, false })
}

func (l *Language) isOne(n float64) bool {
	n = math.Abs(n)
	return n == math.Trunc(n) && plural.Cardinal.MatchPlural(l.tag, int(n), 0, 0, 0, 0) == plural.One
}
