package hessian2

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// The beginnings of containers.

// listHead is the beginning of a list.
type listHead struct {
	typ []byte // "" for none
	n   int    // -1: until its end
	end bool   // an end stands behind its elements
}

// listHead reads it; a list must be next.
func (d *decoder) listHead() (h listHead, err error) {
	if d.dialect == Draft {
		return d.draftListHead()
	}
	tag := d.peek()
	d.pos++
	typed := false
	switch {
	case tag >= v2List0 && tag <= 0x7f:
		return listHead{n: int(tag - v2List0)}, nil
	case tag >= v2TypedList0 && tag <= 0x77:
		h.typ, err = d.typeName()
		h.n = int(tag - v2TypedList0)
		return h, err
	case tag == v2OpenList:
		return listHead{n: -1, end: true}, nil
	case tag == v2OpenTyped:
		h.typ, err = d.typeName()
		h.n, h.end = -1, true
		return h, err
	case tag == v2TypedList:
		typed = true
	case tag != v2List:
		d.pos--
		return h, d.bad("a list")
	}
	if typed {
		if h.typ, err = d.typeName(); err != nil {
			return h, err
		}
	}
	h.n, err = d.length()
	return h, err
}

func (d *decoder) draftListHead() (h listHead, err error) {
	tag := d.peek()
	d.pos++
	if tag == draftListOf {
		if h.typ, err = d.typeRef(); err != nil {
			return h, err
		}
		h.n, err = d.length()
		return h, err
	}
	if tag != draftList {
		d.pos--
		return h, d.bad("a list")
	}
	h.end, h.n = true, -1
	if h.typ, err = d.draftType(); err != nil {
		return h, err
	}
	switch d.peek() {
	case draftLength1:
		b, err := d.fixed(1)
		if err != nil {
			return h, err
		}
		h.n = int(b[0])
	case draftLength4:
		b, err := d.fixed(4)
		if err != nil {
			return h, err
		}
		if h.n = int(int32(binary.BigEndian.Uint32(b))); h.n < 0 {
			return h, errLength
		}
	}
	return h, nil
}

var errLength = errors.New("a list's length is negative")

// length reads a length that is an int.
func (d *decoder) length() (int, error) {
	n, err := d.int()
	if err == nil && n < 0 {
		err = errLength
	}
	return int(n), err
}

// listEnd reads the end of a list.
func (d *decoder) listEnd(h *listHead) error {
	if !h.end {
		return nil
	}
	if !d.atEnd() {
		return d.bad("the end of a list")
	}
	d.pos++
	return nil
}

// atEnd reports whether the end of a container is next.
func (d *decoder) atEnd() bool {
	if d.dialect == V2 {
		return d.peek() == v2End
	}
	return d.peek() == draftEnd
}

// mapHead reads the beginning of a map and returns its type; a map must be next.
func (d *decoder) mapHead() ([]byte, error) {
	tag := d.peek()
	d.pos++
	switch {
	case d.dialect == V2 && tag == v2Map:
		return nil, nil
	case d.dialect == V2 && tag == v2TypedMap:
		return d.typeName()
	case d.dialect == Draft && tag == draftMap:
		return d.draftType()
	}
	d.pos--
	return nil, d.bad("a map")
}

// typeName reads the type of a list or map in V2.
func (d *decoder) typeName() ([]byte, error) {
	if _, isText, _ := d.kindOfText(); !isText {
		return d.typeRef()
	}
	name, err := d.name("a type")
	if err != nil {
		return nil, err
	}
	return d.part(name), d.addType(name)
}

// draftType reads the type of a list or map in Draft, if one is next.
func (d *decoder) draftType() ([]byte, error) {
	switch d.peek() {
	case draftTypeRef:
		d.pos++
		return d.typeRef()
	case draftTypeRefOld:
		return d.oldTypeRef(), nil
	case draftType:
		b, err := d.fixed(2)
		if err != nil {
			return nil, err
		}
		name, err := d.nameOf(int(binary.BigEndian.Uint16(b)), "a type")
		if err != nil {
			return nil, err
		}
		return d.part(name), d.addType(name)
	}
	return nil, nil
}

// oldTypeRef reads the index of a type behind a tag that is true as well: the first
// element of what has no type. It is true when no type has that index.
func (d *decoder) oldTypeRef() []byte {
	begin := d.pos
	d.pos++
	if i, ok, err := d.ifInt(); ok && err == nil && i >= 0 && int(i) < len(d.types) {
		return d.part(d.types[i])
	}
	d.pos = begin
	return nil
}

// addType gives a type its index.
func (d *decoder) addType(at span) error {
	dimensions, name := 0, d.part(at)
	for dimensions < len(name) && name[dimensions] == '[' {
		dimensions++
	}
	switch {
	case dimensions < len(name) && !beginsName(name[dimensions]):
		return fmt.Errorf("the type %s is no type of Java", quote(name))
	case dimensions > maxDimensions:
		return fmt.Errorf("the type %s has more than %d dimensions", quote(name), maxDimensions)
	case d.replaying:
		return nil
	case len(d.types) >= 16*d.limits.Classes:
		return fmt.Errorf("more than %d types of lists and maps (16 times Limits.Classes)", 16*d.limits.Classes)
	}
	d.types = append(d.types, at)
	return nil
}

// beginsName reports whether a name of Java may begin like that.
func beginsName(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c == '$' || c >= 0x80
}

// typeRef reads the index of a type.
func (d *decoder) typeRef() ([]byte, error) {
	i, err := d.int()
	if err != nil {
		return nil, err
	}
	if i < 0 || int(i) >= len(d.types) {
		return nil, fmt.Errorf("a reference to type %d, and there are %d", i, len(d.types))
	}
	return d.part(d.types[i]), nil
}

// kindOfText tells whether a string is next, without reading it.
func (c *cursor) kindOfText() (units int, ok bool, err error) {
	saved := c.pos
	units, _, ok, err = c.textHead()
	c.pos = saved
	return units, ok, err
}

// name reads the name of a class, field or type: a string in one chunk.
func (d *decoder) name(what string) (span, error) {
	n, last, ok, err := d.textHead()
	switch {
	case err != nil:
		return span{}, err
	case !ok:
		return span{}, d.bad("the name of " + what)
	case !last:
		return span{}, fmt.Errorf("the name of %s has more than %d bytes", what, maxTypeName)
	}
	return d.nameOf(n, what)
}

// nameOf reads a name of n units.
func (d *decoder) nameOf(n int, what string) (span, error) {
	if n > maxTypeName {
		return span{}, fmt.Errorf("the name of %s has %d characters, more than %d", what, n, maxTypeName)
	}
	b, _, err := d.units(n)
	if err == nil && len(b) > maxTypeName {
		err = fmt.Errorf("the name of %s has more than %d bytes", what, maxTypeName)
	}
	return span{d.pos - len(b), d.pos}, err
}
