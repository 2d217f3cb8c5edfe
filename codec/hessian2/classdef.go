package hessian2

import (
	"errors"
	"fmt"
)

// classDefs reads the class definitions that stand before an object.
func (d *decoder) classDefs() error {
	tag := byte(v2Class)
	if d.dialect == Draft {
		tag = draftClass
	}
	for d.peek() == tag {
		d.pos++
		if err := d.classDef(); err != nil {
			return err
		}
	}
	return nil
}

func (d *decoder) classDef() error {
	c := class{first: len(d.names), raw: span{at: d.pos - 1}}
	err := d.className(&c)
	if err != nil {
		return err
	}
	n, err := d.int()
	switch {
	case err != nil:
		return err
	case n < 0 || int(n) > d.limits.Fields:
		return fmt.Errorf("class %s has %d fields, want 0 to %d (Limits.Fields)", quote(d.part(c.name)), n, d.limits.Fields)
	case d.total+int(n) > d.limits.allFields() && !d.replaying:
		return fmt.Errorf("the classes have more than %d fields together (8 times Limits.Fields)", d.limits.allFields())
	case len(d.classes) >= d.limits.Classes && !d.replaying:
		return fmt.Errorf("more than %d classes (Limits.Classes)", d.limits.Classes)
	case int(n) > len(d.src)-d.pos-d.promised:
		return errEnd
	}
	for range n {
		field, err := d.name("a field")
		if err != nil {
			return fmt.Errorf("class %s: %w", quote(d.part(c.name)), err)
		}
		if !d.replaying {
			d.names = append(d.names, field)
		}
	}
	if !d.replaying {
		c.n, c.raw.end = int(n), d.pos
		d.total += c.n
		d.classes = append(d.classes, c)
	}
	return nil
}

func (d *decoder) className(c *class) (err error) {
	if d.dialect == V2 {
		c.name, err = d.name("a class")
		return err
	}
	n, err := d.int()
	if err == nil && n < 0 {
		err = errors.New("the length of a class's name is negative")
	}
	if err == nil {
		c.name, err = d.nameOf(int(n), "a class")
	}
	return err
}

// objectHead reads the class of an object, whose definition has been read; an object
// must be next.
func (d *decoder) objectHead() (*class, error) {
	var i int
	tag := d.peek()
	switch {
	case d.dialect == V2 && tag >= v2Object0 && tag <= 0x6f:
		d.pos++
		i = int(tag - v2Object0)
	case d.dialect == V2 && tag == v2Object, d.dialect == Draft && tag == draftObject:
		d.pos++
		v, err := d.int()
		if err != nil {
			return nil, err
		}
		i = int(v)
	default:
		return nil, d.bad("an object")
	}
	if i < 0 || i >= len(d.classes) {
		return nil, fmt.Errorf("an object of class %d, and there are %d", i, len(d.classes))
	}
	return &d.classes[i], nil
}

// fields returns where the names of c's fields stand.
func (d *decoder) fields(c *class) []span { return d.names[c.first : c.first+c.n] }

// named reports whether c is the class of this name.
func (d *decoder) named(c *class, name string) bool { return string(d.part(c.name)) == name }
