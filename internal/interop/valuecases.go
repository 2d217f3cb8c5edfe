package main

import (
	"fmt"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/client"
	"github.com/onrampmesh/onramp/codec/hessian2"
	"github.com/onrampmesh/onramp/internal/interop/sample"
)

// The cases of values: each sample of a group is echoed, and compared on both sides.

// valueCases has a case for each group of samples.
func valueCases() []testCase {
	says := map[string]string{
		"scalars":              "Nothing, truth, numbers and dates arrive and come back, at the edges of all their forms.",
		"strings and bytes":    "Text and bytes around every length at which their form changes, and characters beyond the basic plane where a chunk ends.",
		"lists":                "Lists: empty, long, nested 50 deep, of a class.",
		"maps":                 "Maps: empty, long, with keys that are no strings, of a class.",
		"arrays":               "Arrays of each kind, nested, and with nothing in them.",
		"objects and enums":    "Objects: with all fields and none, with a parent's field of the same name, of a class that Go does not know, of more classes than a short tag names.",
		"classes of the JDK":   "BigDecimal, BigInteger, UUID, Locale, Class, Calendar, AtomicLong and the dates of SQL.",
		"java.time":            "Each class of java.time that has a form in Hessian.",
		"exceptions as values": "Exceptions with cause, stack trace, suppressed ones and fields of their own.",
		"shared values":        "What is one object in two places is one object again, after everything that takes a number and after what takes none.",
		"cycles":               "Objects, lists, maps and arrays that contain themselves.",
	}
	var all []testCase
	for _, g := range sample.Groups() {
		all = append(all, testCase{g, says[g], servedValues(g), callsValues(g), onHessian, groupLabels(g)})
	}
	return all
}

// samplesOf are those of a group that a parameter of type Object keeps.
func samplesOf(group string) []sample.Sample {
	var all []sample.Sample
	for _, s := range sample.All() {
		if s.Group == group && !s.Typed {
			all = append(all, s)
		}
	}
	return all
}

// servedValues has the peer's server take and return the samples of a group.
func servedValues(group string) func(c *cell) error {
	return func(c *cell) error {
		k, err := c.caller()
		if err != nil {
			return err
		}
		var verdicts []verdict
		for _, s := range samplesOf(group) {
			verdicts = append(verdicts, verdict{s.Name, k.check(s)})
		}
		var x expect
		x.ok(c.check(verdicts))
		c.judge(&x, verdicts)
		return x.err()
	}
}

// check sends a sample and compares what comes back.
func (c *caller) check(s sample.Sample) error {
	d := c.cell.wire.dialect()
	m := client.MethodOf[onramp.Args, any](c.c, c.target(valuesService+"/check"), hessian2.Signature("java.lang.String", "java.lang.Object"), client.Timeout(patience))
	out, err := m.Call(c.cell.ctx, &onramp.Args{s.Name, s.Make(d)})
	if _, exception := s.Make(d).(error); exception && err != nil {
		return thrown(err, s.Make(d))
	}
	if err != nil {
		return err
	}
	return sample.Same(*out, s.Make(d))
}

// thrown compares the exception of a failed call: an exception that is the value of a
// reply is an error to Bolt.
func thrown(err error, want any) error {
	e := onramp.AsError(err)
	if !e.Business {
		return err
	}
	return sample.Same(e.Detail, want)
}

// callsValues has the peer call this module's server with them.
func callsValues(group string) func(c *cell) error {
	return func(c *cell) error {
		v, addr, err := c.listenValues()
		if err != nil {
			return err
		}
		var names []string
		for _, s := range samplesOf(group) {
			names = append(names, s.Name)
		}
		var x expect
		c.judge(&x, c.values(v, addr, "check", ask{}, names...))
		return x.err()
	}
}

// joined is what join returns, always.
const joined = "a|7|1099511627776|x,y|300"

// The arguments of the methods that always get the same, in their general form.
func joinArgs() onramp.Args {
	return onramp.Args{"a", int32(7), int64(1) << 40, &hessian2.List{Items: []any{"x", "y"}}, sample.Fill(300)}
}

func twinArgs() onramp.Args {
	c := sample.Twin()
	return onramp.Args{c, c}
}

// overloadOf tells which overload's arguments came, as far as they tell that.
func overloadOf(args onramp.Args) string {
	if len(args) == 2 {
		return "two"
	}
	if len(args) != 1 {
		return "none"
	}
	switch args[0].(type) {
	case int32:
		return "int"
	case int64:
		return "long"
	case string:
		return "string"
	case *hessian2.List:
		return "list"
	}
	return fmt.Sprintf("%T", args[0])
}

// fixedCall makes a call with this module's client and says what is wrong with its end.
type fixedCall struct {
	label string
	call  func(k *caller) error
}

func fixed[Req, Resp any](method, label string, in Req, want any, opts ...client.MethodOption) fixedCall {
	return fixedCall{label, func(k *caller) error {
		m := client.MethodOf[Req, Resp](k.c, k.target(valuesService+"/"+method), append(opts, client.Timeout(patience))...)
		out, err := m.Call(k.cell.ctx, &in)
		if err != nil {
			return err
		}
		return sample.Same(any(*out), want)
	}}
}

// severalCalls have another number of arguments than one.
func severalCalls() []fixedCall {
	join := onramp.Args{"a", int32(7), int64(1) << 40, []string{"x", "y"}, sample.Fill(300)}
	return []fixedCall{
		fixed[onramp.Args, string]("join", "join", join, joined),
		fixed[onramp.Args, bool]("twins", "twins", twinArgs(), true),
		fixed[onramp.Args, any]("nothing", "nothing", onramp.Args{}, nil),
		fixed[string, any]("quiet", "quiet", "hush", nil),
	}
}

// overCalls each call another overload.
func overCalls() []fixedCall {
	return []fixedCall{
		fixed[int32, string]("over", "over int", 7, "int"),
		fixed[int64, string]("over", "over long", 7, "long"),
		fixed[onramp.Args, string]("over", "over integer", onramp.Args{new(int32(7))}, "integer"),
		fixed[string, string]("over", "over string", "7", "string"),
		fixed[[]int32, string]("over", "over list", []int32{7}, "list"),
		fixed[onramp.Args, string]("over", "over two", onramp.Args{"7", int32(7)}, "two"),
	}
}

// servedFixed makes calls of the peer's server.
func servedFixed(calls func() []fixedCall) func(c *cell) error {
	return func(c *cell) error {
		k, err := c.caller()
		if err != nil {
			return err
		}
		var verdicts []verdict
		for _, f := range calls() {
			verdicts = append(verdicts, verdict{f.label, f.call(k)})
		}
		var x expect
		x.ok(c.check(verdicts))
		c.judge(&x, verdicts)
		return x.err()
	}
}

func callsSeveral(c *cell) error {
	v, addr, err := c.listenValues()
	if err != nil {
		return err
	}
	var verdicts []verdict
	for _, f := range severalCalls() {
		verdicts = append(verdicts, c.values(v, addr, f.label, ask{}, "")...)
	}
	var x expect
	c.judge(&x, verdicts)
	return x.err()
}

// callsOver has the peer call each overload. Values do not tell int and Integer apart.
func callsOver(c *cell) error {
	v, addr, err := c.listenValues()
	if err != nil {
		return err
	}
	var verdicts []verdict
	for _, word := range []string{"int", "long", "string", "list", "two"} {
		verdicts = append(verdicts, c.values(v, addr, "over", ask{}, word)...)
	}
	var x expect
	c.judge(&x, verdicts)
	return x.err()
}
