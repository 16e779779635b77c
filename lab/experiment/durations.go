package experiment

import (
	"slices"
	"time"
)

func median(durations []time.Duration) time.Duration {
	return slices.Sorted(slices.Values(durations))[len(durations)/2]
}

// quartile is the lower quartile: a quarter of the durations are shorter.
func quartile(durations []time.Duration) time.Duration {
	return slices.Sorted(slices.Values(durations))[len(durations)/4]
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
