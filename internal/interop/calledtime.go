package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/onrampmesh/onramp/internal/interop/pb"
)

// The cases of time, with the peer as the client.

// stall is what an echo of a message that sleeps does: it waits for the end of its
// context, tells that, and goes on when it is released.
type stall struct {
	c       *cell
	ended   chan error
	release chan struct{}
	late    func(in *pb.Message) (*pb.Message, error) // what it returns then
}

func (s *stall) handlers() handlers {
	return handlers{"echo": func(ctx context.Context, in *pb.Message) (*pb.Message, error) {
		if in.Sleep == 0 {
			return in, nil
		}
		if !s.c.peer.untimed {
			<-ctx.Done()
		}
		s.ended <- ctx.Err()
		select {
		case <-s.release:
		case <-s.c.ctx.Done():
		}
		return s.late(in)
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
	s := &stall{c, make(chan error, tries), make(chan struct{}, tries), late}
	addr, err := c.listen(s.handlers())
	if err != nil {
		return err
	}
	var x expect
	x.ok(c.callEcho(addr, plain()))
	var took time.Duration
	for range tries {
		begin := time.Now()
		err = s.once(addr)
		if took = time.Since(begin); err == nil && took < 1500*time.Millisecond {
			break
		}
	}
	x.ok(err)
	x.thatf(took >= 290*time.Millisecond && took < 1500*time.Millisecond, "the peer's call ended after %s, want 300ms", took)
	x.ok(c.tap.await(c.ctx, false, "response", c.tap.count(true, "request")))
	x.ok(c.callEcho(addr, plain()))
	most := 1
	if c.peer.doubts {
		most = 2
	}
	x.thatf(c.tap.connections() <= most, "%d connections, want up to %d", c.tap.connections(), most)
	c.detailf("ended after %s", took.Round(time.Millisecond))
	return x.err()
}

// once has the peer make a call that ends with its timeout there, and with its
// deadline here. The handler goes on after that.
func (s *stall) once(addr string) error {
	got, err := s.c.call(addr, "echo", ask{Timeout: 300}, &pb.Message{Sleep: 1})
	s.release <- struct{}{}
	if err == nil {
		err = got[0].failure("timeout", "")
	}
	if err != nil {
		return err
	}
	select {
	case err := <-s.ended:
		if !s.c.peer.untimed && !errors.Is(err, context.DeadlineExceeded) {
			return fmt.Errorf("the handler's context ended with %w", err)
		}
		return nil
	case <-s.c.ctx.Done():
		return fmt.Errorf("the handler's context did not end: %w", s.c.ctx.Err())
	}
}

func callsHeartbeat(c *cell) error {
	addr, err := c.listen(usual(c.wire))
	if err != nil {
		return err
	}
	var x expect
	beating := ask{Heartbeat: 2000} // long beside the time for which a loaded machine stands still
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
