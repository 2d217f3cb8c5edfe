package apache

import (
	"errors"
	"fmt"
	"strconv"

	hessian "github.com/apache/dubbo-go-hessian2"

	"github.com/onrampmesh/onramp/codec/hessian2"
)

// typeUse is what the library has for the type of a list or map.
type typeUse struct {
	collection bool
	asked      bool // object is known, which is asked for maps alone
	object     bool // it is the class of objects
}

// list goes over the elements of a list whose head ends at byte head.
func (w *walk) list(c *hessian2.Container, head int, p place) error {
	if c.Name != nil {
		if err := w.listType(c, head, p); err != nil {
			return err
		}
	}
	for w.s.More(c) {
		if c.Len < 0 {
			if err := w.charge(48); err != nil {
				return err
			}
		}
		if err := w.value(place{dropped: p.dropped}); err != nil {
			return err
		}
	}
	return nil
}

// listType decides how the library gets the type of a list.
func (w *walk) listType(c *hessian2.Container, head int, p place) error {
	t, literal, err := w.typeName(c.Start+1, c.Name)
	if err != nil {
		return err
	}
	if p.dropped {
		w.skewed = w.skewed || literal
		w.edits.replace(w.src, c.Start, head)
		w.edits.list(c.Len)
		return nil
	}
	if t.collection && c.Len < 0 {
		return fmt.Errorf("a %s without a length, whose elements dubbo-go-hessian2 does not read", quote(c.Name))
	}
	if !literal && (w.skewed || t.collection || w.src[c.Start+1] == 'I') {
		if err := w.charge(len(c.Name)); err != nil {
			return err
		}
		w.edits.replace(w.src, c.Start, head)
		w.edits.typedList(c.Name, c.Len)
	}
	w.skewed = w.skewed || literal && t.collection
	return nil
}

// typeName looks at the type of a list or map, which begins at byte at, and reports
// whether it is named in full.
func (w *walk) typeName(at int, name []byte) (t typeUse, literal bool, err error) {
	tag := w.src[at]
	t, known := w.types[string(name)]
	switch literal = tag <= 0x1f || tag >= 0x30 && tag <= 0x33 || tag == 'S'; {
	case !literal:
		return t, false, nil
	case known:
		w.skewed = true // the library counts it once
		return t, true, nil
	}
	if _, err := strconv.Atoi(string(name)); err == nil {
		return t, true, fmt.Errorf("the type %s is a number, which dubbo-go-hessian2 takes for a reference", quote(name))
	}
	own, _ := hessian.GetSerializer(string(name))
	_, t.collection = own.(hessian.JavaCollectionSerializer)
	if w.types == nil {
		w.types = map[string]typeUse{}
	}
	w.types[string(name)] = t
	return t, true, w.charge(128 + len(name))
}

// mapping goes over the entries of a map whose head ends at byte head.
func (w *walk) mapping(c *hessian2.Container, head int, p place) error {
	if c.Name != nil {
		if err := w.mapType(c, head, p); err != nil {
			return err
		}
	}
	first := true
	for w.s.More(c) {
		if p.field == fieldMap && w.s.Next() == hessian2.KindNull {
			return errors.New("a map has the key null, at which dubbo-go-hessian2 stops reading")
		}
		n := 64
		if first {
			n, first = 352, false
		}
		if err := w.charge(n); err != nil {
			return err
		}
		if err := w.value(place{dropped: p.dropped}); err != nil {
			return err
		}
		if err := w.value(place{dropped: p.dropped}); err != nil {
			return err
		}
	}
	return nil
}

// mapType decides how the library gets the type of a map.
func (w *walk) mapType(c *hessian2.Container, head int, p place) error {
	t, literal, err := w.typeName(c.Start+1, c.Name)
	if err != nil {
		return err
	}
	if !t.asked {
		k := w.ser.class(c.Name)
		t.asked, t.object = true, k != nil && k.kind != classOther
		w.types[string(c.Name)] = t
	}
	switch {
	case t.object && !p.dropped:
		return fmt.Errorf("a map of the class %s, whose fields dubbo-go-hessian2 would not find", quote(c.Name))
	case p.dropped, p.field == fieldMap: // it has no use for the type, and does not count it
		w.skewed = w.skewed || literal
		w.edits.replace(w.src, c.Start, head)
		w.edits.out = append(w.edits.out, 'H')
	case !literal && w.skewed:
		w.edits.replace(w.src, c.Start, head)
		w.edits.typedMap(c.Name)
		return w.charge(len(c.Name))
	}
	return nil
}
