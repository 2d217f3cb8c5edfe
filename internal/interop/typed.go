package main

import (
	"math/big"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/client"
	"github.com/onrampmesh/onramp/codec/hessian2"
	"github.com/onrampmesh/onramp/internal/interop/sample"
)

// typedCall is a call of a method of Values that declares a type other than Object.
type typedCall struct {
	method, sample string
	// call makes it with this module's client, as a user would: with values of Go's types.
	call func(k *caller) error
	// take decodes the arguments into Go's types on this module's server, and compares.
	take func(body *onramp.Body) error
}

// typed is one whose value and reply are a T. types are the declared parameters after
// the name; without them they are what T stands for.
func typed[T any](method, name string, value T, types ...string) typedCall {
	return typedCall{method, name, func(k *caller) error {
		out, err := typedReply[T](k, method, onramp.Args{name, value}, types)
		if err != nil {
			return err
		}
		return sample.Same(*out, value)
	}, taking(value)}
}

// pointed is one whose value is a pointer: to an object, or to a number, which is a
// boxed one.
func pointed[T any](method, name string, value *T, types ...string) typedCall {
	return typedCall{method, name, func(k *caller) error {
		out, err := typedReply[T](k, method, onramp.Args{name, value}, types)
		if err != nil {
			return err
		}
		return sample.Same(out, value)
	}, taking(value)}
}

// null is one whose value is a *T that is nil.
func null[T any](method string) typedCall {
	var value *T
	return typedCall{method, "null", func(k *caller) error {
		out, err := typedReply[any](k, method, onramp.Args{"null", value}, nil)
		if err != nil {
			return err
		}
		return sample.Same(*out, nil)
	}, taking(value)}
}

func typedReply[T any](k *caller, method string, args onramp.Args, types []string) (*T, error) {
	opts := []client.MethodOption{client.Timeout(patience)}
	if len(types) > 0 {
		opts = append(opts, hessian2.Signature(append([]string{"java.lang.String"}, types...)...))
	}
	return client.MethodOf[onramp.Args, T](k.c, k.target(valuesService+"/"+method), opts...).Call(k.cell.ctx, &args)
}

// taking decodes the arguments into a string and a T.
func taking[T any](value T) func(body *onramp.Body) error {
	return func(body *onramp.Body) error {
		var name string
		var got T
		if err := body.Decode(&onramp.Args{&name, &got}); err != nil {
			return err
		}
		return sample.Same(got, value)
	}
}

// typedCalls are all of them.
func typedCalls() []typedCall {
	return append(append(scalarCalls(), arrayCalls()...), objectCalls()...)
}

func scalarCalls() []typedCall {
	return []typedCall{
		typed("checkBoolean", "true", true),
		typed("checkBoolean", "false", false),
		typed[int8]("checkByte", "byte:-128", -128, "byte"),
		typed[int16]("checkShort", "short:-32768", -32768, "short"),
		typed("checkChar", "char:e", "\u00e9", "char"),
		typed[int32]("checkInt", "int:0", 0),
		typed[int32]("checkInt", "int:-2147483648", -2147483648),
		typed[int32]("checkInt", "int:262144", 262144),
		typed[int64]("checkLong", "long:0", 0),
		typed[int64]("checkLong", "long:-9223372036854775808", -9223372036854775808),
		typed[int64]("checkLong", "long:2147483648", 2147483648),
		typed[int]("checkLong", "long:16", 16),
		typed[float32]("checkFloat", "float:0.1", 0.1, "float"),
		typed("checkDouble", "double:0", 0.0),
		typed("checkDouble", "double:0.1", 0.1),
		typed("checkDouble", "double:12.25", 12.25),
		pointed("checkBooleanObject", "true", new(true)),
		null[bool]("checkBooleanObject"),
		pointed("checkInteger", "int:48", new(int32(48))),
		null[int32]("checkInteger"),
		pointed("checkLongObject", "long:16", new(int64(16))),
		null[int64]("checkLongObject"),
		pointed("checkDoubleObject", "double:1.5", new(1.5)),
		null[float64]("checkDoubleObject"),
		typed("checkString", "string:32", sampleOf("string:32").(string)),
		typed("checkString", "string:emoji", sampleOf("string:emoji").(string)),
		null[string]("checkString"),
		typed("checkDate", "date:ms", time.UnixMilli(1_700_000_000_123).UTC()),
	}
}

func arrayCalls() []typedCall {
	return []typedCall{
		typed[any]("checkBytes", "bytes:256", sample.Fill(256), "byte[]"),
		typed("checkChars", "chars", "a\u00e9\u4f60", "char[]"),
		typed("checkInts", "ints:3", []int32{1, -1, 2147483647}, "int[]"),
		typed("checkInts", "ints:0", hessian2.Ints{}, "[I"),
		typed("checkLongs", "longs", []int64{1, -9223372036854775808, 9223372036854775807}, "long[]"),
		typed("checkDoubles", "doubles", []float64{0, 1.5, 3.141592653589793}, "double[]"),
		typed("checkStrings", "strings", []*string{new("a"), nil, new("c")}, "java.lang.String[]"),
		typed("checkObjects", "objects", []any{int32(1), "a", nil, time.UnixMilli(1_700_000_000_123).UTC()}, "java.lang.Object[]"),
		typed("checkCarArray", "car-array", []*sample.Car{sampleCar("red", 1), nil, sampleCar("blue", 2)}, "onramp.interop.Car[]"),
		typed("checkList", "list:7", []int32{0, 1, 2, 3, 4, 5, 6}),
		typed("checkList", "list:empty", []string{}),
		typed("checkSet", "set:hash", sampleOf("set:hash"), "java.util.Set"),
		typed("checkMap", "map:strings", map[string]string{"a": "1", "b": "2"}),
		typed("checkMap", "map:empty", map[string]string{}),
	}
}

func objectCalls() []typedCall {
	return []typedCall{
		pointed("checkCar", "car:full", sampleOf("car:full").(*sample.Car)),
		pointed("checkCar", "cycle:ring", sampleOf("cycle:ring").(*sample.Car)),
		null[sample.Car]("checkCar"),
		typed("checkCars", "cars", twins()),
		pointed("checkDerived", "derived", sampleOf("derived").(*sample.Derived)),
		typed("checkColor", "enum", sample.Green),
		typed("checkDecimal", "decimal:scale", sampleOf("decimal:scale").(hessian2.Decimal)),
		pointed("checkBigInteger", "bigint:long", sampleOf("bigint:long").(*big.Int)),
		typed("checkUuid", "uuid", sampleOf("uuid").(hessian2.UUID)),
		typed("checkLocalDate", "time:local-date", sampleOf("time:local-date").(hessian2.LocalDate)),
		typed("checkLocalDateTime", "time:local-date-time", sampleOf("time:local-date-time").(hessian2.LocalDateTime)),
	}
}

// sampleOf makes a sample that is the same in both dialects.
func sampleOf(name string) any { return sample.ByName()[name].Make(hessian2.V2) }

func sampleCar(color string, mileage int32) *sample.Car {
	return &sample.Car{Color: &color, Mileage: mileage}
}

// twins are the sample cars as a slice: one car stands in it twice.
func twins() []*sample.Car {
	twice := sampleCar("red", 1)
	return []*sample.Car{twice, sampleCar("blue", 2), twice}
}

// servedTyped has the peer's server take and return every type that Values declares.
func servedTyped(c *cell) error {
	k, err := c.caller()
	if err != nil {
		return err
	}
	var verdicts []verdict
	for _, t := range typedCalls() {
		verdicts = append(verdicts, verdict{label(t.method, t.sample), t.call(k)})
	}
	var x expect
	x.ok(c.check(verdicts))
	c.judge(&x, verdicts)
	return x.err()
}

// callsTyped has the peer call each of those methods of this module's server.
func callsTyped(c *cell) error {
	v, addr, err := c.listenValues()
	if err != nil {
		return err
	}
	var verdicts []verdict
	for _, t := range typedCalls() {
		v.take(t)
		verdicts = append(verdicts, c.values(v, addr, t.method, ask{}, t.sample)...)
	}
	var x expect
	c.judge(&x, verdicts)
	return x.err()
}
