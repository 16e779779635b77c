package experiment

import (
	"cmp"
	"slices"

	"authlab/lab/contract"
)

// recording is what was chosen.
func (r *recorder) recording(replicas int) *contract.Recording {
	if r == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	s := &r.sample
	s.keepLast()
	notes := withCounts(withCopies(withGivers(thinned(inOrder(s.notes)))))
	if len(notes) == 0 {
		return nil
	}
	recording := &contract.Recording{Replicas: replicas, Beats: []contract.Beat{}, Totals: []contract.Total{}}
	for _, n := range notes {
		last := len(recording.Beats) - 1
		if n.Kind == contract.BeatMore && last >= 0 {
			n.AtMS = recording.Beats[last].AtMS
		}
		if n.Kind == contract.BeatAdvance && last >= 0 && recording.Beats[last].Kind == contract.BeatAdvance {
			before := &recording.Beats[last]
			n.Seconds, n.Changes = before.Seconds+n.Seconds, append(before.Changes, n.Changes...)
			*before = n.Beat
			continue
		}
		recording.Beats = append(recording.Beats, n.Beat)
	}
	for _, name := range append(EveryScheme(), naiveLane) {
		if l, ok := s.lanes[name]; ok {
			recording.Totals = append(recording.Totals, l.total)
		}
	}
	return recording
}

func inOrder(notes []*note) []*note {
	return slices.SortedFunc(slices.Values(notes), func(a, b *note) int { return cmp.Compare(a.seq, b.seq) })
}

// thinned leaves out the most repeated requests until there are few enough.
func thinned(notes []*note) []*note {
	for {
		requests, most := 0, 0
		for _, n := range notes {
			if n.Kind == contract.BeatRequest {
				requests++
				most = max(most, n.repeats)
			}
		}
		if requests <= mostRequests || most == 0 {
			return notes
		}
		out := map[string]int{}
		notes = slices.DeleteFunc(notes, func(n *note) bool {
			if n.Kind == contract.BeatRequest && n.repeats == most {
				out[n.Scheme] = n.seq
				return true
			}
			n.after = max(n.after, out[n.Scheme])
			out[n.Scheme] = 0
			return false
		})
	}
}

// withGivers adds the requests whose answers gave what others carry.
func withGivers(notes []*note) []*note {
	kept := map[*note]bool{}
	for _, n := range notes {
		kept[n] = true
	}
	for _, n := range notes {
		for giver := n.giver; giver != nil && !kept[giver] && giver.Action != actionPage; giver = giver.giver {
			kept[giver] = true
			notes = append(notes, giver)
		}
	}
	return inOrder(notes)
}

// withCopies names the clients of copies, and leaves out those of clients that sent nothing that is kept.
func withCopies(notes []*note) []*note {
	sent := map[*identity]bool{}
	for _, n := range notes {
		if n.Kind == contract.BeatRequest {
			sent[n.who] = true
		}
	}
	return slices.DeleteFunc(notes, func(n *note) bool {
		if n.Kind != contract.BeatCopy {
			return false
		}
		from := n.who.from
		for from != nil && from.name == "" {
			from = from.from
		}
		if from == nil || !sent[n.who] {
			return true
		}
		n.Scheme, n.Client, n.From = n.who.scheme, n.who.name, from.name
		if from.scheme != n.Scheme {
			n.FromScheme = from.scheme
		}
		return false
	})
}

// withCounts adds the beats that count what is left out: one for each scheme and change of the lab, where the last of it was.
func withCounts(notes []*note) []*note {
	kept, more := map[string]noteOrder{}, map[string]*note{}
	for _, n := range slices.Clone(notes) {
		switch n.Kind {
		case contract.BeatRequest:
		case contract.BeatAdvance, contract.BeatCopy, contract.BeatStream:
			continue
		default:
			clear(more)
			continue
		}
		before := kept[n.Scheme]
		kept[n.Scheme] = n.noteOrder
		left := n.ordinal - before.ordinal - 1
		if left == 0 {
			continue
		}
		if more[n.Scheme] == nil {
			more[n.Scheme] = &note{Beat: contract.Beat{Kind: contract.BeatMore, Scheme: n.Scheme}}
			notes = append(notes, more[n.Scheme])
		}
		m := more[n.Scheme]
		m.Count += left
		if m.seq = n.seq - 1; n.after > before.seq {
			m.seq = n.after
		}
	}
	slices.SortStableFunc(notes, func(a, b *note) int { return cmp.Compare(a.seq, b.seq) })
	return notes
}
