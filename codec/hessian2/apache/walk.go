package apache

import (
	"errors"
	"fmt"

	"github.com/onrampmesh/onramp/codec/hessian2"
)

// walk goes over a whole body before the library reads it. It refuses what the library
// must not see, and edits what it would misread.
type walk struct {
	ser     *Serializer
	form    hessian2.Scanner // goes ahead of s and looks at the form alone
	s       hessian2.Scanner
	src     []byte
	memory  int    // what may still become of the body
	marks   []mark // of the lists, maps and objects, by index
	open    []int  // those that have not ended, outermost first
	classes []use  // of the class definitions, by index
	edits   edits
	thrown  bool // the value at hand is an exception
	refers  bool // it refers to one of the body's values
	holders int  // lists and references so far, which the library goes over behind each value
	visits  int  // how many times it does in all

	types  map[string]typeUse // that were named in full
	skewed bool               // the library numbers types differently by now
}

// mark is what is known of one list, map or object.
type mark struct {
	kind    hessian2.Kind
	dropped bool // within a field that the Go type lacks
	pointer bool // a pointer in Go, which ends printing
	begun   bool // a body's own object, which the library does not have
	root    bool // one of the body's values
	open    bool
	start   int32
	extra   int32 // what printing it makes beyond its bytes, by references
}

// place is where a value stands.
type place struct {
	dropped bool // the library reads it and forgets it
	field   fieldKind
}

// use is what becomes of a class definition.
type use struct {
	class  *class
	fields []fieldKind
	names  int // how many fields
	throws bool
	lib    int // its index in the library
	alias  int // the index of its form without a class, -1 for none yet
}

// unknownError is an object of a class that is not registered.
type unknownError struct{ class []byte }

func (e *unknownError) Error() string {
	return fmt.Sprintf("the class %s is not registered with dubbo-go-hessian2: call hessian.RegisterPOJO, or see apache.UnknownClasses", quote(e.class))
}

var (
	errVisits = errors.New("too many values behind too many lists and references")
	errMemory = errors.New("the values take more memory than Limits.Memory allows for a body of this length")
	errSelf   = errors.New("a list or map contains itself: nothing of Go prints or copies it")
	errShared = errors.New("lists and maps that are shared too often: printed, the value would be more than 1 MiB longer than its body")
	errHalf   = errors.New("a surrogate pair is split over two chunks of a string, which dubbo-go-hessian2 misreads")
	errTag    = errors.New("the fields of this class have struct tags of another key: name it by apache.Tag")
)

func (w *walk) charge(n int) error {
	if w.memory -= n; w.memory < 0 {
		return errMemory
	}
	return nil
}

// value goes over one value. What is charged is about what the library keeps of it.
func (w *walk) value(p place) error {
	begin, kind := w.s.Offset(), w.s.Next()
	switch kind {
	case hessian2.KindList, hessian2.KindMap, hessian2.KindObject:
		return w.container(p)
	case hessian2.KindRef:
		return w.ref(p)
	}
	if err := w.s.Skip(); err != nil {
		return err
	}
	n := w.s.Offset() - begin
	switch kind {
	case hessian2.KindString:
		if splitsPair(w.src[begin:w.s.Offset()]) {
			return errHalf
		}
		return w.charge(16 + n)
	case hessian2.KindBinary:
		return w.charge(24 + max(128, n))
	case hessian2.KindNull, hessian2.KindBool:
		return nil
	}
	return w.charge(24)
}

func (w *walk) container(p place) error {
	w.holders++
	begin, known := w.s.Offset(), w.s.Classes()
	c, err := w.s.Enter()
	if err != nil {
		return err
	}
	head := w.s.Offset()
	if w.define(known) {
		w.edits.replace(w.src, begin, c.Start)
		w.redefine(known)
	}
	w.marks = append(w.marks, mark{kind: c.Kind, root: len(w.open) == 0, dropped: p.dropped, open: true, start: int32(begin)})
	w.open = append(w.open, c.Index)
	if err := w.charge(128 + 16*max(0, c.Len)); err != nil {
		return err
	}
	switch c.Kind {
	case hessian2.KindList:
		err = w.list(&c, head, p)
	case hessian2.KindMap:
		err = w.mapping(&c, head, p)
	default:
		err = w.object(&c, head, p)
	}
	if err == nil {
		err = w.s.Leave(&c)
	}
	if err == nil {
		w.leave(&c)
	}
	return err
}

// leave ends the innermost container.
func (w *walk) leave(c *hessian2.Container) {
	w.open = w.open[:len(w.open)-1]
	m := &w.marks[c.Index]
	m.open = false
	if n := len(w.open); n > 0 && !m.pointer {
		w.marks[w.open[n-1]].extra += m.extra
	}
	m.extra += int32(w.s.Offset()) - m.start
}

// ref goes over a reference.
func (w *walk) ref(p place) error {
	w.holders++
	i, err := w.s.Ref()
	if err != nil {
		return err
	}
	m := &w.marks[i]
	w.refers = w.refers || m.root
	switch {
	case p.dropped:
		return w.charge(64)
	case m.begun:
		return errors.New("a reference to the object that the body is")
	case m.dropped:
		return errors.New("a reference to a value that stands first in a field which the Go type lacks: add that field to the type")
	case m.open && !w.cut(i):
		return errSelf
	case p.field == fieldList && m.kind != hessian2.KindList:
		return fmt.Errorf("a reference to a %v, want a list", m.kind)
	}
	if n := len(w.open); n > 0 && !m.pointer && !m.open {
		in := &w.marks[w.open[n-1]]
		if in.extra += m.extra; in.extra > 1<<20 {
			return errShared
		}
	}
	return w.charge(64)
}

// cut reports whether a pointer stands between a reference and the open container i,
// or is that container.
func (w *walk) cut(i int) bool {
	for k := len(w.open) - 1; k >= 0; k-- {
		if w.marks[w.open[k]].pointer {
			return true
		}
		if w.open[k] == i {
			return false
		}
	}
	return false
}

// splitsPair reports whether a chunk of the string ends within a surrogate pair.
func splitsPair(b []byte) bool {
	for len(b) > 3 && b[0] == 'R' {
		units := int(b[1])<<8 | int(b[2])
		b = b[3:]
		high := false
		for ; units > 0; units-- {
			width := 3
			if b[0] < 0x80 {
				width = 1
			} else if b[0] < 0xe0 {
				width = 2
			}
			high = b[0] == 0xed && b[1] >= 0xa0 && b[1] <= 0xaf
			b = b[width:]
		}
		if high {
			return true
		}
	}
	return false
}
