package hessian2

// rawText reads a string as UTF-8: a view of the body where it stands there like that,
// else d.text.
func (d *decoder) rawText() ([]byte, error) {
	n, last, ok, err := d.textHead()
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, d.bad("a string")
	}
	b, plain, err := d.units(n)
	if err != nil || last && plain {
		return b, err
	}
	return d.joinText(b, plain, last)
}

// joinText reads the rest of a string that has surrogates, or several chunks.
func (d *decoder) joinText(b []byte, plain, last bool) (_ []byte, err error) {
	out := d.text[:0]
	var half []byte // of a surrogate pair, from the chunk before
	for {
		switch {
		case len(half) > 0:
			joined := append(append(make([]byte, 0, len(half)+len(b)), half...), b...)
			out, half, err = appendJoined(out, joined)
		case plain:
			out = append(out, b...)
		default:
			out, half, err = appendJoined(out, b)
		}
		if err != nil {
			return nil, err
		}
		if last {
			break
		}
		n, isLast, ok, err := d.textHead()
		if err != nil {
			return nil, err
		}
		if !ok {
			return nil, d.bad("the next chunk of a string")
		}
		last = isLast
		if b, plain, err = d.units(n); err != nil {
			return nil, err
		}
	}
	d.text = out
	if len(half) > 0 {
		return nil, errSurrogate
	}
	return out, nil
}

// string reads a string into one of its own.
func (d *decoder) string() (string, error) {
	b, err := d.rawText()
	if err != nil {
		return "", err
	}
	if err := d.charge(len(b)); err != nil {
		return "", err
	}
	return string(b), nil
}

// binary reads a byte[] into one of its own.
func (d *decoder) binary() ([]byte, error) {
	out := []byte{}
	for {
		n, last, ok, err := d.binaryHead()
		if err != nil {
			return nil, err
		}
		if !ok {
			return nil, d.bad("a byte[]")
		}
		b, err := d.take(n)
		if err != nil {
			return nil, err
		}
		if err := d.charge(n); err != nil {
			return nil, err
		}
		if out = append(out, b...); last {
			return out, nil
		}
	}
}
