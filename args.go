package onramp

import (
	"fmt"
	"math"
	"reflect"
	"time"
)

// Args are the arguments of a call that has several, in their order, or none. As a
// Body's Value, *Args or Args, each element is one argument; any other value is one
// argument by itself. Serializers whose calls have one message only refuse it.
//
// A pointer that is a Body's Value is taken off once: *string is the string, and
// *Args the arguments. A pointer to a number or to a bool that is an element is
// Java's boxed type, which may be null.
//
// Decoding into empty Args gives each argument in the serializer's general form.
// Decoding into Args that hold pointers fills what they point to; their number must
// be that of the arguments.
type Args []any

// MethodOptions are what a caller says of one method.
type MethodOptions struct {
	// Idempotent: a call may run twice without harm.
	Idempotent bool
	// Oneway: the call ends when it is written; no reply is awaited.
	Oneway bool
	// Timeout is the deadline of a call whose context has none, 0 for the policy's.
	Timeout time.Duration
	// Signature is Request.Signature of each call.
	Signature string
	// Wrong is what is wrong with an option, in words; "" is nothing.
	Wrong string
}

// MethodOption sets one of the MethodOptions. Package client has those of all
// protocols, and serializers that need more have their own.
type MethodOption func(*MethodOptions)

// Scan stores the arguments of a received call in what the pointers point to, one for
// each. A value is stored as it is, or what it points to is, and numbers where they
// fit; a nil, which is Java's null, stores the zero value.
//
//	var name string
//	var count int
//	if err := in.Scan(&name, &count); err != nil {
//		return nil, err
//	}
//
// Its error is InvalidArgument, for a handler to return.
func (a Args) Scan(into ...any) error {
	if len(into) != len(a) {
		return &Error{Code: InvalidArgument, Err: fmt.Errorf("the call has %d arguments, want %d", len(a), len(into))}
	}
	for i, p := range into {
		if err := scan(p, a[i]); err != nil {
			return &Error{Code: InvalidArgument, Err: fmt.Errorf("argument %d: %w", i+1, err)}
		}
	}
	return nil
}

// scan stores v in what p points to.
func scan(p, v any) error {
	dst := reflect.ValueOf(p)
	if dst.Kind() != reflect.Pointer || dst.IsNil() {
		return fmt.Errorf("scan into %T: want a pointer that is not nil", p)
	}
	dst = dst.Elem()
	if v == nil {
		dst.SetZero()
		return nil
	}
	if assign(p, v) == nil || scanNumber(dst, reflect.ValueOf(v)) {
		return nil
	}
	return fmt.Errorf("it is of type %T, want %v", v, dst.Type())
}

// scanNumber stores a number in one of another type, when that holds it.
func scanNumber(dst, src reflect.Value) bool {
	switch {
	case src.CanInt() && dst.CanInt() && !dst.OverflowInt(src.Int()):
		dst.SetInt(src.Int())
	case src.CanInt() && dst.CanUint() && src.Int() >= 0 && !dst.OverflowUint(uint64(src.Int())):
		dst.SetUint(uint64(src.Int()))
	case src.CanInt() && dst.CanFloat():
		dst.SetFloat(float64(src.Int()))
	case src.CanFloat() && dst.CanFloat():
		dst.SetFloat(src.Float())
	case src.CanFloat() && dst.CanInt() && src.Float() == math.Trunc(src.Float()) && math.Abs(src.Float()) <= 1<<53 && !dst.OverflowInt(int64(src.Float())):
		dst.SetInt(int64(src.Float())) // JSON has one kind of numbers
	default:
		return false
	}
	return true
}

// Arguments is a message that is several arguments: a struct whose method returns
// pointers to its fields, one for each argument, in the order of the method. It is for
// both sides, and spares the casts of Args:
//
//	type find struct {
//		Color string
//		Sizes []Size
//	}
//
//	func (f *find) Arguments() onramp.Args { return onramp.Args{&f.Color, &f.Sizes} }
//
//	find := client.MethodOf[find, Item](c, "com.acme.Shop/find")
//
// The method is called on a message before it is encoded, and on a new one before it
// is decoded.
type Arguments interface{ Arguments() Args }

// CheckArguments returns what is wrong with a message that is several arguments: each is
// a pointer to one of its fields. MethodOf and Handle ask it.
func CheckArguments(a Arguments) error {
	for i, p := range a.Arguments() {
		if r := reflect.ValueOf(p); r.Kind() != reflect.Pointer || r.IsNil() {
			return fmt.Errorf("%T.Arguments: element %d is a %T, want a pointer to a field", a, i+1, p)
		}
	}
	return nil
}

// ArgsOf returns the arguments that a body's value is, when it is several: Args, *Args
// or Arguments. Those of Arguments are taken off their pointers once, but for structs.
// It is for codecs.
func ArgsOf(value any) (args Args, several bool) {
	switch v := value.(type) {
	case Args:
		return v, true
	case *Args:
		if v == nil {
			return nil, true
		}
		return *v, true
	case *any:
		if v != nil {
			args, several = (*v).(Args)
		}
		return args, several
	case Arguments:
		if r := reflect.ValueOf(v); r.Kind() == reflect.Pointer && r.IsNil() {
			return nil, false
		}
		return taken(v.Arguments()), true
	}
	return nil, false
}

// taken takes arguments off their pointers.
func taken(pointers Args) Args {
	out := make(Args, len(pointers))
	for i, p := range pointers {
		r := reflect.ValueOf(p)
		if out[i] = p; r.Kind() == reflect.Pointer && !r.IsNil() && r.Elem().Kind() != reflect.Struct {
			out[i] = r.Elem().Interface()
		}
	}
	return out
}

// ArgsInto returns where the arguments of a body go that is decoded into into, when that
// takes several: *Args or Arguments. It is for codecs.
func ArgsInto(into any) (args *Args, several bool) {
	switch v := into.(type) {
	case *Args:
		return v, v != nil
	case Arguments:
		if r := reflect.ValueOf(v); r.Kind() == reflect.Pointer && r.IsNil() {
			return nil, false
		}
		pointers := v.Arguments()
		return &pointers, true
	}
	return nil, false
}
