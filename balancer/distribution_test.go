package balancer

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestRoundRobinGivesEveryNodeItsTurn(t *testing.T) {
	for id, got := range count(t, RoundRobin().Build(weighing(1, 5, 9)), 300) {
		if got != 100 {
			t.Errorf("%s had %d turns of 300, want 100", id, got)
		}
	}
}

func TestWeightedRoundRobinIsExactOverACycle(t *testing.T) {
	got := count(t, WeightedRoundRobin().Build(weighing(500, 100, 300, 0)), 901*3)
	for id, want := range map[string]int{"node-0": 1500, "node-1": 300, "node-2": 900, "node-3": 3} {
		if got[id] != want {
			t.Errorf("%s had %d turns, want %d", id, got[id], want)
		}
	}
}

// The schedule is checked from its start: after every number of turns each node
// has had its share, rounded down or up.
func TestWeightedRoundRobinSpreadsTurnsEvenly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		weights := scale(rapid.SliceOfN(rapid.Uint32Range(1, 200), 1, 20).Draw(t, "weights"))
		var total int
		for _, w := range weights {
			total += int(w)
		}
		order := spread(weights)
		if len(order) != total {
			t.Fatalf("%d turns, want %d", len(order), total)
		}
		had := make([]int, len(weights))
		for turn, i := range order {
			had[i]++
			for i, w := range weights {
				exact := (turn + 1) * int(w)
				if had[i]*total <= exact-total || had[i]*total >= exact+total {
					t.Fatalf("after %d turns of %v node %d had %d", turn+1, weights, i, had[i])
				}
			}
		}
	})
}

func TestLargeWeightsAreScaledToABoundedSchedule(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		weights := rapid.SliceOfN(rapid.Uint32Range(1, math.MaxUint32), 2, 3000).Draw(t, "weights")
		var sum float64
		for _, w := range weights {
			sum += float64(w)
		}
		scaled := scale(weights)
		length := 0
		for _, w := range scaled {
			if w == 0 {
				t.Fatal("a node lost its turn")
			}
			length += int(w)
		}
		limit := max(maxCycle, 2*len(weights))
		if length > limit+len(weights) {
			t.Fatalf("%d entries for %d nodes", length, len(weights))
		}
		for i, w := range weights { // within one turn of its share, and what the minimum of one adds
			want := float64(w) / sum * float64(limit)
			if float64(limit) <= sum && math.Abs(float64(scaled[i])*float64(limit)/float64(length)-want) > 2+want*float64(len(weights))/float64(length) {
				t.Fatalf("weight %d of %.0f became %d of %d", w, sum, scaled[i], length)
			}
		}
	})
}

func TestWeightsAreReducedToTheSmallestCycle(t *testing.T) {
	got := scale([]uint32{1 << 31, 1 << 30, 1 << 30})
	if got[0] != 2 || got[1] != 1 || got[2] != 1 {
		t.Errorf("got %v, want 2 1 1", got)
	}
}

func TestTheAliasTableHoldsTheExactWeights(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		weights := rapid.SliceOfN(rapid.Uint32Range(1, 1_000_000), 1, 50).Draw(t, "weights")
		table := newAlias(weights)
		share, total := make([]float64, len(weights)), 0.0
		for i, s := range table {
			keep := float64(s.threshold) / (1 << 32)
			share[i] += keep / float64(len(table))
			share[s.other] += (1 - keep) / float64(len(table))
			total += float64(weights[i])
		}
		for i, w := range weights {
			if math.Abs(share[i]-float64(w)/total) > 1e-6 {
				t.Fatalf("index %d of %v is drawn with %.8f", i, weights, share[i])
			}
		}
	})
}

func TestRandomDrawsByWeight(t *testing.T) {
	for _, weights := range [][]uint32{{1, 1, 1, 1}, {8, 1, 3, 0}} {
		var total float64
		for _, w := range weights {
			total += float64(max(w, 1))
		}
		const picks = 100_000
		got := count(t, Random(Seed(5)).Build(weighing(weights...)), picks)
		for i, n := range weighing(weights...) {
			p := float64(n.weight()) / total
			if dev := math.Abs(float64(got[n.Endpoint.ID])-p*picks) / math.Sqrt(p*(1-p)*picks); dev > 5 {
				t.Errorf("weights %v: node %d was picked %d times of %d, %.1f standard deviations off", weights, i, got[n.Endpoint.ID], picks, dev)
			}
		}
	}
}

func TestP2CDrawsTwoDifferentNodes(t *testing.T) {
	s := source{seeded: true}
	seen := map[[2]int]int{}
	for range 12_000 {
		i, j := distinct(s.next(), 4)
		if i == j || i < 0 || j < 0 || i > 3 || j > 3 {
			t.Fatalf("drew %d and %d of 4", i, j)
		}
		seen[[2]int{i, j}]++
	}
	for pair, n := range seen {
		if len(seen) != 12 || n < 850 || n > 1150 {
			t.Fatalf("pair %v was drawn %d times of 12000 among %d pairs, want 1000 among 12", pair, n, len(seen))
		}
	}
}
