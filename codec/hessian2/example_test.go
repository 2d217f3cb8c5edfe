package hessian2_test

import (
	"fmt"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec/hessian2"
)

type Car struct {
	Color   string
	Mileage int32
	Owner   string `hessian:"ownerName"`
}

func (Car) JavaClassName() string { return "com.acme.Car" }

type Color int

const (
	Red Color = iota
	Green
)

// A struct is an object of the class that it names, and fields bind by name.
func ExampleNew() {
	s := hessian2.New()
	body, err := s.Append(nil, &Car{Color: "red", Mileage: 10000, Owner: "Ada"})
	if err != nil {
		fmt.Println(err)
	}
	var car Car
	fmt.Println(s.Name(), s.Decode(body, &car), car)
	// Output: hessian2 <nil> {red 10000 Ada}
}

// Without a target, an object is general.
func ExampleNewDraft() {
	s := hessian2.NewDraft()
	body, err := s.Append(nil, &Car{Color: "red", Mileage: 10000})
	if err != nil {
		fmt.Println(err)
	}
	var v any
	fmt.Println(s.Name(), s.Decode(body, &v), v)
	// Output: hessian2-draft <nil> com.acme.Car{color: "red", mileage: 10000, ownerName: ""}
}

// A registered type stands for its class where the target does not say what to make.
func ExampleRegister() {
	s := hessian2.New(hessian2.Register(Car{}))
	body, err := s.Append(nil, []any{&Car{Color: "red"}, "more"})
	if err != nil {
		fmt.Println(err)
	}
	var all []any
	fmt.Println(s.Decode(body, &all))
	fmt.Printf("%T %v\n", all[0], all[0].(*Car).Color)
	// Output:
	// <nil>
	// *hessian2_test.Car red
}

// An integer type may stand for an enum of Java, whose constants have names.
func ExampleEnum() {
	s := hessian2.New(hessian2.Enum("com.acme.Color", map[Color]string{Red: "RED", Green: "GREEN"}))
	body, err := s.Append(nil, Green)
	if err != nil {
		fmt.Println(err)
	}
	var c Color
	fmt.Printf("%q %v %v\n", body, s.Decode(body, &c), c == Green)
	// Output: "C\x0ecom.acme.Color\x91\x04name`\x05GREEN" <nil> true
}

// Bodies are bounded before memory is taken for what they ask for.
func ExampleWithLimits() {
	s := hessian2.New(hessian2.WithLimits(hessian2.Limits{Depth: 3}))
	var v any
	fmt.Println(s.Decode([]byte("yyyy\x90"), &v) != nil, s.Check())
	s = hessian2.New(hessian2.WithLimits(hessian2.Limits{Depth: -1}))
	fmt.Println(s.Check())
	// Output:
	// true <nil>
	// hessian2: Limits.Depth is -1, want 1 to 1000, or 0 for 64
}

// Only what was registered is read, and nothing general in its place.
func ExampleKnownOnly() {
	s := hessian2.New(hessian2.KnownOnly())
	body, err := hessian2.New().Append(nil, &Car{Color: "red"})
	if err != nil {
		fmt.Println(err)
	}
	var v any
	fmt.Println(s.Decode(body, &v) != nil, v)
	// Output: true <nil>
}

// A method that is overloaded in Java is told by its parameters.
func ExampleSignature() {
	var o onramp.MethodOptions
	hessian2.Signature("java.lang.String", "int[]")(&o)
	fmt.Println(o.Signature, o.Wrong)
	// Output: (java.lang.String,[I)
}

// Dubbo names the types of arguments in one row of descriptors.
func ExampleAppendDescriptor() {
	var row []byte
	for _, name := range []string{"java.lang.String", "int", "[J"} {
		row = hessian2.AppendDescriptor(row, name)
	}
	fmt.Println(string(row))
	// Output: Ljava/lang/String;I[J
}

func ExampleNextDescriptor() {
	row := []byte("Ljava/lang/String;I[J")
	for len(row) > 0 {
		d, rest, ok := hessian2.NextDescriptor(row)
		if !ok {
			break
		}
		fmt.Println(string(d), string(hessian2.AppendTypeName(nil, d)))
		row = rest
	}
	// Output:
	// Ljava/lang/String; java.lang.String
	// I int
	// [J [J
}
