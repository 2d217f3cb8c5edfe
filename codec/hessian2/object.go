package hessian2

import (
	"encoding"
	"fmt"
	"reflect"
	"unsafe"
)

// structure reads an object, or a map, into a struct.
func (d *decoder) structure(p *plan, at unsafe.Pointer) error {
	switch d.kind() {
	case KindObject:
	case KindNull:
		d.pos++
		p.zero(at)
		return nil
	case KindRef:
		return d.assign(p, at)
	case KindMap:
		return d.structureOfMap(p, at)
	case KindString:
		if p.fields.texts {
			return d.structureOfText(p, at)
		}
		return d.bad("an object")
	default:
		return d.bad("an object")
	}
	d.knownClass(p)
	if err := d.classDefs(); err != nil {
		return err
	}
	begin := d.pos
	c, err := d.objectHead()
	if err != nil {
		return err
	}
	if c.plan != p && p.class != "" && !d.named(c, p.class) && (p.other == "" || !d.named(c, p.other)) {
		return fmt.Errorf("an object of class %s, want %s", quote(d.part(c.name)), p.class)
	}
	return d.object(c, p, at, begin)
}

// object reads the fields of an object of class c into a struct.
func (d *decoder) object(c *class, p *plan, at unsafe.Pointer, begin int) error {
	self, err := d.newRef(p, at, begin)
	if err != nil {
		return err
	}
	if err := d.enter(c.n); err != nil {
		return err
	}
	for _, offset := range p.fields.exceptions {
		(*Exception)(unsafe.Add(at, offset)).Class = p.class
	}
	bind := d.binding(c, p)
	for k := range bind {
		d.promised--
		if bind[k] < 0 {
			if err := d.skip(); err != nil {
				return err
			}
			continue
		}
		f := &p.fields.all[bind[k]]
		if p.fields.throwable && f.name == fieldCause && d.ownRef(self) {
			continue
		}
		if err := f.plan.dec(d, unsafe.Add(at, f.offset)); err != nil {
			return within(err, p, f.name)
		}
	}
	d.leave()
	d.done(self)
	return nil
}

// ownRef reads a reference to value i, if one is next.
func (d *decoder) ownRef(i int) bool {
	pos := d.pos
	got, ok, err := d.refIndex()
	if ok && err == nil && got == i {
		return true
	}
	d.pos = pos
	return false
}

// structureOfText reads the text of a LocalDate and the like, which Java's generic calls
// have instead of the object.
func (d *decoder) structureOfText(p *plan, at unsafe.Pointer) error {
	text, err := d.rawText()
	if err != nil {
		return err
	}
	if err := d.charge(len(text)); err != nil {
		return err
	}
	return reflect.NewAt(p.typ, at).Interface().(encoding.TextUnmarshaler).UnmarshalText(text)
}

// structureOfMap reads a map into a struct: keys are the names of fields, and "class"
// that of the class, as Dubbo's generic invocation has it.
func (d *decoder) structureOfMap(p *plan, at unsafe.Pointer) error {
	begin := d.pos
	typ, err := d.mapHead()
	if err != nil {
		return err
	}
	if p.class != "" && len(typ) > 0 && string(typ) != p.class && !anyMap(typ) {
		return fmt.Errorf("a map of type %s, want %s", quote(typ), p.class)
	}
	self, err := d.newRef(p, at, begin)
	if err != nil {
		return err
	}
	if err := d.enter(-1); err != nil {
		return err
	}
	for !d.atEnd() {
		if err := d.keyed(p, at); err != nil {
			return err
		}
	}
	d.pos++
	d.leave()
	d.done(self)
	return nil
}

// anyMap reports whether a type is one of Java's own maps.
func anyMap(typ []byte) bool { return len(typ) > 5 && string(typ[:5]) == "java." }

// keyed reads one entry of a map into the field that its key names.
func (d *decoder) keyed(p *plan, at unsafe.Pointer) error {
	if d.kind() != KindString {
		if err := d.skip(); err != nil {
			return err
		}
		return d.skip()
	}
	key, err := d.rawText()
	if err != nil {
		return err
	}
	for i := range p.fields.all {
		if f := &p.fields.all[i]; f.name == string(key) {
			if err := f.plan.dec(d, unsafe.Add(at, f.offset)); err != nil {
				return within(err, p, f.name)
			}
			return nil
		}
	}
	if p.class != "" && string(key) == "class" && d.kind() == KindString {
		class, err := d.rawText()
		if err == nil && string(class) != p.class {
			err = fmt.Errorf("a map for the class %s, want %s", quote(class), p.class)
		}
		return err
	}
	return d.skip()
}
