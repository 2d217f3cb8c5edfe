package hessian2

import (
	"reflect"
	"unsafe"
)

// slab is memory for several structs that lists of pointers point to: one allocation
// for up to 8 KiB of them.
type slab struct {
	elem *plan
	at   unsafe.Pointer
	left int
}

const maxSlab = 8 << 10

// next reads an object into the next struct of the slab, and makes what at points to
// point to it. want is how many the list may still need.
func (s *slab) next(d *decoder, p *plan, at unsafe.Pointer, want int) error {
	elem := p.elem.elem
	size := int(elem.typ.Size())
	if s.left == 0 {
		n := max(1, min(want, maxSlab/max(size, 1)))
		if err := d.chargeAll(n, size); err != nil {
			return err
		}
		v := reflect.NewAt(p.slabs, unsafe.Pointer(&d.slab)).Elem()
		v.Grow(n)
		s.elem, s.at, s.left = elem, d.slab.data, n
		d.slab = header{}
	}
	ptr := s.at
	if s.left--; s.left > 0 {
		s.at = unsafe.Add(s.at, size)
	}
	*(*unsafe.Pointer)(at) = ptr
	return elem.dec(d, ptr)
}

// spare returns what lists before have left for one of p's, whose elements were null or
// references: those are as many in a sparse table as it has cells.
func (d *decoder) spare(p *plan) slab {
	if p.slabs == nil {
		return slab{}
	}
	for i := range d.spares {
		if s := d.spares[i]; s.elem == p.elem.elem {
			d.spares[i].left, d.spares[i].at = 0, nil
			return s
		}
	}
	return slab{}
}

// keep keeps what is left of s.
func (d *decoder) keep(s slab) {
	if s.left == 0 {
		return
	}
	for i := range d.spares {
		if d.spares[i].elem == s.elem {
			d.spares[i] = s
			return
		}
	}
	d.spares = append(d.spares, s)
}
