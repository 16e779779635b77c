package texts

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Decimal is a number with so many digits behind the sign that the language uses.
func (l *Language) Decimal(x float64, digits int) string {
	whole, rest, _ := strings.Cut(strconv.FormatFloat(x, 'f', digits, 64), ".")
	if rest != "" {
		rest = l.decimal + rest
	}
	sign := ""
	if strings.HasPrefix(whole, "-") {
		if whole = whole[1:]; strings.Trim(whole+rest, "0"+l.decimal) != "" { // no minus before what was rounded to 0
			sign = "−"
		}
	}
	// Spanish does not group four digits (Ortografía, RAE); in English it is common.
	if len(whole) > 4 || len(whole) == 4 && l.Name == English {
		for i := len(whole) - 3; i > 0; i -= 3 {
			whole = whole[:i] + l.thousands + whole[i:]
		}
	}
	return sign + whole + rest
}

// Integer is a number without its fraction.
func (l *Language) Integer(x float64) string { return l.Decimal(x, 0) }

// Number is a measured number, short: no more digits than one can tell apart.
func (l *Language) Number(x float64) string {
	switch size := math.Abs(x); {
	case math.IsNaN(x) || math.IsInf(x, 0):
		return "–"
	case x == math.Trunc(x) && size < 1e15, size >= 100:
		return l.Integer(x)
	case size >= 10:
		return l.Decimal(x, 1)
	case size >= 0.1:
		return l.Decimal(x, 2)
	}
	return l.Decimal(x, 3)
}

// Seconds is a time that was given in milliseconds.
func (l *Language) Seconds(ms int64) string {
	if ms < 1000 {
		return fmt.Sprintf("%d ms", ms)
	}
	return l.Decimal(float64(ms)/1000, 1) + " s"
}

// Date is a day and a time, as people write them.
func (l *Language) Date(at time.Time) string {
	values := map[string]string{
		"day": strconv.Itoa(at.Day()), "month": l.months[at.Month()-1], "year": strconv.Itoa(at.Year()), "time": at.Format("15:04 MST"),
	}
	return l.Say("format.date", func(name string) (Value, bool) { return Value{Text: values[name], IsText: true}, true })
}
