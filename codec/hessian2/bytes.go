package hessian2

import (
	"fmt"
	"unsafe"
)

func encBytes(e *encoder, p unsafe.Pointer) error { return e.bytes(*(*[]byte)(p)) }

func decBytes(d *decoder, p unsafe.Pointer) (err error) {
	if d.peek() == tagNull {
		d.pos++
		*(*[]byte)(p) = nil
		return nil
	}
	if d.kind() == KindList {
		return decByteList(d, p)
	}
	*(*[]byte)(p), err = d.binary()
	return err
}

// decByteList reads a list of numbers into a []byte: generic invocation of dubbo-go has
// a byte[] like that.
func decByteList(d *decoder, p unsafe.Pointer) error {
	var list []int16
	if err := d.charge(24); err != nil {
		return err
	}
	if err := d.s.shorts.dec(d, unsafe.Pointer(&list)); err != nil {
		return err
	}
	if err := d.charge(len(list)); err != nil {
		return err
	}
	out := make([]byte, len(list))
	for i, v := range list {
		if v < -128 || v > 255 {
			return fmt.Errorf("[%d]: %d is no byte", i, v)
		}
		out[i] = byte(v)
	}
	*(*[]byte)(p) = out
	return nil
}
