package hessian2

import (
	"errors"
	"fmt"
	"reflect"
	"unsafe"
)

// mapping fills the plan of a map.
func (b *builder) mapping(p *plan, t reflect.Type) error {
	key, err := b.plan(t.Key())
	if err != nil {
		return err
	}
	elem, err := b.plan(t.Elem())
	if err != nil {
		return err
	}
	p.elem, p.takesRef = elem, true
	p.java = "java.util.Map"
	if p.class != "" {
		p.java = p.class
	}
	m := &mapPlan{plan: p, key: key, elem: elem, entry: entrySize(int(t.Key().Size()), int(t.Elem().Size()))}
	m.unclear = b.s.dialect == Draft && (t.Key().Kind() == reflect.Bool || t.Key().Kind() == reflect.Interface)
	p.enc, p.dec = m.encode, m.decode
	return nil
}

// entrySize returns what an entry of a map takes while it grows: the copies that are
// read into, and about five slots, since maps are up to half empty and move to twice
// the room. Of what is larger than 128 bytes a slot has a pointer.
func entrySize(key, elem int) int {
	n := key + elem + 16
	for _, size := range [...]int{key, elem} {
		if size > 128 {
			n, size = n+size, 8
		}
		n += 5 * size
	}
	return n
}

// mapPlan writes and reads one type of maps.
type mapPlan struct {
	plan, key, elem *plan
	unclear         bool // a key may be true
	entry           int  // what an entry takes in Go, roughly
}

func (m *mapPlan) encode(e *encoder, at unsafe.Pointer) error {
	v := reflect.NewAt(m.plan.typ, at).Elem()
	typ := e.array
	e.array = ""
	if v.IsNil() {
		e.Null()
		return nil
	}
	if e.shared(v.UnsafePointer(), 0, m.plan) {
		return nil
	}
	if typ == "" {
		typ = m.plan.class
	}
	for it := v.MapRange(); typ == "" && m.unclear && it.Next(); {
		typ = e.unclear(it.Key())
	}
	if err := e.enter(); err != nil {
		return err
	}
	if err := e.mapHead(typ); err != nil {
		return err
	}
	if err := m.entries(e, at, v); err != nil {
		return err
	}
	e.end()
	e.leave()
	return nil
}

// unclear returns the type that a map without one must have in Draft when this is its
// first key: the tag of true is that of a type as well.
func (e *encoder) unclear(key reflect.Value) string {
	if key.Kind() == reflect.Interface {
		key = key.Elem()
	}
	if e.s.dialect == Draft && key.Kind() == reflect.Bool && key.Bool() {
		return "java.util.HashMap"
	}
	return ""
}

func (m *mapPlan) entries(e *encoder, at unsafe.Pointer, v reflect.Value) error {
	switch m.plan.typ {
	case reflect.TypeFor[map[string]string]():
		for k, v := range *(*map[string]string)(at) {
			err := e.String(k)
			if err == nil {
				err = e.String(v)
			}
			if err != nil {
				return fmt.Errorf("[%.64q]: %w", k, err)
			}
		}
		return nil
	case reflect.TypeFor[map[string]any]():
		for k, v := range *(*map[string]any)(at) {
			err := e.String(k)
			if err == nil {
				err = e.any(v)
			}
			if err != nil {
				return fmt.Errorf("[%.64q]: %w", k, err)
			}
		}
		return nil
	}
	// The copies are made anew for each entry: what is in them may be known by its address.
	for iter := v.MapRange(); iter.Next(); {
		k, x := reflect.New(m.key.typ), reflect.New(m.elem.typ)
		k.Elem().SetIterKey(iter)
		x.Elem().SetIterValue(iter)
		if m.key.inPlace || m.elem.inPlace {
			e.hold(k.UnsafePointer())
			e.hold(x.UnsafePointer())
		}
		if err := m.key.enc(e, k.UnsafePointer()); err != nil {
			return fmt.Errorf("a key: %w", err)
		}
		if err := m.elem.enc(e, x.UnsafePointer()); err != nil {
			return fmt.Errorf("a value: %w", err)
		}
	}
	return nil
}

func (m *mapPlan) decode(d *decoder, at unsafe.Pointer) error {
	out := reflect.NewAt(m.plan.typ, at).Elem()
	switch d.kind() {
	case KindNull:
		d.pos++
		out.SetZero()
		return nil
	case KindRef:
		return d.assign(m.plan, at)
	case KindObject:
		return m.object(d, at, out)
	case KindMap:
	default:
		return d.bad("a map")
	}
	begin := d.pos
	if _, err := d.mapHead(); err != nil {
		return err
	}
	return m.within(d, at, out, begin, -1, func() error {
		for !d.atEnd() {
			if err := m.pair(d, out, m.readKey); err != nil {
				return err
			}
		}
		d.pos++
		return nil
	})
}

// object reads an object into a map: its fields' names are the keys.
func (m *mapPlan) object(d *decoder, at unsafe.Pointer, out reflect.Value) error {
	if err := d.classDefs(); err != nil {
		return err
	}
	begin := d.pos
	c, err := d.objectHead()
	if err != nil {
		return err
	}
	if k := m.key.typ.Kind(); k != reflect.String && m.key.typ != reflect.TypeFor[any]() {
		return fmt.Errorf("an object of class %s, want a map with keys of %v", quote(d.part(c.name)), m.key.typ)
	}
	names := d.fields(c)
	return m.within(d, at, out, begin, len(names), func() error {
		for _, name := range names {
			d.promised--
			key := func(d *decoder, k reflect.Value) error {
				k.Set(reflect.ValueOf(string(d.part(name))).Convert(m.key.typ))
				return d.charge(name.end - name.at)
			}
			if err := m.pair(d, out, key); err != nil {
				return err
			}
		}
		return nil
	})
}

// within makes the map and gives it its index while read fills it.
func (m *mapPlan) within(d *decoder, at unsafe.Pointer, out reflect.Value, begin, n int, read func() error) error {
	i, err := d.newRef(m.plan, at, begin)
	if err != nil {
		return err
	}
	if err := d.enter(n); err != nil {
		return err
	}
	if err := d.charge(48); err != nil {
		return err
	}
	out.Set(reflect.MakeMap(m.plan.typ))
	unstable := d.unstable
	d.unstable = false // each entry is read into memory of its own
	if err := read(); err != nil {
		return err
	}
	d.unstable = unstable
	d.leave()
	d.done(i)
	return nil
}

func (m *mapPlan) readKey(d *decoder, k reflect.Value) error {
	if err := m.key.dec(d, k.Addr().UnsafePointer()); err != nil {
		return fmt.Errorf("a key: %w", err)
	}
	v := k
	if v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	if v.IsValid() && !v.Comparable() {
		return fmt.Errorf("a %v cannot be a key of a map of Go: ask for a *hessian2.Map", v.Type())
	}
	if v.IsValid() && v.CanFloat() && v.Float() != v.Float() {
		return errors.New("NaN cannot be a key")
	}
	return nil
}

// pair reads one entry.
func (m *mapPlan) pair(d *decoder, out reflect.Value, readKey func(*decoder, reflect.Value) error) error {
	if err := d.charge(m.entry); err != nil {
		return err
	}
	k, v := reflect.New(m.key.typ).Elem(), reflect.New(m.elem.typ).Elem()
	if err := readKey(d, k); err != nil {
		return err
	}
	if err := m.elem.dec(d, v.Addr().UnsafePointer()); err != nil {
		return fmt.Errorf("a value: %w", err)
	}
	out.SetMapIndex(k, v)
	return nil
}
