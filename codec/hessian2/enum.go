package hessian2

import (
	"fmt"
	"reflect"
	"unsafe"
)

// enum fills the plan of a type that stands for a Java enum: an object with the name
// of the constant. Generic invocation has the name alone.
func (b *builder) enum(p *plan, e *enum) error {
	c := &constants{plan: p, names: e.names, text: p.typ.Kind() == reflect.String}
	if !c.text {
		c.values = make(map[string]int64, len(e.names))
		for v, name := range e.names {
			c.values[name] = v
		}
	}
	p.class, p.java, p.takesRef = e.class, e.class, true
	p.fields = nil
	c.head = classHead(b.s.dialect, e.class, []string{"name"})
	p.enc, p.dec = c.encode, c.decode
	return nil
}

// constants writes and reads the constants of one enum.
type constants struct {
	plan   *plan
	text   bool // of a string type
	names  map[int64]string
	values map[string]int64
	head   []byte
}

func (c *constants) encode(e *encoder, at unsafe.Pointer) error {
	name, err := c.name(at)
	if err != nil {
		return err
	}
	if name == "" {
		e.Null()
		return nil
	}
	if e.generic {
		return e.String(name)
	}
	if i, known := e.seen.putName(c.plan, name, e.next); known { // Java has one object for each constant
		e.ref(i)
		return nil
	}
	e.next++
	e.constant(c.plan, c.head)
	return e.String(name)
}

// constant writes the class definition of an enum, if it is not there yet, and the
// beginning of an object of it.
func (e *encoder) constant(p *plan, head []byte) {
	for i := range e.classes {
		if e.classes[i].plan == p {
			e.objectHead(i)
			return
		}
	}
	e.classes = append(e.classes, writtenClass{plan: p})
	e.buf = append(e.buf, head...)
	e.objectHead(len(e.classes) - 1)
}

func (c *constants) name(at unsafe.Pointer) (string, error) {
	if c.text {
		return *(*string)(at), nil
	}
	v := reflect.NewAt(c.plan.typ, at).Elem().Int()
	name, ok := c.names[v]
	if !ok && v != 0 { // a zero without a name is null
		return "", fmt.Errorf("hessian2: %d is no constant of the enum %s", v, c.plan.class)
	}
	return name, nil
}

func (c *constants) set(at unsafe.Pointer, name []byte) error {
	if c.text {
		*(*string)(at) = string(name)
		return nil
	}
	v, ok := c.values[string(name)]
	if !ok {
		return fmt.Errorf("%s is no constant of the enum %s", quote(name), c.plan.class)
	}
	reflect.NewAt(c.plan.typ, at).Elem().SetInt(v)
	return nil
}

func (c *constants) decode(d *decoder, at unsafe.Pointer) error {
	switch d.kind() {
	case KindNull:
		d.pos++
		c.plan.zero(at)
		return nil
	case KindRef:
		return d.assign(c.plan, at)
	case KindString:
		name, err := d.rawText()
		if err != nil {
			return err
		}
		if err := d.charge(len(name)); err != nil {
			return err
		}
		return c.set(at, name)
	case KindObject:
		return c.object(d, at)
	}
	return d.bad("a constant of an enum")
}

func (c *constants) object(d *decoder, at unsafe.Pointer) error {
	if err := d.classDefs(); err != nil {
		return err
	}
	begin := d.pos
	cl, err := d.objectHead()
	if err != nil {
		return err
	}
	if !d.named(cl, c.plan.class) {
		return fmt.Errorf("an object of class %s, want the enum %s", quote(d.part(cl.name)), c.plan.class)
	}
	i, err := d.newRef(c.plan, at, begin)
	if err != nil {
		return err
	}
	if err := d.enter(cl.n); err != nil {
		return err
	}
	for _, field := range d.fields(cl) {
		d.promised--
		if string(d.part(field)) != "name" || d.kind() != KindString {
			err = d.skip()
		} else if name, nerr := d.rawText(); nerr != nil {
			err = nerr
		} else if err = d.charge(len(name)); err == nil {
			err = c.set(at, name)
		}
		if err != nil {
			return err
		}
	}
	d.leave()
	d.done(i)
	return nil
}
