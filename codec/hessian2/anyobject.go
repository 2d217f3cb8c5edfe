package hessian2

import (
	"fmt"
	"unsafe"
)

// anyObject reads an object: into the Go type that was registered for its class, or
// that this package has for it, an *Exception, or an *Object.
func (d *decoder) anyObject() (any, error) {
	if err := d.classDefs(); err != nil {
		return nil, err
	}
	begin := d.pos
	c, err := d.objectHead()
	if err != nil {
		return nil, err
	}
	if p := d.s.classes[string(d.part(c.name))]; p != nil {
		d.pos = begin
		return d.made(p)
	}
	if d.s.known {
		return nil, fmt.Errorf("class %s is not registered (hessian2.KnownOnly)", quote(d.part(c.name)))
	}
	if d.throwable(c) {
		x := &Exception{}
		if err := d.charge(int(unsafe.Sizeof(*x))); err != nil {
			return nil, err
		}
		return x, d.exception(x, c, begin)
	}
	o := &Object{}
	if err := d.charge(48); err != nil {
		return nil, err
	}
	return o, d.objectFields(o, c, begin)
}

// objectFields reads an object of class c into o.
func (d *decoder) objectFields(o *Object, c *class, begin int) error {
	i, err := d.newRef(d.s.special.object, unsafe.Pointer(o), begin)
	if err != nil {
		return err
	}
	if err := d.enter(c.n); err != nil {
		return err
	}
	names, class := d.fields(c), c.name
	if err := d.charge(32 * c.n); err != nil {
		return err
	}
	text, err := d.spelled(c)
	if err != nil {
		return err
	}
	o.Class, o.Fields = text[:class.end-class.at], make([]Field, len(names))
	for k, at := range names {
		d.promised--
		o.Fields[k].Name = text[at.at-class.at : at.end-class.at]
		if o.Fields[k].Value, err = d.any(); err != nil {
			return fmt.Errorf("%s.%s: %w", quote(d.part(class)), quote(d.part(at)), err)
		}
	}
	d.leave()
	d.done(i)
	return nil
}

// spelled returns a text that begins with the name of c and has those of its fields
// where they stand in the body. The objects of a class share it.
func (d *decoder) spelled(c *class) (string, error) {
	if c.text != "" {
		return c.text, nil
	}
	all := c.name
	if c.n > 0 {
		all.end = d.names[c.first+c.n-1].end
	}
	err := d.charge(all.end - all.at)
	if err == nil {
		c.text = string(d.part(all))
	}
	return c.text, err
}
