package balancer

// WeightedRoundRobin returns the policy that gives every node turns in proportion
// to its weight and spreads them evenly over the cycle: after any number of turns
// from its start each node has had its exact share, rounded down or up.
//
// The cycle is computed when the picker is built: one entry per unit of weight
// after dividing by the common divisor. It holds at most 4096 entries, or two a
// node if that is more; larger weights are rounded to that scale, and every node
// keeps at least one turn. Each picker begins at a random place, so that many
// clients do not march in step.
func WeightedRoundRobin(opts ...Option) Policy { return &weighted{configure(opts)} }

type weighted struct{ options }

func (*weighted) Name() string { return "weighted-round-robin" }

func (p *weighted) Build(nodes []*Node) Picker {
	return build(nodes, func(group []*Node) Picker {
		w, equal := weights(group)
		if equal {
			return newCycle(group, group, p.random)
		}
		order := spread(scale(w))
		schedule := make([]*Node, len(order))
		for i, at := range order {
			schedule[i] = group[at]
		}
		return newCycle(schedule, group, p.random)
	})
}

// maxCycle bounds the schedule of a set of few nodes.
const maxCycle = 4096

// scale returns weights with the same proportions and the smallest sum, rounded
// when that sum is too large for a schedule.
func scale(weights []uint32) []uint32 {
	out, total := reduce(weights)
	limit := uint64(max(maxCycle, 2*len(weights)))
	if total <= limit {
		return out
	}
	for i, w := range out {
		out[i] = uint32(max(1, (uint64(w)*limit+total/2)/total))
	}
	out, _ = reduce(out)
	return out
}

// reduce divides by the greatest common divisor.
func reduce(weights []uint32) (out []uint32, total uint64) {
	var d uint32
	for _, w := range weights {
		for a := w; a != 0; {
			d, a = a, d%a
		}
	}
	out = make([]uint32, len(weights))
	for i, w := range weights {
		out[i] = w / d
		total += uint64(out[i])
	}
	return out, total
}
