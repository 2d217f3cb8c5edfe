package hessian2

// Container is a list, map or object whose beginning Scanner.Enter has read.
type Container struct {
	// Kind is KindList, KindMap or KindObject.
	Kind Kind
	// Name is the type of a list or map, nil for none, or the class of an object: a view
	// of the body.
	Name []byte
	// Len is how many elements or fields follow, -1 for all until the end.
	Len int
	// Index is the number by which references name it.
	Index int
	// Class is the index of an object's class definition.
	Class int
	// Start is the byte at which it begins, behind class definitions.
	Start int

	left int
	end  bool
}

// Enter reads the beginning of the list, map or object that is next. More and Leave go
// with it; what stands between is read by the other methods.
func (s *Scanner) Enter() (c Container, err error) {
	d := &s.d
	c.Kind = d.kind()
	if c.Kind == KindObject {
		err = d.classDefs()
	}
	c.Start, c.Len = d.pos, -1
	if err == nil {
		err = d.head(&c)
	}
	if err == nil {
		c.left = c.Len
		c.Index, err = d.newRef(nil, nil, c.Start)
	}
	if err == nil {
		err = d.enter(c.Len)
	}
	return c, d.fail(err)
}

// head reads the beginning of a container.
func (d *decoder) head(c *Container) error {
	switch c.Kind {
	case KindList:
		h, err := d.listHead()
		c.Name, c.Len, c.end = h.typ, h.n, h.end
		return err
	case KindMap:
		name, err := d.mapHead()
		c.Name, c.end = name, true
		return err
	case KindObject:
		class, err := d.objectHead()
		if err != nil {
			return err
		}
		for i := range d.classes {
			if &d.classes[i] == class {
				c.Class = i
			}
		}
		c.Name, c.Len = d.part(class.name), class.n
		return nil
	}
	return d.bad("a list, map or object")
}

// More reports whether c has another element, field, or pair of key and value, which
// then must be read.
func (s *Scanner) More(c *Container) bool {
	if c.Len < 0 {
		return !s.d.atEnd()
	}
	if c.left == 0 {
		return false
	}
	c.left--
	s.d.promised--
	return true
}

// Leave reads the end of c, after More reported false.
func (s *Scanner) Leave(c *Container) error {
	d := &s.d
	d.leave()
	return d.fail(d.listEnd(&listHead{end: c.end}))
}

// Ref reads a reference to a list, map or object that has begun, and returns its index.
func (s *Scanner) Ref() (int, error) {
	i, ok, err := s.d.refIndex()
	if err == nil && !ok {
		err = s.d.bad("a reference")
	}
	return i, s.d.fail(err)
}

// Classes returns how many classes have been defined.
func (s *Scanner) Classes() int { return len(s.d.classes) }

// Class returns the i-th definition. Both are views of the body.
func (s *Scanner) Class(i int) (class []byte, fields [][]byte) {
	c := &s.d.classes[i]
	fields = make([][]byte, c.n)
	for k, name := range s.d.fields(c) {
		fields[k] = s.d.part(name)
	}
	return s.d.part(c.name), fields
}

// Extend goes on in src, which begins with all that was read.
func (s *Scanner) Extend(src []byte) { s.d.src = src }
