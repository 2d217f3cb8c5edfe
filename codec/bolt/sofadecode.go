package bolt

import (
	"fmt"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec/hessian2"
)

// requestArgs decodes the arguments of a request of codec 1.
type requestArgs struct{ stream hessian2.Stream }

// Decode implements onramp.Decoder.
func (r *requestArgs) Decode(src []byte, into any) error {
	if err := r.decode(src, into); err != nil {
		return undecoded(onramp.InvalidArgument, "request", len(src), err)
	}
	return nil
}

func (r *requestArgs) decode(src []byte, into any) error {
	d := r.stream.Decoder(src)
	defer d.Close()
	class, fields, err := d.BeginObject()
	if err != nil {
		return err
	}
	if string(class) != nameRequest {
		return fmt.Errorf("it begins with an object of class %s, want %s", quote(class), nameRequest)
	}
	for range fields {
		if err := d.Skip(); err != nil {
			return err
		}
	}
	if args, ok := onramp.ArgsInto(into); ok {
		return decodeArgs(d, args)
	}
	if d.Rest() == 0 {
		return nil // no arguments
	}
	if err := d.Value(into); err != nil {
		return err
	}
	if more, err := rest(d); err != nil || more > 0 {
		return tooMany(1+more, fmt.Sprintf("a %T is one: take them as onramp.Args", into), err)
	}
	return nil
}

// decodeArgs decodes into empty args, or into what args point to.
func decodeArgs(d hessian2.Decoder, args *onramp.Args) error {
	want := len(*args)
	if want == 0 {
		return appendArgs(d, args)
	}
	for i, into := range *args {
		if d.Rest() == 0 {
			return fmt.Errorf("it has %d arguments, and the onramp.Args are %d", i, want)
		}
		if err := d.Value(into); err != nil {
			return fmt.Errorf("argument %d: %w", i+1, err)
		}
	}
	if more, err := rest(d); err != nil || more > 0 {
		return tooMany(want+more, fmt.Sprintf("the onramp.Args are %d", want), err)
	}
	return nil
}

// appendArgs appends each argument in the stream's general form.
func appendArgs(d hessian2.Decoder, args *onramp.Args) error {
	for n := 0; d.Rest() > 0; n++ {
		if n == maxArgs {
			return tooMany(n+1, fmt.Sprintf("a Java method has at most %d", maxArgs), nil)
		}
		var v any
		if err := d.Value(&v); err != nil {
			return fmt.Errorf("argument %d: %w", n+1, err)
		}
		*args = append(*args, v)
	}
	return nil
}

// rest counts the values that have not been read, up to a few too many.
func rest(d hessian2.Decoder) (n int, err error) {
	for d.Rest() > 0 && n <= maxArgs {
		if err := d.Skip(); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

func tooMany(n int, want string, err error) error {
	if err != nil {
		return err
	}
	return fmt.Errorf("it has %d arguments, and %s", n, want)
}

// responseValue decodes the value of a response of codec 1.
type responseValue struct{ stream hessian2.Stream }

// Decode implements onramp.Decoder.
func (r *responseValue) Decode(src []byte, into any) error {
	if err := r.decode(src, into); err != nil {
		return undecoded(onramp.Internal, "response", len(src), err)
	}
	return nil
}

func (r *responseValue) decode(src []byte, into any) error {
	d := r.stream.Decoder(src)
	defer d.Close()
	class, fields, err := d.BeginObject()
	if err != nil {
		return err
	}
	if string(class) != nameResponse {
		return fmt.Errorf("it is an object of class %s, want %s", quote(class), nameResponse)
	}
	done := false
	for _, name := range fields {
		if string(name) == "appResponse" && !done {
			done, err = true, d.Value(into)
		} else {
			err = d.Skip()
		}
		if err != nil {
			return err
		}
	}
	return nil
}
