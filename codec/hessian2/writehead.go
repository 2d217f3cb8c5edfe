package hessian2

import ()

// listHead writes the beginning of a list of n elements and reports whether an end
// follows them.
func (e *encoder) listHead(typ string, n int) (end bool, err error) {
	if e.s.dialect == V2 {
		return false, e.v2ListHead(typ, n)
	}
	known := e.typeIndex(typ)
	if known >= 0 {
		e.buf = appendInt(appendInt(append(e.buf, draftListOf), int32(known)), int32(n))
		return false, nil
	}
	e.buf = append(e.buf, draftList)
	if typ != "" {
		e.draftType(typ)
	}
	if n <= 0xff {
		e.buf = append(e.buf, draftLength1, byte(n))
	} else {
		e.buf = append(e.buf, draftLength4, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
	}
	return true, nil
}

func (e *encoder) v2ListHead(typ string, n int) (err error) {
	small := n <= 7
	switch {
	case typ == "" && small:
		e.buf = append(e.buf, byte(v2List0+n))
		return nil
	case typ == "":
		e.buf = appendInt(append(e.buf, v2List), int32(n))
		return nil
	case small:
		e.buf = append(e.buf, byte(v2TypedList0+n))
	default:
		e.buf = append(e.buf, v2TypedList)
	}
	if err = e.v2Type(typ); err == nil && !small {
		e.buf = appendInt(e.buf, int32(n))
	}
	return err
}

// v2Type writes a type's name, or its index when it was written before.
func (e *encoder) v2Type(typ string) (err error) {
	if i := e.typeIndex(typ); i >= 0 {
		e.buf = appendInt(e.buf, int32(i))
		return nil
	}
	e.types = append(e.types, typ)
	return e.String(typ)
}

func (e *encoder) draftType(typ string) {
	n := unitsOf(typ)
	e.types = append(e.types, typ)
	e.buf = append(append(e.buf, draftType, byte(n>>8), byte(n)), typ...)
}

func (e *encoder) typeIndex(typ string) int {
	if typ == "" {
		return -1
	}
	for i := range e.types {
		if e.types[i] == typ {
			return i
		}
	}
	return -1
}

// mapHead writes the beginning of a map.
func (e *encoder) mapHead(typ string) error {
	if e.s.dialect == V2 {
		if typ == "" {
			e.buf = append(e.buf, v2Map)
			return nil
		}
		e.buf = append(e.buf, v2TypedMap)
		return e.v2Type(typ)
	}
	e.buf = append(e.buf, draftMap)
	if i := e.typeIndex(typ); i >= 0 {
		e.buf = appendInt(append(e.buf, draftTypeRef), int32(i))
	} else if typ != "" {
		e.draftType(typ)
	}
	return nil
}

// end writes the end of a map, or of a list that has one.
func (e *encoder) end() {
	if e.s.dialect == V2 {
		e.buf = append(e.buf, v2End)
	} else {
		e.buf = append(e.buf, draftEnd)
	}
}

// instance writes the class definition of p, if it is not there yet, and the beginning
// of an object of it.
func (e *encoder) instance(p *plan) {
	for i := range e.classes {
		if e.classes[i].plan == p {
			e.objectHead(i)
			return
		}
	}
	e.classes = append(e.classes, writtenClass{plan: p})
	e.buf = append(e.buf, p.fields.head...)
	e.objectHead(len(e.classes) - 1)
}

func (e *encoder) objectHead(i int) {
	switch {
	case e.s.dialect == Draft:
		e.buf = appendInt(append(e.buf, draftObject), int32(i))
	case i <= 15:
		e.buf = append(e.buf, byte(v2Object0+i))
	default:
		e.buf = appendInt(append(e.buf, v2Object), int32(i))
	}
}
