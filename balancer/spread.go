package balancer

// spread returns a cycle in which index i occurs weights[i] times, evenly spread.
//
// The k-th turn of an index with weight w in a cycle of length t must fall into
// the slots floor(k*t/w) .. ceil((k+1)*t/w)-1, which is the same as saying that its
// share is never off by a whole turn. Filling each slot with the open turn that
// ends first always succeeds (the chairman assignment problem: Tijdeman 1980;
// Steiner and Yeomans 1993). It takes t*log(n) steps.
func spread(weights []uint32) []uint32 {
	s := newSpreader(weights)
	order := make([]uint32, 0, s.length)
	for slot := range s.length {
		s.open(slot)
		i := uint32(s.ready.pop()) // the low half of the key
		order = append(order, i)
		s.taken[i]++
		if s.taken[i] < s.weights[i] {
			s.plan(i, slot+1)
		}
	}
	return order
}

type spreader struct {
	weights []uint32
	length  uint64
	taken   []uint32
	ready   heap // the open turns: end of the window, then index
	// starts[slot] begins the list of turns whose window opens there, linked by
	// next: index + 1, 0 is the end.
	starts, next []uint32
}

func newSpreader(weights []uint32) *spreader {
	s := &spreader{weights: weights, taken: make([]uint32, len(weights)), next: make([]uint32, len(weights))}
	for _, w := range weights {
		s.length += uint64(w)
	}
	s.starts = make([]uint32, s.length)
	for i := range weights {
		s.plan(uint32(i), 0)
	}
	return s
}

// plan puts the next turn of index i on the list of the slot where it may be
// taken first, which is not before earliest.
func (s *spreader) plan(i uint32, earliest uint64) {
	start := max(uint64(s.taken[i])*s.length/uint64(s.weights[i]), earliest)
	s.next[i] = s.starts[start]
	s.starts[start] = i + 1
}

// open makes the turns ready whose window begins at slot.
func (s *spreader) open(slot uint64) {
	for l := s.starts[slot]; l != 0; l = s.next[l-1] {
		i := uint64(l - 1)
		w := uint64(s.weights[i])
		end := (uint64(s.taken[i]+1)*s.length + w - 1) / w
		s.ready.push(end<<32 | i)
	}
}

// heap is a binary heap of keys, smallest first.
type heap []uint64

func (h *heap) push(key uint64) {
	a := append(*h, key)
	for i := len(a) - 1; i > 0; {
		up := (i - 1) / 2
		if a[up] <= a[i] {
			break
		}
		a[up], a[i] = a[i], a[up]
		i = up
	}
	*h = a
}

func (h *heap) pop() uint64 {
	a := *h
	top, last := a[0], len(a)-1
	a[0] = a[last]
	a = a[:last]
	for i := 0; ; {
		least := i
		for _, c := range [2]int{2*i + 1, 2*i + 2} {
			if c < last && a[c] < a[least] {
				least = c
			}
		}
		if least == i {
			break
		}
		a[i], a[least] = a[least], a[i]
		i = least
	}
	*h = a
	return top
}
