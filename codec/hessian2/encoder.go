package hessian2

import (
	"errors"
	"fmt"
	"reflect"
	"unsafe"
)

// encoder appends the values of one body. It implements Encoder and GenericEncoder.
type encoder struct {
	s       *Serializer
	buf     []byte
	depth   int
	next    int // index of the next list, map or object
	seen    seen
	classes []writtenClass
	types   []string
	generic bool
	realize bool // maps that say of which class they are become objects
	open    bool // it was not closed
	// array is the type of the next list or map, as the receiver declares it.
	array string
	box   unsafe.Pointer // a pointer that came in an interface
	held  []unsafe.Pointer
}

// writtenClass is a class whose definition stands in the body.
type writtenClass struct {
	plan   *plan   // nil for that of an Object
	object *Object // the first of its class
}

// reset forgets the body, so that nothing of it is kept.
func (e *encoder) reset() {
	clear(e.classes)
	clear(e.types)
	clear(e.held)
	if cap(e.held) > keptSeen {
		e.held = nil
	}
	kept := encoder{s: e.s, seen: e.seen, classes: e.classes[:0], types: e.types[:0], held: e.held[:0]}
	kept.seen.reset()
	*e = kept
}

// Null implements Encoder.
func (e *encoder) Null() { e.buf = append(e.buf, tagNull) }

// Int implements Encoder.
func (e *encoder) Int(v int32) { e.buf = appendInt(e.buf, v) }

// String implements Encoder.
func (e *encoder) String(s string) (err error) {
	e.buf, err = appendString(e.buf, e.s.dialect, s)
	return err
}

// BeginMap implements Encoder.
func (e *encoder) BeginMap() {
	e.next++
	_ = e.mapHead("")
}

// EndMap implements Encoder.
func (e *encoder) EndMap() { e.end() }

// Generic implements GenericEncoder.
func (e *encoder) Generic(v any) error {
	e.generic = true
	err := e.any(v)
	e.generic = false
	return err
}

// Close implements Encoder.
func (e *encoder) Close() []byte {
	if !e.open { // twice would give one encoder to two bodies
		return nil
	}
	out := e.buf
	e.reset()
	e.s.encoders.Put(e)
	return out
}

// enter goes one level deeper.
func (e *encoder) enter() error {
	if e.depth++; e.depth > e.s.limits.Depth {
		return fmt.Errorf("hessian2: the values nest deeper than %d (Limits.Depth): does a slice or map contain itself?", e.s.limits.Depth)
	}
	return nil
}

func (e *encoder) leave() { e.depth-- }

// shared writes a reference to a value that was written before, and reports whether it
// did. A value that is new takes the next index.
func (e *encoder) shared(ptr unsafe.Pointer, n int, p *plan) bool {
	if i, known := e.seen.put(uintptr(ptr), n, p, e.next); known {
		e.ref(i)
		return true
	}
	e.next++
	return false
}

func (e *encoder) ref(i int) {
	switch {
	case e.s.dialect == V2:
		e.buf = appendInt(append(e.buf, v2Ref), int32(i))
	case i <= 0xff:
		e.buf = append(e.buf, draftRef1, byte(i))
	case i <= 0xffff:
		e.buf = append(e.buf, draftRef2, byte(i>>8), byte(i))
	default:
		e.buf = append(e.buf, draftRef4, byte(i>>24), byte(i>>16), byte(i>>8), byte(i))
	}
}

// structure writes a struct: an object, or a map when it has no class.
func (e *encoder) structure(p *plan, at unsafe.Pointer) error {
	e.next++
	return e.fieldsOf(p, at)
}

// fieldsOf writes a struct that has its index.
func (e *encoder) fieldsOf(p *plan, at unsafe.Pointer) error {
	if err := e.enter(); err != nil {
		return err
	}
	keyed := p.class == "" || e.generic && !p.fields.javas
	if keyed {
		_ = e.mapHead("")
		if p.class != "" {
			if err := errors.Join(e.String("class"), e.String(p.class)); err != nil {
				return err
			}
		}
	} else {
		e.instance(p)
	}
	all := p.fields.all
	for i := range all {
		f := &all[i]
		if keyed {
			e.buf = append(e.buf, f.key...)
		}
		if p.fields.throwable && e.absent(f, at) {
			continue
		}
		if err := f.plan.enc(e, unsafe.Add(at, f.offset)); err != nil {
			return within(err, p, f.name)
		}
	}
	if keyed {
		e.end()
	}
	e.leave()
	return nil
}

// absent writes what an exception, or a line of its stack trace, has not: Java has null
// where Go has an empty string.
func (e *encoder) absent(f *field, at unsafe.Pointer) bool {
	switch f.name {
	case fieldStackTrace:
		return e.noTrace(f, at)
	case fieldMessage, "fileName":
		if f.plan.typ.Kind() == reflect.String && *(*string)(unsafe.Add(at, f.offset)) == "" {
			e.Null()
			return true
		}
	}
	return false
}

// noTrace has the stack trace that follows be an array. One that is nil it writes as
// an empty one and returns true: without one Java shows that of its own reader.
func (e *encoder) noTrace(f *field, at unsafe.Pointer) bool {
	if f.plan.typ.Kind() != reflect.Slice {
		return false
	}
	if (*header)(unsafe.Add(at, f.offset)).data != nil {
		e.array = stackTraceType
		return false
	}
	e.next++
	if end, err := e.listHead(stackTraceType, 0); err == nil && end {
		e.end()
	}
	return true
}

// within says in which field an error arose.
func within(err error, p *plan, name string) error {
	return fmt.Errorf("%v.%s: %w", p.typ, name, err)
}

// any writes a value of whatever type.
func (e *encoder) any(v any) (err error) {
	switch v := v.(type) {
	case nil:
		e.Null()
		return nil
	case string:
		return e.String(v)
	case bool:
		e.buf = appendBool(e.buf, v)
		return nil
	case int32:
		e.Int(v)
		return nil
	case int64:
		e.buf = appendLong(e.buf, e.s.dialect, v)
		return nil
	case int:
		e.buf = appendLong(e.buf, e.s.dialect, int64(v))
		return nil
	case float64:
		e.buf = appendDouble(e.buf, e.s.dialect, v)
		return nil
	case []byte:
		return e.bytes(v)
	}
	t := reflect.TypeOf(v)
	p, err := e.s.planOf(t)
	if err != nil {
		return err
	}
	if t.Kind() == reflect.Pointer {
		e.box = reflect.ValueOf(v).UnsafePointer() // it is read before anything else is put there
		if e.depth == 0 {
			e.hold(e.box)
		}
		return p.enc(e, unsafe.Pointer(&e.box))
	}
	boxed := reflect.New(t)
	boxed.Elem().Set(reflect.ValueOf(v))
	if e.depth == 0 || p.inPlace {
		e.hold(boxed.UnsafePointer())
	}
	return p.enc(e, boxed.UnsafePointer())
}

// hold keeps memory until Close. What was written is known again by its address, so
// that none may be given to another value meanwhile: a value of the caller's is held
// with all that it reaches, and so are copies whose own address is remembered.
func (e *encoder) hold(p unsafe.Pointer) { e.held = append(e.held, p) }

func (e *encoder) bytes(b []byte) error {
	if b == nil {
		e.Null()
		return nil
	}
	e.buf = appendBinary(e.buf, e.s.dialect, b)
	return nil
}
