package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/onrampmesh/onramp/internal/interop/pb"
)

// The cases of time, with the peer as the client.

// stalled are handlers whose echo of a message that sleeps goes past the deadline: it
// returns what late returns, 100 ms after its context has ended.
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
	ended := make(chan error, tries)
	addr, err := c.listen(stalled(ended, late))
	if err != nil {
		return err
	}
	var x expect
	x.ok(c.callEcho(addr, plain()))
	var took time.Duration
	for n := range tries {
		begin := time.Now()
		x.ok(c.timesOutOnce(addr, ended))
		took = time.Since(begin)
		x.ok(c.tap.await(c.ctx, false, "response", n+2))
		if took < 1500*time.Millisecond {
			break
		}
	}
	x.thatf(took >= 290*time.Millisecond && took < 1500*time.Millisecond, "the peer's call ended after %s, want 300ms", took)
	x.ok(c.callEcho(addr, plain()))
	x.eq("connections", c.tap.connections(), 1)
	c.detailf("ended after %s", took.Round(time.Millisecond))
	return x.err()
}

// timesOutOnce has the peer make a call that ends with its timeout there, and with
// its deadline here.
func (c *cell) timesOutOnce(addr string, ended <-chan error) error {
	got, err := c.call(addr, "echo", ask{Timeout: 300}, &pb.Message{Sleep: 1})
	if err == nil {
		err = got[0].failure("timeout", "")
	}
	if err != nil {
		return err
	}
	select {
	case err := <-ended:
		if !errors.Is(err, context.DeadlineExceeded) {
			return fmt.Errorf("the handler's context ended with %w", err)
		}
		return nil
	case <-c.ctx.Done():
		return fmt.Errorf("the handler's context did not end: %w", c.ctx.Err())
	}
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
