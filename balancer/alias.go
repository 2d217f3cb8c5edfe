package balancer

import "math/bits"

// alias draws an index in proportion to weights in constant time (Walker's alias
// method in the form of Vose, 1991). It is immutable.
type alias []slot

// slot keeps its own index for draws under the threshold and gives the others away.
type slot struct {
	threshold uint64 // 0..1<<32
	other     uint32
}

// newAlias builds the table; there must be at least one weight, none of them 0.
func newAlias(weights []uint32) alias {
	table := make(alias, len(weights))
	var total float64
	for _, w := range weights {
		total += float64(w)
	}
	share := make([]float64, len(weights)) // 1 is the mean
	var small, large []uint32
	for i, w := range weights {
		share[i] = float64(w) * float64(len(weights)) / total
		if share[i] < 1 {
			small = append(small, uint32(i))
		} else {
			large = append(large, uint32(i))
		}
	}
	for len(small) > 0 && len(large) > 0 {
		s, l := small[len(small)-1], large[len(large)-1]
		small = small[:len(small)-1]
		table[s] = slot{threshold: uint64(share[s] * (1 << 32)), other: l}
		if share[l] -= 1 - share[s]; share[l] < 1 {
			large = large[:len(large)-1]
			small = append(small, l)
		}
	}
	for _, rest := range [][]uint32{small, large} { // what rounding left is whole
		for _, i := range rest {
			table[i] = slot{threshold: 1 << 32, other: i}
		}
	}
	return table
}

// draw turns 64 random bits into an index. Whether a slot gives its draw away is
// random by design, so there is no branch for it.
func (a alias) draw(random uint64) int {
	i := below(uint32(random>>32), len(a))
	s := &a[i]
	_, keep := bits.Sub64(uint64(uint32(random)), s.threshold, 0)
	return int(s.other) + (i-int(s.other))*int(keep)
}
