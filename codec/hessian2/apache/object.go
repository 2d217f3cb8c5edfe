package apache

import (
	"errors"
	"fmt"

	"github.com/onrampmesh/onramp/codec/hessian2"
)

// define takes in the class definitions from the known-th on. rename says that they must
// be written anew.
func (w *walk) define(known int) (rename bool) {
	for i := known; i < w.s.Classes(); i++ {
		name, fields := w.s.Class(i)
		u := use{class: w.ser.class(name), names: len(fields), lib: w.edits.classes, alias: -1, throws: throwable(fields)}
		w.edits.classes++
		if k := u.class; k != nil && k.kind == classStruct {
			u.fields = make([]fieldKind, len(fields))
			for f := range fields {
				u.fields[f] = k.fields[string(fields[f])]
				rename = rename || u.fields[f] == fieldUnknown
			}
		}
		w.classes = append(w.classes, u)
	}
	return rename
}

// redefine writes the class definitions from the known-th on. Fields that a Go type lacks
// have one name: the library would keep theirs.
func (w *walk) redefine(known int) {
	for i := known; i < w.s.Classes(); i++ {
		name, fields := w.s.Class(i)
		for f, kind := range w.classes[i].fields {
			if kind == fieldUnknown {
				fields[f] = []byte(noField)
			}
		}
		w.edits.class(name, fields)
	}
}

// object goes over the fields of an object whose head ends at byte head.
func (w *walk) object(c *hessian2.Container, head int, p place) error {
	u := &w.classes[c.Class]
	if len(w.open) == 1 {
		_, fields := w.s.Class(c.Class)
		w.thrown = thrown(fields)
	}
	if p.dropped {
		w.withoutClass(u, c.Start, head)
		return w.fields(c, func(int) place { return p })
	}
	if u.lib != c.Class {
		w.edits.replace(w.src, c.Start, head)
		w.edits.object(u.lib)
	}
	switch k := u.class; {
	case k == nil:
		return w.unknown(c, u)
	case k.kind == classStruct:
		w.marks[c.Index].pointer = true
		if err := w.charge(int(k.typ.Size())); err != nil {
			return err
		}
		return w.fields(c, func(f int) place {
			return place{dropped: u.fields[f] == fieldUnknown, field: u.fields[f]}
		})
	case k.kind == classOpaque && k.reads != c.Len:
		return fmt.Errorf("an object of class %s has %d fields, and its hessian.Serializer reads %d", quote(c.Name), c.Len, k.reads)
	case k.kind == classOpaque:
		return w.fields(c, func(int) place { return place{} })
	case k.kind == classTagged:
		return fmt.Errorf("class %s: %w", quote(c.Name), errTag)
	}
	return w.single(c, u.class.kind)
}

// withoutClass makes an object of which the library knows no class: it becomes a map,
// which no field can make an error.
func (w *walk) withoutClass(u *use, start, head int) {
	w.edits.replace(w.src, start, head)
	if u.alias < 0 {
		u.alias = w.edits.classes
		w.edits.classes++
		w.edits.class([]byte(noField), make([][]byte, u.names))
	}
	w.edits.object(u.alias)
}

func (w *walk) fields(c *hessian2.Container, at func(field int) place) error {
	for i := 0; w.s.More(c); i++ {
		if err := w.value(at(i)); err != nil {
			return err
		}
	}
	return nil
}

// unknown goes over an object of a class that is not registered.
func (w *walk) unknown(c *hessian2.Container, u *use) error {
	if !w.ser.unknown || u.throws {
		return &unknownError{class: c.Name}
	}
	if err := w.charge(352 + len(c.Name) + 64*u.names); err != nil {
		return err
	}
	return w.fields(c, func(int) place { return place{} })
}

// single goes over an object of which the library reads one value, whatever its fields.
func (w *walk) single(c *hessian2.Container, kind classKind) error {
	next := w.s.Next()
	switch {
	case kind == classEnum && c.Len == 1 && next == hessian2.KindString:
	case kind == classDate && c.Len == 1 && (next == hessian2.KindDate || next == hessian2.KindNull):
	case kind == classEnum, kind == classDate:
		return fmt.Errorf("an object of class %s has other fields than dubbo-go-hessian2 reads", quote(c.Name))
	default:
		return fmt.Errorf("an object of class %s, whose Go type is no struct", quote(c.Name))
	}
	return w.fields(c, func(int) place { return place{} })
}

// begin goes over the head of an object that is a body's own: its fields are values of
// the body. The library gets a map instead of it, which takes its index.
func (w *walk) begin() (class []byte, fields [][]byte, err error) {
	if w.s.Next() != hessian2.KindObject {
		return nil, nil, errors.New("apache: the next value is no object")
	}
	begin, known := w.s.Offset(), w.s.Classes()
	class, fields, err = w.s.BeginObject()
	if err != nil {
		return nil, nil, err
	}
	w.marks = append(w.marks, mark{kind: hessian2.KindObject, begun: true})
	w.define(known)
	w.edits.replace(w.src, begin, w.s.Offset())
	w.redefine(known)
	w.edits.out = append(w.edits.out, 'H', 'Z')
	return class, fields, nil
}
