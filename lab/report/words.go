package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// words are a language: everything on the page that is not an experiment's own.
type words struct {
	Lang string

	Title, Intro                       string
	Where, Target, Replicas, Users     string
	Embedded, OwnRedis, System         string
	Summary, SummaryHint, Contents     string
	Experiment, Scheme                 string
	Predicted, Observed, Measure       string
	AsPredicted, Surprise, NotMeasured string
	NotConcerned                       string
	Said, Lesson, Numbers              string
	AllAsPredicted                     string
	Incomplete, NotRun, Broken         string
	Experiments, Surprises             func(n int) string
	StoppedAfter                       func(done, all int) string

	// The plots.
	LogInAgain, ReplicasRestarted string
	MedianTime, StoreDistance     string
	RequestBytes, Permissions     string
	PageTime, Load                string
	OwnAddresses, OneAddress      string
	OneReplicaMore                string
	Moved, LoggedOut              string

	months              []string
	decimal, thousands  string
	dateOrder, timeZone string
}

var languages = map[string]words{English: english, Spanish: castilian}

var english = words{
	Lang:  English,
	Title: "Sessions and tokens, put to the test",
	Intro: "The same user logs in through cookies and through tokens. The same requests travel through a load balancer to " +
		"several replicas. Something is broken on purpose. Every prediction was written down before the run.",
	Where: "Where it was measured", Target: "Target", Replicas: "Replicas", Users: "Simulated users",
	Embedded: "embedded", OwnRedis: "your own", System: "System",
	Summary: "Summary",
	SummaryHint: "✓ as predicted · ✗ a surprise, with the prediction below it · ○ cannot be measured here · " +
		"empty: the question does not concern this scheme.",
	Contents:   "Experiments",
	Experiment: "Experiment", Scheme: "Scheme", Predicted: "Predicted", Observed: "Measured", Measure: "Measure",
	AsPredicted: "as predicted", Surprise: "a surprise", NotMeasured: "could not be measured here",
	NotConcerned: "not concerned",
	Said:         "Often said", Lesson: "Lesson", Numbers: "The numbers",
	AllAsPredicted: "All as predicted",
	Incomplete:     "Incomplete", NotRun: "Not run", Broken: "It broke off",
	Experiments: func(n int) string { return counted(n, "experiment", "experiments") },
	Surprises:   func(n int) string { return counted(n, "experiment with a surprise", "experiments with a surprise") },
	StoppedAfter: func(done, all int) string {
		return fmt.Sprintf("The run was stopped after %d of %d experiments.", done, all)
	},

	LogInAgain: "People who had to log in again", ReplicasRestarted: "replicas restarted",
	MedianTime: "Median time of a request, in ms", StoreDistance: "the session store is so many ms away",
	RequestBytes: "Bytes of a request, as far as it works", Permissions: "permissions",
	PageTime: "Time of a page, in ms", Load: "How many people each replica has", OwnAddresses: "own addresses", OneAddress: "one address",
	OneReplicaMore: "People, when there is one more replica", Moved: "moved", LoggedOut: "logged out (session-memory)",

	months: []string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},

	decimal: ".", thousands: ",", dateOrder: "%d %s %d, %s", timeZone: "MST",
}

func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// Date is a day and a time, as people write them.
func (t words) Date(at time.Time) string {
	return fmt.Sprintf(t.dateOrder, at.Day(), t.months[at.Month()-1], at.Year(), at.Format("15:04 "+t.timeZone))
}

// Number is a measured number, short: no more digits than one can tell apart.
func (t words) Number(x float64) string {
	switch size := math.Abs(x); {
	case math.IsNaN(x) || math.IsInf(x, 0):
		return "–"
	case x == math.Trunc(x) && size < 1e15:
		return t.Integer(int(x))
	case size >= 100:
		return t.Integer(int(math.Round(x)))
	case size >= 10:
		return t.Decimal(x, 1)
	case size >= 0.1:
		return t.Decimal(x, 2)
	}
	return t.Decimal(x, 3)
}

// Decimal is a number with so many digits behind the sign that the language uses.
func (t words) Decimal(x float64, digits int) string {
	whole, rest, _ := strings.Cut(strconv.FormatFloat(x, 'f', digits, 64), ".")
	if rest != "" {
		rest = t.decimal + rest
	}
	sign := ""
	if strings.HasPrefix(whole, "-") {
		sign, whole = "−", whole[1:]
	}
	// Spanish does not group four digits (Ortografía, RAE); in English it is common.
	if len(whole) > 4 || len(whole) == 4 && t.Lang == English {
		for i := len(whole) - 3; i > 0; i -= 3 {
			whole = whole[:i] + t.thousands + whole[i:]
		}
	}
	return sign + whole + rest
}

// Integer is a whole number.
func (t words) Integer(n int) string { return t.Decimal(float64(n), 0) }

// Seconds is a time that was given in milliseconds.
func (t words) Seconds(ms int64) string {
	if ms < 1000 {
		return fmt.Sprintf("%d ms", ms)
	}
	return t.Decimal(float64(ms)/1000, 1) + " s"
}
