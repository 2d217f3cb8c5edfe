package hessian2

import (
	"bytes"
	"slices"
	"unsafe"
)

// form is a class definition that was read before, and what it comes to. A struct's plan
// keeps two, of its own class and of at most 4 KiB: those of a peer in Java and of one in
// Go, which differ in order. Others are read name by name.
type form struct {
	raw   []byte
	name  span // from the start of raw
	names []span
	bind  []int16
}

const maxForm = 4 << 10

// remember keeps the definition of c, which is p's, when there is room.
func (f *fields) remember(d *decoder, c *class) {
	if size := c.raw.end - c.raw.at; f.head == nil || size > maxForm || c.raw.end == 0 {
		return
	}
	for i := range f.forms {
		if f.forms[i].Load() != nil {
			continue
		}
		m := &form{raw: bytes.Clone(d.part(c.raw)), name: c.name.less(c.raw.at), bind: slices.Clone(c.bind)}
		for _, name := range d.fields(c) {
			m.names = append(m.names, name.less(c.raw.at))
		}
		f.forms[i].CompareAndSwap(nil, m)
		return
	}
}

func (s span) less(n int) span { return span{s.at - n, s.end - n} }

// knownClass reads the definition of p's class, if one that is known is next.
func (d *decoder) knownClass(p *plan) {
	if d.replaying || p.fields.head == nil || len(d.classes) >= d.limits.Classes {
		return
	}
	for i := range p.fields.forms {
		m := p.fields.forms[i].Load()
		if m == nil {
			return
		}
		if len(d.src)-d.pos < len(m.raw) || unsafe.String(&d.src[d.pos], len(m.raw)) != unsafe.String(&m.raw[0], len(m.raw)) {
			continue
		}
		if d.total += len(m.names); d.total > d.limits.allFields() {
			d.total -= len(m.names)
			return
		}
		c := class{name: m.name.less(-d.pos), first: len(d.names), n: len(m.names), plan: p, bind: m.bind}
		for _, name := range m.names {
			d.names = append(d.names, name.less(-d.pos))
		}
		d.classes = append(d.classes, c)
		d.pos += len(m.raw)
		return
	}
}
