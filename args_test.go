package onramp_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/onrampmesh/onramp"
)

func TestScanStoresWhatFits(t *testing.T) {
	type car struct{ color string }
	red := &car{"red"}
	var (
		name    string
		count   int
		small   uint8
		ratio   float32
		pointer *car
		value   car
		any1    any
		zero    = "full"
	)
	var whole int
	if err := (onramp.Args{3.0}).Scan(&whole); err != nil || whole != 3 { // a number of JSON
		t.Error(whole, err)
	}
	in := onramp.Args{"Ada", int32(7), int64(255), 0.5, red, red, []byte{1}, nil}
	if err := in.Scan(&name, &count, &small, &ratio, &pointer, &value, &any1, &zero); err != nil {
		t.Fatal(err)
	}
	if name != "Ada" || count != 7 || small != 255 || ratio != 0.5 || pointer != red || value != *red || any1 == nil || zero != "" {
		t.Error(name, count, small, ratio, pointer, value, any1, zero)
	}
}

func TestScanRefusesWhatDoesNotFit(t *testing.T) {
	var text string
	var small int8
	var unsigned uint
	for _, c := range []struct {
		in   onramp.Args
		into []any
		want string
	}{
		{onramp.Args{"a"}, nil, "the call has 1 arguments, want 0"},
		{onramp.Args{int32(1)}, []any{&text}, "argument 1: it is of type int32, want string"},
		{onramp.Args{"a", int32(128)}, []any{&text, &small}, "argument 2: it is of type int32, want int8"},
		{onramp.Args{int64(-1)}, []any{&unsigned}, "argument 1: it is of type int64, want uint"},
		{onramp.Args{"a"}, []any{text}, "argument 1: scan into string: want a pointer that is not nil"},
		{onramp.Args{0.5}, []any{&small}, "argument 1: it is of type float64, want int8"},
	} {
		err := c.in.Scan(c.into...)
		if !errors.Is(err, onramp.InvalidArgument) || errors.Unwrap(err).Error() != c.want {
			t.Errorf("%v: %v, want %s", c.in, err, c.want)
		}
	}
}

type findCall struct {
	Color string
	Count *int
	Item  struct{ Name string }
}

func (f *findCall) Arguments() onramp.Args { return onramp.Args{&f.Color, &f.Count, &f.Item} }

func TestAMessageOfArgumentsIsTakenApart(t *testing.T) {
	n := 3
	f := &findCall{Color: "blue", Count: &n}
	args, several := onramp.ArgsOf(f)
	if !several || len(args) != 3 || args[0] != "blue" || args[1] != &n || args[2] != &f.Item {
		t.Errorf("%v, %v", args, several)
	}
	into, several := onramp.ArgsInto(f)
	if !several || len(*into) != 3 || (*into)[0] != &f.Color {
		t.Errorf("%v, %v", into, several)
	}
}

type badCall struct{ Color string }

func (f *badCall) Arguments() onramp.Args { return onramp.Args{f.Color} }

func TestArgumentsThatAreNoPointersAreTold(t *testing.T) {
	if err := onramp.CheckArguments(new(badCall)); err == nil || err.Error() != "*onramp_test.badCall.Arguments: element 1 is a string, want a pointer to a field" {
		t.Error(err)
	}
	if err := onramp.CheckArguments(new(findCall)); err != nil {
		t.Error(err)
	}
}

func ExampleCheckArguments() {
	fmt.Println(onramp.CheckArguments(&findCall{}))
	// Output: <nil>
}

func TestOneValueIsNotSeveral(t *testing.T) {
	for _, v := range []any{nil, "a", new(string), (*findCall)(nil), any(nil)} {
		if _, several := onramp.ArgsOf(v); several {
			t.Errorf("%T is several arguments", v)
		}
		if _, several := onramp.ArgsInto(v); several {
			t.Errorf("%T takes several arguments", v)
		}
	}
}

func ExampleArgsOf() {
	args, several := onramp.ArgsOf(&findCall{Color: "blue"})
	fmt.Println(args[0], several)
	// Output: blue true
}

func ExampleArgsInto() {
	var f findCall
	args, _ := onramp.ArgsInto(&f) // a codec decodes into what args point to
	*(*args)[0].(*string) = "red"
	fmt.Println(f.Color)
	// Output: red
}

func ExampleArgs_Scan() {
	in := onramp.Args{"Ada", int32(3)} // as a handler gets them
	var name string
	var times int
	if err := in.Scan(&name, &times); err != nil {
		fmt.Println(err)
	}
	fmt.Println(name, times)
	// Output: Ada 3
}
