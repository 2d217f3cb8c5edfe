package onramp

import (
	"fmt"
	"reflect"
)

// Body is what a request or response carries. On the way out it is a Value that
// a serializer will encode, or Raw bytes that go out as they are. On the way in
// it is Raw bytes that Decode turns into a value when somebody asks.
type Body struct {
	// Value is the message to send; a pointer for typed messages.
	Value any
	// Raw is the encoded message. A received Raw is a view that lives until
	// Release: copy what is kept.
	Raw []byte
	// Encoding is the protocol's own number for the serializer of Raw (Bolt's
	// codec byte); 0 means that the codec decides.
	Encoding uint16

	decoder Decoder
	owner   Releaser
}

// Decoder turns encoded bytes into the value that into points to. It keeps
// nothing of src.
type Decoder interface {
	Decode(src []byte, into any) error
}

// Releaser takes back the buffer behind a received body.
type Releaser interface{ Release() }

// Received returns the body of a frame that came in. dec, which may be nil,
// decodes it. It is for codecs.
func Received(raw []byte, encoding uint16, dec Decoder) Body {
	return Body{Raw: raw, Encoding: encoding, decoder: dec}
}

// Own makes o the owner of the buffer behind Raw: Release gives it back. It is
// for the engine.
func (b *Body) Own(o Releaser) { b.owner = o }

// Decode stores the message in the value that into points to. A body that
// carries a Value of that type (a fake's answer) is copied shallowly. Raw bytes
// without a decoder can only be decoded into *[]byte.
func (b *Body) Decode(into any) error {
	if b.Value != nil {
		err := assign(into, b.Value)
		if err != nil && b.Raw == nil && b.decoder != nil {
			return b.decoder.Decode(nil, into) // a fake's, which tells its test
		}
		return err
	}
	if p, ok := into.(*[]byte); ok {
		*p = append((*p)[:0], b.Raw...)
		return nil
	}
	if b.decoder == nil {
		return &Error{Code: InvalidArgument, Err: fmt.Errorf("no serializer is known for a body of encoding %d: decode it into a *[]byte, or hand the serializer to the codec", b.Encoding)}
	}
	return b.decoder.Decode(b.Raw, into)
}

// Release gives the buffer behind Raw back. Raw must not be used afterwards.
// It may be called more than once.
func (b *Body) Release() {
	o := b.owner
	if o == nil {
		return
	}
	b.owner, b.Raw = nil, nil
	o.Release()
}

// assign copies a value that was never encoded.
func assign(into, value any) error {
	dst := reflect.ValueOf(into)
	if dst.Kind() != reflect.Pointer || dst.IsNil() {
		return &Error{Code: InvalidArgument, Err: fmt.Errorf("decode into %T: want a pointer that is not nil", into)}
	}
	dst = dst.Elem()
	src := reflect.ValueOf(value)
	if src.Type().AssignableTo(dst.Type()) {
		dst.Set(src)
		return nil
	}
	if src.Kind() == reflect.Pointer && !src.IsNil() && src.Elem().Type().AssignableTo(dst.Type()) {
		dst.Set(src.Elem())
		return nil
	}
	return &Error{Code: InvalidArgument, Err: fmt.Errorf("decode into %T: the body is a %T", into, value)}
}
