package hessian2

// skip reads over one value. It checks all that building it would check of its form,
// and gives containers their indexes.
func (d *decoder) skip() error {
	switch d.kind() {
	case KindNull, KindBool:
		d.pos++
		return nil
	case KindInt:
		_, err := d.int()
		return err
	case KindLong:
		_, _, err := d.ifLong()
		return err
	case KindDouble:
		_, _, err := d.ifDouble()
		return err
	case KindDate:
		_, _, err := d.ifDate()
		return err
	case KindString:
		return d.skipText()
	case KindBinary:
		return d.skipBinary()
	case KindList:
		return d.skipList()
	case KindMap:
		return d.skipMap()
	case KindObject:
		return d.skipObject()
	case KindRef:
		_, _, err := d.refIndex()
		return err
	case Invalid:
	}
	return d.bad("a value")
}

func (d *decoder) skipText() error {
	var half []byte
	for {
		n, last, ok, err := d.textHead()
		if err != nil {
			return err
		}
		if !ok {
			return d.bad("the next chunk of a string")
		}
		b, plain, err := d.units(n)
		if err != nil {
			return err
		}
		if !plain || len(half) > 0 {
			if half, err = checkJoined(half, b); err != nil {
				return err
			}
		}
		if last {
			if len(half) > 0 {
				return errSurrogate
			}
			return nil
		}
	}
}

// checkJoined is appendJoined without its result. half is the first half of a pair of
// the chunk before.
func checkJoined(half, units []byte) (rest []byte, err error) {
	wantLow := len(half) > 0
	for len(units) > 0 {
		width, r := unitAt(units)
		low, high := r >= 0xdc00 && r <= 0xdfff, r >= 0xd800 && r < 0xdc00
		if low != wantLow {
			return nil, errSurrogate
		}
		if wantLow = high; high && len(units) == width {
			return units, nil
		}
		units = units[width:]
	}
	if wantLow { // an empty chunk within a pair
		return half, nil
	}
	return nil, nil
}

func (d *decoder) skipBinary() error {
	for {
		n, last, ok, err := d.binaryHead()
		if err != nil {
			return err
		}
		if !ok {
			return d.bad("the next chunk of a byte[]")
		}
		if _, err := d.take(n); err != nil || last {
			return err
		}
	}
}

func (d *decoder) skipList() error {
	at := d.pos
	h, err := d.listHead()
	if err != nil {
		return err
	}
	if _, err := d.newRef(nil, nil, at); err != nil {
		return err
	}
	if err := d.enter(h.n); err != nil {
		return err
	}
	if h.n >= 0 {
		err = d.skipElements(h.n)
	} else {
		for err == nil && !d.atEnd() {
			err = d.skip()
		}
	}
	if err != nil {
		return err
	}
	d.leave()
	return d.listEnd(&h)
}

// skipElements reads over n values that were promised.
func (d *decoder) skipElements(n int) error {
	for range n {
		d.promised--
		if err := d.skip(); err != nil {
			return err
		}
	}
	return nil
}

func (d *decoder) skipMap() error {
	at := d.pos
	if _, err := d.mapHead(); err != nil {
		return err
	}
	if _, err := d.newRef(nil, nil, at); err != nil {
		return err
	}
	if err := d.enter(-1); err != nil {
		return err
	}
	for !d.atEnd() {
		if err := d.skip(); err != nil {
			return err
		}
		if err := d.skip(); err != nil {
			return err
		}
	}
	d.pos++
	d.leave()
	return nil
}

func (d *decoder) skipObject() error {
	if err := d.classDefs(); err != nil {
		return err
	}
	at := d.pos
	c, err := d.objectHead()
	if err != nil {
		return err
	}
	n := c.n
	if _, err := d.newRef(nil, nil, at); err != nil {
		return err
	}
	if err := d.enter(n); err != nil {
		return err
	}
	if err := d.skipElements(n); err != nil {
		return err
	}
	d.leave()
	return nil
}
