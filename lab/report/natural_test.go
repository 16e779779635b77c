package report

import (
	"slices"
	"testing"
)

func TestNamesAreInTheOrderThatPeopleExpect(t *testing.T) {
	names := []string{"step_10", "step_2", "b", "step_1", "step", "median_10ms", "median_5ms"}
	slices.SortFunc(names, compareNatural)
	if want := []string{"b", "median_5ms", "median_10ms", "step", "step_1", "step_2", "step_10"}; !slices.Equal(names, want) {
		t.Errorf("%v, want %v", names, want)
	}
}
