package dubbo

import (
	"fmt"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec/hessian2"
)

// requestDecoder decodes the arguments of a call.
type requestDecoder Body

// Decode implements onramp.Decoder.
func (q *requestDecoder) Decode(src []byte, into any) error {
	b := (*Body)(q)
	n, at, err := b.argumentsAt(src)
	if err != nil {
		return badRequest(err)
	}
	d := b.stream.Decoder(src[at:])
	defer d.Close()
	if args, ok := onramp.ArgsInto(into); ok {
		return badRequest(decodeAll(d, n, args))
	}
	switch n {
	case 0:
		return nil
	case 1:
		return badRequest(d.Value(into))
	}
	return badRequest(tooMany(n, into))
}

// argumentsAt returns how many arguments the request src has, and where they begin.
func (b *Body) argumentsAt(src []byte) (n, at int, err error) {
	s := b.scan(src)
	defer b.done(s)
	var h head
	err = h.read(s, src)
	return h.arguments, s.Offset(), err
}

// decodeAll reads n values, in their general form or into what args point to.
func decodeAll(d hessian2.Decoder, n int, args *onramp.Args) error {
	if len(*args) == 0 {
		values := make(onramp.Args, n)
		for i := range values {
			if err := d.Value(&values[i]); err != nil {
				return fmt.Errorf("argument %d: %w", i+1, err)
			}
		}
		*args = values
		return nil
	}
	if len(*args) != n {
		return wrongNumber(n, len(*args))
	}
	for i, into := range *args {
		if err := d.Value(into); err != nil {
			return fmt.Errorf("argument %d: %w", i+1, err)
		}
	}
	return nil
}

func wrongNumber(have, want int) error {
	return fmt.Errorf("the call has %d arguments, and onramp.Args want %d", have, want)
}

func tooMany(n int, into any) error {
	return fmt.Errorf("the call has %d arguments: decode them into onramp.Args, not into a %T", n, into)
}

// badRequest is the error of arguments that cannot be decoded.
func badRequest(err error) error {
	if err == nil {
		return nil
	}
	return &onramp.Error{Code: onramp.InvalidArgument, Origin: onramp.Remote, Err: &undecodable{fmt.Errorf("dubbo: %w", err)}}
}

// responseDecoder decodes the value of a response.
type responseDecoder Body

// Decode implements onramp.Decoder.
func (q *responseDecoder) Decode(src []byte, into any) error {
	b := (*Body)(q)
	t, at, err := b.responseType(src)
	if err == nil {
		err = b.decodeValue(t, src[at:], into)
	}
	if err != nil {
		return &onramp.Error{Code: onramp.Internal, Origin: onramp.Remote, Err: fmt.Errorf("dubbo: the response's body of %d bytes: %w", len(src), err)}
	}
	return nil
}

func (b *Body) decodeValue(t int, src []byte, into any) error {
	if t == typeNull || t == typeNullAttached {
		src = []byte{hessianNull}
	}
	d := b.stream.Decoder(src)
	defer d.Close()
	return d.Value(into)
}

// foreign is the decoder of a body in another serialization: it says which.
type foreign uint8

// Decode implements onramp.Decoder.
func (id foreign) Decode([]byte, any) error {
	return &onramp.Error{Code: onramp.InvalidArgument, Origin: onramp.Remote, Err: &undecodable{unreadable(uint8(id))}}
}

// foreignReply is foreign for a response.
type foreignReply uint8

// Decode implements onramp.Decoder.
func (id foreignReply) Decode([]byte, any) error {
	return &onramp.Error{Code: onramp.Internal, Origin: onramp.Remote, Err: unreadable(uint8(id))}
}

func unreadable(id uint8) error {
	return fmt.Errorf("dubbo: a body of %s can be forwarded and not be read: have the peer use hessian2 (serialization=hessian2 and prefer.serialization=hessian2 in its URL)", described(id))
}
