package main

import (
	"context"
	"fmt"
	"reflect"
	"strings"

	"dubbo.apache.org/dubbo-go/v3/common/constant"
)

// ValuesService is onramp.interop.Values.
type ValuesService struct {
	notes   *notes
	name    string
	samples map[string]func() any
}

// Reference is the handler's name in the library.
func (s *ValuesService) Reference() string { return s.name }

// check notes whether the value is the sample of that name, and returns what it got.
func (s *ValuesService) check(ctx context.Context, method string, name, value any) (any, error) {
	value = unwrap(value)
	sample := fmt.Sprint(unwrap(name))
	a := arrival{Service: s.name, Method: method, Sample: sample}
	attached, _ := ctx.Value(constant.AttachmentKey).(map[string]any)
	generic := attached[constant.GenericKey] != nil
	switch fresh, ok := s.samples[sample]; {
	case !ok:
		a.Why = "no sample is called " + sample
	case generic:
		a.Why = differsGeneric(value, fresh())
	default:
		a.Why = differs(value, fresh())
	}
	a.Equal = new(a.Why == "")
	s.notes.add(ctx, a)
	if generic {
		value = mapped(value)
	}
	return value, nil
}

// unwrap returns null for what the library hands over for it: a pointer to an empty
// interface.
func unwrap(v any) any {
	if p, ok := v.(*any); ok {
		if p == nil {
			return nil
		}
		return *p
	}
	return v
}

// plainly notes a call whose arguments are to be those of the table in the line
// protocol.
func (s *ValuesService) plainly(ctx context.Context, method, sample string, ok bool, args ...any) {
	a := arrival{Service: s.name, Method: method, Sample: sample, Equal: &ok}
	if !ok {
		a.Why = "the arguments were " + brief(args) + ": " + shapes(args)
	}
	s.notes.add(ctx, a)
}

// shapes lists the types of values.
func shapes(args []any) string {
	var all []string
	for _, a := range args {
		all = append(all, brief(a))
	}
	return strings.Join(all, ", ")
}

// Join returns a + "|" + b + "|" + c + "|" + d joined with "," + "|" + the size of e.
func (s *ValuesService) Join(ctx context.Context, a string, b int32, c int64, d []any, e []byte) (string, error) {
	got := []any{a, b, c, d, e}
	s.plainly(ctx, "join", "", differs(got, joinArguments()) == "", got...)
	var words []string
	for _, w := range d {
		words = append(words, fmt.Sprint(w))
	}
	return fmt.Sprintf("%s|%d|%d|%s|%d", a, b, c, strings.Join(words, ","), len(e)), nil
}

// joinArguments are those of join.
func joinArguments() []any {
	return []any{"a", int32(7), int64(1) << 40, list("x", "y"), fill(300)}
}

// Twins reports whether a and b are one object.
func (s *ValuesService) Twins(ctx context.Context, a, b any) (bool, error) {
	one := reflect.TypeOf(a) == reflect.TypeFor[*Car]() && a == b
	s.plainly(ctx, "twins", "", one && differs(a, car("red", 1)) == "", a, b)
	return one, nil
}

// Nothing returns null.
func (s *ValuesService) Nothing(ctx context.Context) (any, error) {
	s.plainly(ctx, "nothing", "", true)
	return nil, nil
}

// Quiet returns nothing.
func (s *ValuesService) Quiet(ctx context.Context, text any) error {
	s.plainly(ctx, "quiet", "", text == "hush", text)
	return nil
}

// Over stands for all overloads of that name: the library chooses by the name alone.
// It tells them apart by what it got, and so takes an Integer for an int.
func (s *ValuesService) Over(ctx context.Context, args []any) (string, error) {
	word := overloadOf(args)
	want, known := overloads()[word]
	s.plainly(ctx, "over", word, known && differs(args, want) == "", args...)
	return word, nil
}

// overloadOf names the overload that takes these arguments.
func overloadOf(args []any) string {
	if len(args) == 2 {
		return "two"
	} else if len(args) != 1 {
		return "none"
	}
	switch args[0].(type) {
	case int32:
		return "int"
	case int64:
		return "long"
	case string:
		return "string"
	case []any:
		return "list"
	}
	return "none"
}

// overloads are the arguments of over, by the word that it returns.
func overloads() map[string][]any {
	return map[string][]any{
		"int": {int32(7)}, "long": {int64(7)}, "integer": {new(int32(7))}, "string": {"7"},
		"list": {list(int32(7))}, "two": {"7", int32(7)},
	}
}
