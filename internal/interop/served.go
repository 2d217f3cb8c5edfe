package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/client"
	"github.com/onrampmesh/onramp/codec/hessian2"
	"github.com/onrampmesh/onramp/internal/interop/pb"
	"github.com/onrampmesh/onramp/internal/interop/sample"
)

// The cases with the peer as the server: this module's client calls it.

func servedSuccess(c *cell) error {
	k, err := c.caller()
	if err != nil {
		return err
	}
	var x expect
	for n := range 10 {
		x.ok(k.echo(numbered(n)))
	}
	s, err := c.seen()
	x.ok(err)
	x.eq("calls that the server saw", len(s.Calls), 10)
	for _, a := range s.Calls {
		x.thatf(a.Timeout > 0 && a.Timeout <= int(patience.Milliseconds()), "the server was told a timeout of %d ms, want 1..%d", a.Timeout, patience.Milliseconds())
	}
	x.eq("requests on the wire", c.tap.count(true, "request"), 10)
	x.eq("responses on the wire", c.tap.count(false, "response"), 10)
	x.eq("connections", c.tap.connections(), 1)
	return x.err()
}

func servedMessage(c *cell) error { return c.echoes(everything()) }

func servedBig(c *cell) error { return c.echoes(&pb.Message{Data: fill(1 << 20)}) }

func servedEmpty(c *cell) error {
	err := c.echoes(&pb.Message{})
	var x expect
	x.ok(err)
	for _, f := range c.tap.all() {
		x.eq("bytes of a "+f.kind+"'s body", f.content, 0)
	}
	return x.err()
}

// echoes has the peer echo m, and compares what it saw.
func (c *cell) echoes(m *pb.Message) error {
	k, err := c.caller()
	if err != nil {
		return err
	}
	var x expect
	x.ok(k.echo(m))
	s, err := c.seen()
	x.ok(err)
	x.eq("calls that the server saw", len(s.Calls), 1)
	for _, a := range s.Calls {
		x.thatf(a.Message.same(m) || len(describe(m).String()) == len(describe(&pb.Message{}).String()), "the server saw %s, want %s", a.Message, describe(m))
	}
	return x.err()
}

func servedText(c *cell) error {
	k, err := c.caller()
	if err != nil {
		return err
	}
	var x expect
	out, err := k.method("echo").CallWith(c.ctx, foreign(), client.Header("note", headerText))
	if x.ok(err); err == nil {
		x.ok(equal(out, foreign()))
	}
	s, err := c.seen()
	x.ok(err)
	x.eq("calls that the server saw", len(s.Calls), 1)
	for _, a := range s.Calls {
		x.thatf(a.Message.same(foreign()), "the server saw %s", a.Message)
		x.thatf(a.Header["note"] == headerText, "the server saw the header %q, want %q", a.Header["note"], headerText)
	}
	return x.err()
}

func servedFail(c *cell) error {
	if !c.wire.hessian {
		return c.refusesAsKnown(echoService + "/fail")
	}
	k, err := c.caller()
	if err != nil {
		return err
	}
	var x expect
	_, err = k.method("fail").Call(c.ctx, &pb.Message{Text: refused})
	x.ok(c.peer.refusals[c.name].check(err))
	sold, ok := errors.AsType[*sample.SoldOut](err)
	x.thatf(ok && sold.Item == "car" && sold.Left == 7 && len(sold.StackTrace) > 0, "the error is %#v, want a SoldOut with its fields and its stack", onramp.AsError(err).Detail)
	if ok && c.wire.protocol == "dubbo" { // Bolt's servers cut it off
		cause, ok := sold.Cause.(*hessian2.Exception)
		x.thatf(ok && cause.Class == "java.lang.IllegalArgumentException" && cause.Message == "no stock", "its cause is %v", sold.Cause)
	}
	x.ok(k.echo(plain()))
	x.eq("connections", c.tap.connections(), 1)
	return x.err()
}

func servedCrash(c *cell) error { return c.refusesAsKnown(echoService + "/crash") }

func servedMissingService(c *cell) error    { return c.refusesAsKnown("onramp.interop.Missing/echo") }
func servedMissingMethod(c *cell) error     { return c.refusesAsKnown(echoService + "/absent") }
func servedUndeclaredService(c *cell) error { return c.refusesAsKnown("onramp.interop.Nowhere/echo") }
func servedUndeclaredMethod(c *cell) error  { return c.refusesAsKnown(echoService + "/nowhere") }

// refusesAsKnown has the peer refuse a call in the words that it is known for.
func (c *cell) refusesAsKnown(target string) error {
	want, ok := c.peer.refusals[c.name]
	if !ok {
		return fmt.Errorf("peer %s has no refusal for the case %q: add one to its table", c.peer.name, c.name)
	}
	return c.refuses(target, want)
}

// refuses has the peer refuse a call, and serve the next one over the same connection.
func (c *cell) refuses(target string, want refusal) error {
	k, err := c.caller()
	if err != nil {
		return err
	}
	var x expect
	_, err = k.of(target).Call(c.ctx, &pb.Message{Text: refused})
	x.ok(want.check(err))
	x.ok(k.echo(plain()))
	conns := 1
	if !strings.HasPrefix(target, echoService+"/") {
		conns = 2 // each service has its own
	}
	x.eq("connections", c.tap.connections(), conns)
	return x.err()
}

// notes waits until the peer's server has seen so many notes, which may take longer
// than a call behind them, and returns their numbers.
func (c *cell) notes(n int) (numbers []string, err error) {
	for first := true; first || len(numbers) < n; first = false {
		s, err := c.seen()
		if err = errors.Join(err, c.ctx.Err()); err != nil {
			return numbers, err
		}
		for _, a := range s.Calls {
			if a.Method == "note" {
				numbers = append(numbers, a.Message.Number)
			}
		}
	}
	return numbers, nil
}

// servedOneway ends with a call that is answered, behind the others.
func servedOneway(c *cell) error {
	k, err := c.caller()
	if err != nil {
		return err
	}
	var x expect
	note := k.method("note", client.Oneway())
	for n := range 3 {
		_, err := note.Call(c.ctx, numbered(n))
		x.ok(err)
	}
	x.ok(k.echo(plain()))
	notes, err := c.notes(3)
	x.ok(err)
	slices.Sort(notes) // handlers may run side by side
	x.thatf(fmt.Sprint(notes) == "[0 1 2]", "the server saw the notes %v, want 0, 1 and 2", notes)
	x.eq("oneways on the wire", c.tap.count(true, "oneway"), 3)
	x.eq("responses on the wire", c.tap.count(false, "response"), 1)
	x.eq("connections", c.tap.connections(), 1)
	return x.err()
}

func servedMany(c *cell) error {
	k, err := c.caller()
	if err != nil {
		return err
	}
	const calls = 100
	var x expect
	x.ok(k.echo(plain()))
	echo := k.method("echo")
	ended := make(chan error, calls)
	for n := range calls {
		go func() {
			in := &pb.Message{Number: int64(n), Sleep: uint32(2 * (calls - n)), Text: fmt.Sprintf("call %d", n)}
			out, err := echo.Call(c.ctx, in)
			if err == nil {
				err = equal(out, in)
			}
			ended <- err
		}()
	}
	for range calls {
		x.ok(<-ended)
	}
	s, err := c.seen()
	x.ok(err)
	x.eq("calls that the server saw", len(s.Calls), calls+1)
	x.eq("connections", c.tap.connections(), 1)
	return x.err()
}
