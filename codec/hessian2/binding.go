package hessian2

import (
	"bytes"
	"cmp"
	"slices"
)

// binding returns which field of p each field of a class is, -1 for those that p does
// not have. Names that come twice belong to a parent and its child.
func (d *decoder) binding(c *class, p *plan) []int16 {
	if c.plan == p {
		return c.bind
	}
	begin := len(d.binds)
	all, below := p.fields.all, d.below(c)
	unclear := p.fields.repeated || below != nil
	for i, name := range d.fields(c) {
		bound := int16(i)
		if unclear || i >= len(all) || all[i].name != string(d.part(name)) {
			children := int32(0)
			if below != nil {
				children = below[i]
			}
			bound = d.find(all, d.part(name), children)
		}
		d.binds = append(d.binds, bound)
	}
	c.plan, c.bind = p, d.binds[begin:len(d.binds):len(d.binds)]
	p.fields.remember(d, c)
	return c.bind
}

// find returns the field of a name that is left when so many children had theirs. What
// is written by a child stands before its parent's in Draft, and behind it in V2.
func (d *decoder) find(all []field, name []byte, children int32) int16 {
	for k := range all {
		if d.dialect == V2 {
			k = len(all) - 1 - k
		}
		if all[k].name != string(name) {
			continue
		}
		if children == 0 {
			return int16(k)
		}
		children--
	}
	return -1
}

// few is up to how many names are compared with each other.
const few = 24

// below returns for each field of c how many fields of its name the children of its
// class have, or nil when all names differ.
func (d *decoder) below(c *class) []int32 {
	if !c.counted {
		c.counted = true
		names := d.fields(c)
		if len(names) > few || repeated(names, func(x, y *span) bool { return bytes.Equal(d.part(*x), d.part(*y)) }) {
			c.below = d.countBelow(names)
		}
	}
	return c.below
}

// countBelow sorts the names, so that many do not take the time of their square.
func (d *decoder) countBelow(names []span) []int32 {
	order := make([]int32, len(names))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(x, y int32) int {
		by := cmp.Compare(x, y)
		if d.dialect == V2 { // the child's comes last
			by = -by
		}
		return cmp.Or(bytes.Compare(d.part(names[x]), d.part(names[y])), by)
	})
	var out []int32
	for i, n := 1, int32(0); i < len(order); i++ {
		if n++; !bytes.Equal(d.part(names[order[i]]), d.part(names[order[i-1]])) {
			n = 0
			continue
		}
		if out == nil {
			out = make([]int32, len(names))
		}
		out[order[i]] = n
	}
	return out
}
