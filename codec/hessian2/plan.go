package hessian2

import (
	"fmt"
	"maps"
	"reflect"
	"time"
	"unsafe"
)

// plan is how the values of one Go type are written and read. It is built once for a
// type and a Serializer, and is not changed afterwards.
type plan struct {
	typ reflect.Type
	// class is the Java class of a struct, enum or typed collection, "" for none.
	class string
	// other is a second class that is read as well, "" for none.
	other string
	// java is the type in a signature.
	java string
	// general says how a value stands in an any: by itself, or as a pointer to it.
	general generalForm
	// takesRef: its values are lists, maps or objects.
	takesRef bool
	// inPlace: a value is known again by its own address, or has a part that is.
	inPlace bool
	enc     func(e *encoder, p unsafe.Pointer) error
	dec     func(d *decoder, p unsafe.Pointer) error

	elem   *plan        // of pointers, slices, arrays and maps
	slabs  reflect.Type // of a slice of pointers to structs: the slice of the structs
	empty  header       // of a slice: an empty one, which is not null
	fields *fields
}

type generalForm uint8

const (
	byValue generalForm = iota
	byPointer
)

// value returns what ptr points to, as it stands in an any.
func (p *plan) value(ptr unsafe.Pointer) any {
	v := reflect.NewAt(p.typ, ptr)
	if p.general == byPointer {
		return v.Interface()
	}
	return v.Elem().Interface()
}

// copy makes what to points to a copy of what from points to.
func (p *plan) copy(to, from unsafe.Pointer) {
	reflect.NewAt(p.typ, to).Elem().Set(reflect.NewAt(p.typ, from).Elem())
}

// builder makes plans. Types that contain themselves find their own unfinished plan.
type builder struct {
	s     *Serializer
	plans map[reflect.Type]*plan
}

// planOf returns the plan of a type.
func (s *Serializer) planOf(t reflect.Type) (*plan, error) {
	if p := (*s.plans.Load())[t]; p != nil {
		return p, nil
	}
	return s.build(t)
}

func (s *Serializer) build(t reflect.Type) (*plan, error) {
	s.building.Lock()
	defer s.building.Unlock()
	b := &builder{s: s, plans: maps.Clone(*s.plans.Load())}
	p, err := b.plan(t)
	if err != nil {
		return nil, err
	}
	s.plans.Store(&b.plans)
	return p, nil
}

// classOf returns what JavaClassName of a type's zero value returns, or "". It runs
// the user's method, once for a type, on no value of the wire.
func classOf(t reflect.Type) (class string, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("hessian2: JavaClassName of a zero %v panics (%v): is it that of an embedded pointer or interface? Give the type its own", t, v)
		}
	}()
	type named interface{ JavaClassName() string }
	iface := reflect.TypeFor[named]()
	switch {
	case t.Kind() == reflect.Interface:
		return "", nil
	case t.Kind() != reflect.Pointer && t.Implements(iface):
		return reflect.Zero(t).Interface().(named).JavaClassName(), nil
	case t.Kind() != reflect.Pointer && reflect.PointerTo(t).Implements(iface):
		return reflect.New(t).Interface().(named).JavaClassName(), nil
	}
	return "", nil
}

func (b *builder) plan(t reflect.Type) (*plan, error) {
	if p := b.plans[t]; p != nil {
		return p, nil
	}
	p := &plan{typ: t}
	b.plans[t] = p
	if err := b.fill(p, t); err != nil {
		delete(b.plans, t)
		return nil, err
	}
	return p, nil
}

func (b *builder) fill(p *plan, t reflect.Type) error {
	if b.special(p, t) {
		return nil
	}
	if yes, err := b.conversion(p, t); yes {
		return err
	}
	if t.Kind() != reflect.Pointer {
		var err error
		if p.class, err = classOf(t); err != nil {
			return err
		}
		if len(p.class) > maxTypeName {
			return fmt.Errorf("hessian2: JavaClassName of %v returns %d bytes, want at most %d", t, len(p.class), maxTypeName)
		}
	}
	if e := b.s.enums[t]; e != nil {
		return b.enum(p, e)
	}
	switch t.Kind() {
	case reflect.Bool, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr,
		reflect.Float32, reflect.Float64:
		number(p, t.Kind())
	case reflect.String:
		if p.class != "" {
			return b.enum(p, &enum{class: p.class})
		}
		p.java, p.enc, p.dec = "java.lang.String", encString, decString
	case reflect.Pointer:
		return b.pointer(p, t)
	case reflect.Interface:
		p.java = "java.lang.Object"
		p.enc, p.dec = encInterface(t), decInterface(t)
	case reflect.Slice:
		return b.slice(p, t)
	case reflect.Array:
		return b.array(p, t)
	case reflect.Map:
		return b.mapping(p, t)
	case reflect.Struct:
		return b.structure(p, t)
	default:
		return fmt.Errorf("hessian2: a %v has no form in Hessian", t)
	}
	return nil
}

// special fills the plans of types that have a form of their own.
func (b *builder) special(p *plan, t reflect.Type) bool {
	switch t {
	case reflect.TypeFor[time.Time]():
		p.java, p.enc, p.dec = "java.util.Date", encTime, decTime
	case reflect.TypeFor[List]():
		p.java, p.general, p.takesRef, p.enc, p.dec = "java.util.List", byPointer, true, encList, decList
		p.inPlace = true
	case reflect.TypeFor[Map]():
		p.java, p.general, p.takesRef, p.enc, p.dec = "java.util.Map", byPointer, true, encMap, decMap
		p.inPlace = true
	case reflect.TypeFor[Object]():
		p.java, p.general, p.takesRef, p.enc, p.dec = "java.lang.Object", byPointer, true, encObject, decObject
		p.inPlace = true
	case reflect.TypeFor[Exception]():
		p.java, p.general, p.takesRef, p.enc, p.dec = "java.lang.Throwable", byPointer, true, encException, decException
		p.inPlace = true
	default:
		return false
	}
	return true
}
