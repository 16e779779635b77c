package measure

import (
	"slices"
	"time"
)

// minForP99 is how many values a p99 needs.
const minForP99 = 100

// percentile returns the value at or below which p percent of the values lie: one that was measured (nearest rank). Of no
// values it is 0.
func percentile[T int | time.Duration](values []T, p int) T {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[(len(sorted)*p+99)/100-1]
}

func median[T int | time.Duration](values []T) T { return percentile(values, 50) }

// micros is a time in microseconds, to a tenth.
func micros(d time.Duration) float64 {
	return float64(d.Round(100*time.Nanosecond)) / float64(time.Microsecond)
}

// ratio is how many times the baseline's time something took, to a hundredth. Without a baseline it is 0.
func ratio(took, baseline time.Duration) float64 {
	if baseline == 0 {
		return 0
	}
	return float64((100*took+baseline/2)/baseline) / 100
}
