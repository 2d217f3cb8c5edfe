package apache

import (
	"errors"
	"fmt"

	hessian "github.com/apache/dubbo-go-hessian2"

	"github.com/onrampmesh/onramp/codec/hessian2"
)

// decoder reads the values of one body. It implements hessian2.Decoder.
type decoder struct {
	s     *Serializer
	src   []byte
	modes map[int]mode // of the values that are not read as they are

	lib   *hessian.Decoder // nil until the first value is asked for
	size  int              // of the edited body
	items []item
	next  int
	moved moved

	own hessian2.Decoder // reads what follows, once an exception was of an unknown class
	err error            // ends the body
}

// start walks over the body, makes the library's decoder, and reads again what was read.
func (d *decoder) start() error {
	w := &walk{ser: d.s, src: d.src, memory: d.s.memory(len(d.src))}
	w.s.Reset(hessian2.V2, d.src, d.s.limits)
	w.form.Reset(hessian2.V2, d.src, d.s.limits)
	d.items = w.all(d.modes)
	body := w.edits.body(d.src)[:accepted(d.items)]
	// The whole body fits, so that Buffered tells what the library has not read.
	d.lib, d.size = hessian.NewDecoderSize(body, len(body)+1), len(body)
	for i := range d.next {
		if _, err := d.read(&d.items[i]); err != nil {
			return err
		}
	}
	return nil
}

// accepted returns how much of an edited body the library gets: up to what was refused.
func accepted(items []item) int {
	n := len(items)
	if n > 0 && items[n-1].err != nil {
		n--
	}
	if n == 0 {
		return 0
	}
	return items[n-1].lib
}

// ready makes sure that the next value can be asked for.
func (d *decoder) ready() error {
	if d.s.err != nil {
		return d.s.err
	}
	if d.lib == nil && d.err == nil {
		d.err = d.start()
	}
	if d.err == nil && d.own == nil && d.next >= len(d.items) {
		return errors.New("apache: the body ends within a value")
	}
	return d.err
}

// read lets the library read one value. It must end where the walk did: bytes that the
// walk did not see at their place are not read.
func (d *decoder) read(it *item) (v any, err error) {
	if it.err != nil {
		return nil, it.err
	}
	err = guarded(func() (err error) {
		v, err = d.lib.Decode()
		return err
	})
	if at := d.size - d.lib.Buffered(); err == nil && at != it.lib {
		err = fmt.Errorf("dubbo-go-hessian2 read up to byte %d of a value that ends at %d", at, it.lib)
	}
	if err != nil {
		return nil, fmt.Errorf("apache: the value before byte %d of %d: %w", it.end, len(d.src), err)
	}
	return v, nil
}

// Value implements hessian2.Decoder.
func (d *decoder) Value(into any) error {
	if err := d.ready(); err != nil {
		return err
	}
	if d.own != nil {
		return d.own.Value(into)
	}
	it := &d.items[d.next]
	_, unknown := errors.AsType[*unknownError](it.err)
	if _, general := into.(*any); general && it.thrown && unknown {
		d.foreign()
		return d.own.Value(into)
	}
	v, err := d.read(it)
	if err != nil {
		d.err = err
		return err
	}
	d.next++
	a := assigner{memory: d.s.memory(len(d.src))}
	if err := a.into(into, v); err != nil {
		return err
	}
	if it.object {
		d.moved.add(into, v)
	}
	if it.refers {
		d.moved.turn(into)
	}
	return nil
}

// foreign leaves what follows to the engine of package hessian2, which makes an
// *hessian2.Exception of an exception of whatever class.
func (d *decoder) foreign() {
	d.own = d.s.own.Decoder(d.src)
	for i := range d.next {
		if d.modes[i] == asBegun {
			_, _, _ = d.own.BeginObject()
		} else {
			_ = d.own.Skip()
		}
	}
}

// Skip implements hessian2.Decoder.
func (d *decoder) Skip() error {
	if err := d.ready(); err != nil {
		return err
	}
	if d.own != nil {
		return d.own.Skip()
	}
	if _, unknown := errors.AsType[*unknownError](d.items[d.next].err); unknown {
		if err := d.again(asDropped); err != nil {
			return err
		}
	}
	if _, err := d.read(&d.items[d.next]); err != nil {
		d.err = err
		return err
	}
	d.next++
	return nil
}

// again starts over with another mode for the next value.
func (d *decoder) again(m mode) error {
	if d.modes == nil {
		d.modes = map[int]mode{}
	}
	d.modes[d.next] = m
	d.err = d.start()
	return d.err
}

// BeginObject implements hessian2.Decoder.
func (d *decoder) BeginObject() (class []byte, fields [][]byte, err error) {
	if err := d.ready(); err != nil {
		return nil, nil, err
	}
	if d.own != nil {
		return d.own.BeginObject()
	}
	if err := d.again(asBegun); err != nil {
		return nil, nil, err
	}
	it := &d.items[d.next]
	if _, err := d.read(it); err != nil {
		d.err = err
		return nil, nil, err
	}
	d.next++
	return it.class, it.fields, nil
}

// Rest implements hessian2.Decoder.
func (d *decoder) Rest() int {
	switch {
	case d.own != nil:
		return d.own.Rest()
	case d.next == 0:
		return len(d.src)
	}
	return len(d.src) - d.items[d.next-1].end
}

// Close implements hessian2.Decoder.
func (d *decoder) Close() {
	if d.own != nil {
		d.own.Close()
	}
	*d = decoder{s: d.s, err: errors.New("apache: the Decoder is closed")}
}
