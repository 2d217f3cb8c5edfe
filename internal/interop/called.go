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
	"github.com/onrampmesh/onramp/server"
)

// The cases with the peer as the client: it calls this module's server.

// usual are the handlers of most cases.
func usual() handlers {
	return handlers{
		"echo": echoed,
		"fail": func(_ context.Context, in *pb.Message) (*pb.Message, error) { return nil, errors.New(in.Text) },
		"crash": func(_ context.Context, in *pb.Message) (*pb.Message, error) {
			return nil, onramp.NewError(onramp.Internal, onramp.Remote, in.Text)
		},
	}
}

// listen serves hs on any free port.
func (c *cell) listen(hs handlers, opts ...server.Option) (addr string, err error) {
	_, addr, err = c.serve("127.0.0.1:0", hs, opts...)
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
		x.that(d > 0 && d <= patience, "a deadline is %s away, want up to %s", d, patience)
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
		x.that(header == headerText, "the handler saw the header %q, want %q", header, headerText)
	}
	return x.err()
}

func callsFail(c *cell) error  { return c.refusing("fail", ask{}, refused) }
func callsCrash(c *cell) error { return c.refusing("crash", ask{}, refused) }

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
	addr, err := c.listen(usual())
	if err != nil {
		return err
	}
	var x expect
	got, err := c.call(addr, method, more, &pb.Message{Text: refused})
	if x.ok(err); err == nil {
		x.ok(got[0].failure("error", text))
	}
	x.ok(c.callEcho(addr, plain()))
	x.eq("connections", c.tap.connections(), 1)
	return x.err()
}

// stalled are handlers whose echo sleeps past the deadline: it returns what late
// returns 100 ms after its context has ended.
func stalled(ended chan<- error, late func(in *pb.Message) (*pb.Message, error)) handlers {
	return handlers{"echo": func(ctx context.Context, in *pb.Message) (*pb.Message, error) {
		if in.Sleep == 0 {
			return in, nil
		}
		<-ctx.Done()
		ended <- ctx.Err()
		time.Sleep(100 * time.Millisecond)
		return late(in)
	}}
}

func callsTimeout(c *cell) error {
	return c.timesOut(func(*pb.Message) (*pb.Message, error) { return nil, context.DeadlineExceeded })
}

// callsLate has the handler succeed after the peer has given up.
func callsLate(c *cell) error {
	return c.timesOut(func(in *pb.Message) (*pb.Message, error) { return in, nil })
}

func (c *cell) timesOut(late func(in *pb.Message) (*pb.Message, error)) error {
	ended := make(chan error, 1)
	addr, err := c.listen(stalled(ended, late))
	if err != nil {
		return err
	}
	var x expect
	x.ok(c.callEcho(addr, plain()))
	begin := time.Now()
	got, err := c.call(addr, "echo", ask{Timeout: 300}, &pb.Message{Sleep: 1})
	if x.ok(err); err == nil {
		x.ok(got[0].failure("timeout", ""))
	}
	took := time.Since(begin)
	x.that(took >= 290*time.Millisecond && took < 1500*time.Millisecond, "the peer's call ended after %s, want 300ms", took)
	select {
	case err := <-ended:
		x.that(errors.Is(err, context.DeadlineExceeded), "the handler's context ended with %v", err)
	case <-c.ctx.Done():
		x.ok(fmt.Errorf("the handler's context did not end: %w", c.ctx.Err()))
	}
	x.ok(c.tap.await(c.ctx, false, "response", 2))
	x.ok(c.callEcho(addr, plain()))
	x.eq("connections", c.tap.connections(), 1)
	c.detailf("ended after %s", took.Round(time.Millisecond))
	return x.err()
}

func callsOneway(c *cell) error {
	notes := make(chan int64, 10)
	hs := usual()
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
	x.that(slices.Equal(got, []int64{0, 1, 2}), "the notes that came are %v, want 0, 1 and 2", got)
	x.eq("oneways on the wire", c.tap.count(true, "oneway"), 3)
	x.eq("frames that were sent back", c.tap.count(false, "response"), 0)
	return x.err()
}

func callsHeartbeat(c *cell) error {
	addr, err := c.listen(usual())
	if err != nil {
		return err
	}
	var x expect
	beating := ask{Heartbeat: 300}
	for range 2 {
		got, err := c.call(addr, "echo", beating, plain())
		if x.ok(err); err == nil {
			x.ok(got[0].replied(plain()))
		}
		x.ok(c.tap.await(c.ctx, true, "heartbeat", 2))
		x.ok(c.tap.await(c.ctx, false, "heartbeat ack", 2))
	}
	x.eq("connections", c.tap.connections(), 1)
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
