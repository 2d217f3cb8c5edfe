package apache

import (
	"reflect"
	"unsafe"
)

// moved are objects that stand in what a caller handed in, and not where the library
// made them. References to them are turned there, so that a graph stays one.
type moved struct {
	to   map[unsafe.Pointer]reflect.Value // pointers, by where the library made the object
	seen map[unsafe.Pointer]bool
	work []reflect.Value // objects that are to be looked at: chains of them may be long
}

// add says that the object that v points to was copied to what target points to.
func (m *moved) add(target, v any) {
	from, to := reflect.ValueOf(v), reflect.ValueOf(target)
	if from.Kind() != reflect.Pointer || from.Type() != to.Type() || from.Type().Elem().Kind() != reflect.Struct {
		return
	}
	if m.to == nil {
		m.to = map[unsafe.Pointer]reflect.Value{}
	}
	m.to[from.UnsafePointer()] = to
}

// turn looks for pointers to what was moved in all that v points to, and sets them.
func (m *moved) turn(v any) {
	if len(m.to) == 0 {
		return
	}
	m.seen = map[unsafe.Pointer]bool{}
	m.work = append(m.work, reflect.ValueOf(v).Elem())
	for len(m.work) > 0 {
		last := len(m.work) - 1
		next := m.work[last]
		m.work = m.work[:last]
		m.set(next)
	}
}

// in returns what must stand instead of v, if anything.
func (m *moved) in(v reflect.Value) (other reflect.Value, turned bool) {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			break
		}
		if to, ok := m.to[v.UnsafePointer()]; ok && to.Type() == v.Type() {
			return to, true
		}
		if at := v.UnsafePointer(); !m.seen[at] {
			m.seen[at] = true
			m.work = append(m.work, v.Elem())
		}
	case reflect.Interface:
		return m.in(v.Elem())
	case reflect.Struct:
		for _, f := range v.Fields() {
			m.set(f)
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			m.set(v.Index(i))
		}
	case reflect.Map:
		for it := v.MapRange(); it.Next(); {
			if to, turned := m.in(it.Value()); turned {
				v.SetMapIndex(it.Key(), to)
			}
		}
	}
	return other, false
}

// set turns what stands at a place that can be set.
func (m *moved) set(at reflect.Value) {
	if at.CanSet() && holds(at.Type()) {
		if to, turned := m.in(at); turned {
			at.Set(to)
		}
	}
}

// holds reports whether values of a type may hold pointers to objects.
func holds(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Pointer, reflect.Interface, reflect.Struct, reflect.Map:
		return true
	case reflect.Slice, reflect.Array:
		return holds(t.Elem())
	}
	return false
}
