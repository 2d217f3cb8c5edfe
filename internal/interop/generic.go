package main

import (
	"context"
	"math/big"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/client"
	"github.com/onrampmesh/onramp/codec/dubbo"
	"github.com/onrampmesh/onramp/codec/hessian2"
	"github.com/onrampmesh/onramp/internal/interop/pb"
	"github.com/onrampmesh/onramp/internal/interop/sample"
	"github.com/onrampmesh/onramp/server"
)

// The cases of Dubbo alone: calls by name, and services of a group.

// genericCall is a call by the names of the method and of its types, whose value and reply are a T.
func genericCall[T any](method, name string, value *T, types ...string) typedCall {
	call := func(k *caller) error {
		m := client.MethodOf[onramp.Args, T](k.c, k.target(valuesService+"/"+method), dubbo.Generic(types...), client.Timeout(patience))
		out, err := m.Call(k.cell.ctx, &onramp.Args{name, *value})
		if err != nil {
			return err
		}
		return sample.Same(out, value)
	}
	return typedCall{method, name, call, taking(*value)}
}

func genericCalls() []typedCall {
	const text = "java.lang.String"
	number, words := int32(48), sampleOf("string:31").(string)
	pairs, color := map[string]string{"a": "1", "b": "2"}, sample.Green
	money, id := sampleOf("decimal:scale").(hessian2.Decimal), sampleOf("uuid").(hessian2.UUID)
	day := sampleOf("time:local-date").(hessian2.LocalDate)
	return []typedCall{
		genericCall("checkCar", "car:full", sampleOf("car:full").(*sample.Car), text, "onramp.interop.Car"),
		genericCall("checkCar", "car:empty", &sample.Car{}, text, "onramp.interop.Car"),
		genericCall("checkCar", "car:chain", sampleOf("car:chain").(*sample.Car), text, "onramp.interop.Car"),
		genericCall("checkInt", "int:48", &number, text, "int"),
		genericCall("checkString", "string:31", &words, text, text),
		genericCall("checkMap", "map:strings", &pairs, text, "java.util.Map"),
		genericCall("checkDecimal", "decimal:scale", &money, text, "java.math.BigDecimal"),
		genericCall("checkBigInteger", "bigint:long", sampleOf("bigint:long").(*big.Int), text, "java.math.BigInteger"),
		genericCall("checkUuid", "uuid", &id, text, "java.util.UUID"),
		genericCall("checkLocalDate", "time:local-date", &day, text, "java.time.LocalDate"),
		genericCall("checkColor", "enum", &color, text, "onramp.interop.Color"),
	}
}

// servedGeneric has the peer's server take calls by name, and one that fails.
func servedGeneric(c *cell) error {
	k, err := c.caller()
	if err != nil {
		return err
	}
	var verdicts []verdict
	for _, g := range genericCalls() {
		verdicts = append(verdicts, verdict{label(g.method, g.sample), g.call(k)})
	}
	var x expect
	x.ok(c.check(verdicts))
	c.judge(&x, byNames(verdicts))
	fail := client.MethodOf[onramp.Args, any](k.c, k.target(echoService+"/fail"), dubbo.Generic("onramp.interop.Message"), client.Timeout(patience))
	message := toJava(&pb.Message{Text: refused})
	message.Color = "" // null: dubbo-go makes no enum of a map's text
	_, err = fail.Call(c.ctx, &onramp.Args{message})
	x.ok(refusal{code: onramp.Unknown, origin: onramp.Remote, business: true, text: refused}.check(err))
	x.eq("connections", c.tap.connections(), 2) // one for each service
	return x.err()
}

// callsGeneric has the peer call this module's server by name.
func callsGeneric(c *cell) error {
	v, addr, err := c.listenValues()
	if err != nil {
		return err
	}
	var verdicts []verdict
	for _, g := range genericCalls() {
		v.take(g)
		verdicts = append(verdicts, c.values(v, addr, g.method, ask{Generic: "true"}, g.sample)...)
	}
	var x expect
	c.judge(&x, byNames(verdicts))
	return x.err()
}

// byNames tells the labels of calls by name from those of other calls.
func byNames(verdicts []verdict) []verdict {
	for i := range verdicts {
		verdicts[i].label = byName + verdicts[i].label
	}
	return verdicts
}

// The second Echo, of a group and another version.
const (
	blueGroup, blueVersion = "blue", "2.0"
	blueService            = blueGroup + "/" + echoService + ":" + blueVersion
)

// blue is the echo of that service.
func blue(_ context.Context, in *pb.Message) (*pb.Message, error) {
	in.Text = "blue " + in.Text
	return in, nil
}

func servedGroup(c *cell) error {
	k, err := c.caller()
	if err != nil {
		return err
	}
	var x expect
	x.ok(k.echo(plain()))
	out, err := k.of(echoService+"/echo?version="+blueVersion+"&group="+blueGroup).Call(c.ctx, plain())
	if x.ok(err); err == nil {
		x.ok(equal(out, &pb.Message{Text: "blue " + plain().Text, Number: plain().Number}))
	}
	_, err = k.of(echoService+"/echo?version=9.9").Call(c.ctx, plain())
	x.thatf(onramp.AsError(err) != nil, "a version that nobody serves was answered")
	return x.err()
}

func callsGroup(c *cell) error {
	s, addr, err := c.serve("127.0.0.1:0", handlers{})
	if err != nil {
		return err
	}
	var x expect
	x.ok(c.wire.handle(s, "echo", echoed, server.Version("1.0")))
	x.ok(c.wire.handle(s, "echo", blue, server.Version(blueVersion), server.Group(blueGroup)))
	x.ok(c.callEcho(addr, plain()))
	got, err := c.call(addr, "echo", ask{Service: blueService}, plain())
	if x.ok(err); err == nil {
		x.ok(got[0].replied(&pb.Message{Text: "blue " + plain().Text, Number: plain().Number}))
	}
	return x.err()
}
