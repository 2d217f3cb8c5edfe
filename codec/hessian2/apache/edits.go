package apache

// edits are a body with other bytes in some places.
type edits struct {
	out     []byte
	copied  int // bytes of the body that are in out, or were replaced
	any     bool
	classes int // class definitions so far
}

// replace leaves out bytes begin to end of src; what comes instead is appended to out.
func (e *edits) replace(src []byte, begin, end int) {
	if !e.any {
		e.any, e.out = true, make([]byte, 0, len(src)+64)
	}
	e.out = append(e.out, src[e.copied:begin]...)
	e.copied = end
}

// at returns where byte pos of the body stands in the edited one.
func (e *edits) at(pos int) int { return len(e.out) + pos - e.copied }

// body returns the edited body.
func (e *edits) body(src []byte) []byte {
	if !e.any {
		return src
	}
	return append(e.out, src[e.copied:]...)
}

func (e *edits) int(v int) {
	switch {
	case v <= 47:
		e.out = append(e.out, byte(0x90+v))
	case v <= 2047:
		e.out = append(e.out, byte(0xc8+v>>8), byte(v))
	default:
		e.out = append(e.out, 'I', byte(v>>24), byte(v>>16), byte(v>>8), byte(v))
	}
}

// name appends a string of at most 1023 units whose bytes stood in a body.
func (e *edits) name(b []byte) {
	units := 0
	for _, c := range b {
		if c&0xc0 != 0x80 {
			units++
		}
	}
	if units <= 31 {
		e.out = append(e.out, byte(units))
	} else {
		e.out = append(e.out, byte(0x30+units>>8), byte(units))
	}
	e.out = append(e.out, b...)
}

func (e *edits) class(name []byte, fields [][]byte) {
	e.out = append(e.out, 'C')
	e.name(name)
	e.int(len(fields))
	for _, f := range fields {
		e.name(f)
	}
}

func (e *edits) object(class int) {
	if class <= 15 {
		e.out = append(e.out, byte(0x60+class))
		return
	}
	e.out = append(e.out, 'O')
	e.int(class)
}

// list begins a list without a type; n is -1 for one that has an end.
func (e *edits) list(n int) {
	if n < 0 {
		e.out = append(e.out, 'W')
		return
	}
	e.out = append(e.out, 'X')
	e.int(n)
}

// typedList begins a list of a type.
func (e *edits) typedList(name []byte, n int) {
	if n < 0 {
		e.out = append(e.out, 'U')
		e.name(name)
		return
	}
	e.out = append(e.out, 'V')
	e.name(name)
	e.int(n)
}

func (e *edits) typedMap(name []byte) {
	e.out = append(e.out, 'M')
	e.name(name)
}
