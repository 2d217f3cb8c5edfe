package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/client"
	"github.com/onrampmesh/onramp/codec/framed"
	"github.com/onrampmesh/onramp/internal/interop/pb"
)

// The cases of time, with the peer as the server.

// tries is how often a bound of the clock may be missed: a machine under load stands
// still now and then.
const tries = 3

func servedTimeout(c *cell) error {
	k, err := c.caller()
	if err != nil {
		return err
	}
	const limit = 300 * time.Millisecond
	var x expect
	x.ok(k.echo(plain()))
	var took time.Duration
	for range tries {
		begin := time.Now()
		_, err = k.method("echo", client.Timeout(limit)).Call(c.ctx, &pb.Message{Sleep: 1000})
		if took = time.Since(begin); took < 5*limit && onramp.AsError(err).Origin == onramp.Wire {
			break
		}
	}
	x.ok(refusal{code: onramp.DeadlineExceeded, origin: onramp.Wire}.check(err))
	x.thatf(took >= limit && took < 5*limit, "the call ended after %s, want %s", took, limit)
	timedOut := c.tap.count(true, "request")
	x.ok(k.echo(plain()))
	// The client may doubt a connection that is silent, and use another one until it has
	// asked the first.
	x.ok(c.tap.awaitAnswer(c.ctx, timedOut))
	x.thatf(c.tap.connections() <= 2, "%d connections, want 1 or 2", c.tap.connections())
	x.ok(c.toldTimeout(limit))
	c.detailf("ended after %s", took.Round(time.Millisecond))
	return x.err()
}

// toldTimeout checks what the peer's server was told of the calls that timed out.
func (c *cell) toldTimeout(limit time.Duration) error {
	s, err := c.seen()
	if err != nil {
		return err
	}
	n := 0
	for _, a := range s.Calls {
		if a.Message.Sleep == 0 {
			continue
		}
		n++
		if a.Timeout <= 0 || a.Timeout > int(limit.Milliseconds()) {
			return fmt.Errorf("the server was told a timeout of %d ms, want 1..%d", a.Timeout, limit.Milliseconds())
		}
	}
	if n == 0 {
		return errors.New("the server did not see the call that timed out")
	}
	return nil
}

// servedLate gives a call up long before its deadline, because a server may keep
// back what comes after that.
func servedLate(c *cell) error {
	k, err := c.caller()
	if err != nil {
		return err
	}
	var x expect
	x.ok(k.echo(plain()))
	ctx, cancel := context.WithCancel(c.ctx)
	defer cancel()
	go func() {
		if c.tap.await(ctx, true, "request", 2) == nil {
			cancel()
		}
	}()
	_, err = k.method("echo").Call(ctx, &pb.Message{Sleep: 300})
	x.ok(refusal{code: onramp.Canceled, origin: onramp.Wire}.check(err))
	x.ok(c.tap.await(c.ctx, false, "response", 2))
	x.ok(k.echo(plain()))
	counts := k.counters()
	x.eq("replies that came late", int(counts.Late), 1)
	x.eq("replies that nobody knows", int(counts.Unknown), 0)
	x.eq("connections", c.tap.connections(), 1)
	return x.err()
}

// servedHeartbeat waits for two heartbeats. The silence is long beside the half
// second for which a loaded machine may stand still.
func servedHeartbeat(c *cell) error {
	k, err := c.caller(framed.Heartbeat(2 * time.Second))
	if err != nil {
		return err
	}
	var x expect
	x.ok(k.echo(plain()))
	x.ok(c.tap.await(c.ctx, false, "heartbeat ack", 2))
	x.ok(k.echo(plain()))
	x.thatf(c.tap.count(true, "heartbeat") >= 2, "%d heartbeats on the wire, want 2", c.tap.count(true, "heartbeat"))
	x.eq("connections", c.tap.connections(), 1)
	return x.err()
}
