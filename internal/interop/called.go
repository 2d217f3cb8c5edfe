package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/internal/interop/pb"
	"github.com/onrampmesh/onramp/internal/interop/sample"
	"github.com/onrampmesh/onramp/server"
)

// The cases with the peer as the client: it calls this module's server.

// usual are the handlers of most cases.
func usual(w wire) handlers {
	return handlers{
		"echo": echoed,
		"fail": func(_ context.Context, in *pb.Message) (*pb.Message, error) {
			if w.hessian {
				return nil, sample.NewSoldOut(in.Text)
			}
			return nil, errors.New(in.Text)
		},
		"crash": func(_ context.Context, in *pb.Message) (*pb.Message, error) {
			return nil, onramp.NewError(onramp.Internal, onramp.Remote, in.Text)
		},
	}
}

// listen serves hs on any free port.
func (c *cell) listen(hs handlers) (addr string, err error) {
	_, addr, err = c.serve("127.0.0.1:0", hs)
	return addr, err
}

func callsSuccess(c *cell) error {
	told := make(chan time.Duration, 100)
	addr, err := c.listen(handlers{"echo": func(ctx context.Context, in *pb.Message) (*pb.Message, error) {
		req := server.RequestOf(ctx)
		told <- time.Until(req.Deadline)
		req.ReplyHeader().Set("served-by", "onramp")
		return in, nil
	}})
	if err != nil {
		return err
	}
	var x expect
	for n := range 10 {
		x.ok(c.callEcho(addr, numbered(n)))
	}
	x.eq("calls that the handler saw", len(told), 10)
	for range len(told) {
		d := <-told
		x.thatf(c.peer.untimed == (d < 0) && d <= patience, "a deadline is %s away, want up to %s", d, patience)
	}
	x.eq("requests on the wire", c.tap.count(true, "request"), 10)
	x.eq("responses on the wire", c.tap.count(false, "response"), 10)
	x.eq("connections", c.tap.connections(), 1)
	return x.err()
}

func callsMessage(c *cell) error { return c.echoed(everything()) }
func callsBig(c *cell) error     { return c.echoed(&pb.Message{Data: fill(1 << 20)}) }

func callsEmpty(c *cell) error {
	var x expect
	x.ok(c.echoed(&pb.Message{}))
	for _, f := range c.tap.all() {
		x.eq("bytes of a "+f.kind+"'s body", f.content, 0)
	}
	return x.err()
}

// echoed has the peer send m, and compares what arrived here and there.
func (c *cell) echoed(m *pb.Message) error {
	arrived := make(chan *pb.Message, 10)
	addr, err := c.listen(handlers{"echo": func(_ context.Context, in *pb.Message) (*pb.Message, error) {
		arrived <- in
		return in, nil
	}})
	if err != nil {
		return err
	}
	var x expect
	x.ok(c.callEcho(addr, m))
	x.eq("calls that the handler saw", len(arrived), 1)
	for range len(arrived) {
		x.ok(equal(<-arrived, m))
	}
	return x.err()
}

func callsText(c *cell) error {
	headers := make(chan string, 10)
	addr, err := c.listen(handlers{"echo": func(ctx context.Context, in *pb.Message) (*pb.Message, error) {
		headers <- server.RequestOf(ctx).Header.Get("note")
		return in, nil
	}})
	if err != nil {
		return err
	}
	var x expect
	got, err := c.call(addr, "echo", ask{Header: map[string]string{"note": headerText}}, foreign())
	if x.ok(err); err == nil {
		x.ok(got[0].replied(foreign()))
	}
	x.eq("calls that the handler saw", len(headers), 1)
	for range len(headers) {
		header := <-headers
		x.thatf(header == headerText, "the handler saw the header %q, want %q", header, headerText)
	}
	return x.err()
}

func callsCrash(c *cell) error { return c.refusing("crash", ask{}, refused) }

func callsFail(c *cell) error {
	if !c.wire.hessian {
		return c.refusing("fail", ask{}, refused)
	}
	addr, err := c.listen(usual(c.wire))
	if err != nil {
		return err
	}
	var x expect
	got, err := c.call(addr, "fail", ask{}, &pb.Message{Text: refused})
	if x.ok(err); err == nil {
		x.ok(got[0].soldOut())
	}
	x.ok(c.callEcho(addr, plain()))
	x.eq("connections", c.tap.connections(), 1)
	return x.err()
}

// soldOut says whether a call of the peer failed with the exception of Java's that fail
// throws.
func (e end) soldOut() error {
	if err := e.failure("error", refused); err != nil {
		return err
	}
	f := e.Failed
	if f.Name != "onramp.interop.SoldOut" || f.Cause == nil || f.Cause.Name != "java.lang.IllegalArgumentException" || f.Cause.Text != "no stock" {
		return fmt.Errorf("the peer's call failed %s (cause %v), want an onramp.interop.SoldOut with its cause", f, f.Cause)
	}
	return nil
}

func callsMissingService(c *cell) error {
	return c.refusing("echo", ask{Service: "onramp.interop.Missing:1.0"}, "onramp.interop.Missing")
}

func callsMissingMethod(c *cell) error { return c.refusing("absent", ask{}, "absent") }

func callsUndeclaredService(c *cell) error {
	return c.refusing("echo", ask{Service: "onramp.interop.Nowhere:1.0"}, "onramp.interop.Nowhere")
}

func callsUndeclaredMethod(c *cell) error { return c.refusing("nowhere", ask{}, "nowhere") }

// refusing has the peer make a call that fails, and one that succeeds over the same
// connection.
func (c *cell) refusing(method string, more ask, text string) error {
	addr, err := c.listen(usual(c.wire))
	if err != nil {
		return err
	}
	var x expect
	got, err := c.call(addr, method, more, &pb.Message{Text: refused})
	if x.ok(err); err == nil {
		x.ok(got[0].failure("error", text))
	}
	x.ok(c.callEcho(addr, plain()))
	if more.Service == "" { // else the peer may have one for each service
		x.eq("connections", c.tap.connections(), 1)
	}
	return x.err()
}

func callsOneway(c *cell) error {
	notes := make(chan int64, 10)
	hs := usual(c.wire)
	hs["note"] = func(_ context.Context, in *pb.Message) (*pb.Message, error) {
		notes <- in.Number
		return in, nil
	}
	addr, err := c.listen(hs)
	if err != nil {
		return err
	}
	var x expect
	_, err = c.call(addr, "note", ask{Oneway: true}, numbered(0), numbered(1), numbered(2))
	x.ok(err)
	var got []int64
	for range 3 {
		select {
		case n := <-notes:
			got = append(got, n)
		case <-c.ctx.Done():
			return errors.Join(x.err(), fmt.Errorf("the notes did not arrive: %w", c.ctx.Err()))
		}
	}
	_, err = c.ask(ask{Do: "close", Addr: addr})
	x.ok(err)
	x.eq("notes that came too often", len(notes), 0)
	slices.Sort(got) // handlers run side by side
	x.thatf(slices.Equal(got, []int64{0, 1, 2}), "the notes that came are %v, want 0, 1 and 2", got)
	x.eq("oneways on the wire", c.tap.count(true, "oneway"), 3)
	x.eq("frames that were sent back", c.tap.count(false, "response"), 0)
	return x.err()
}

func callsMany(c *cell) error {
	const calls = 100
	var handled atomic.Int64
	addr, err := c.listen(handlers{"echo": func(ctx context.Context, in *pb.Message) (*pb.Message, error) {
		handled.Add(1)
		return echoed(ctx, in)
	}})
	if err != nil {
		return err
	}
	var x expect
	var all []*pb.Message
	for n := range calls {
		all = append(all, &pb.Message{Number: int64(n), Sleep: uint32(2 * (calls - n)), Text: fmt.Sprintf("call %d", n)})
	}
	got, err := c.call(addr, "echo", ask{}, all...)
	x.ok(err)
	for n, e := range got {
		x.ok(e.replied(all[n]))
	}
	x.eq("calls that were handled", int(handled.Load()), calls)
	x.eq("connections", c.tap.connections(), 1)
	return x.err()
}
