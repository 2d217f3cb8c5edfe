package pooltest

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
)

// Conn is a connection to a Server.
type Conn struct {
	server *Server
	room   int
	quiet  bool

	mu       sync.Mutex
	inFlight int
	state    codec.ConnState
	changed  chan struct{}
	broken   chan struct{} // closed with the connection
	empty    chan struct{} // closed when it is drained
}

// RoundTrip implements codec.Conn.
func (c *Conn) RoundTrip(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
	if err := c.enter(); err != nil {
		return nil, err
	}
	defer c.exit()
	frozen, latency, answer := c.server.begin()
	defer c.server.finish()
	if err := c.pass(ctx, req, frozen, latency); err != nil {
		return nil, err
	}
	if answer != nil {
		return nil, answer
	}
	if req.Kind.Streaming() {
		p := req.Reply()
		p.Stream = &Stream{req: req}
		return p, nil
	}
	return req.Reply(), nil
}

func (c *Conn) enter() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.state != codec.Ready:
		return onramp.NewError(onramp.Unavailable, onramp.Local, "the connection is "+c.state.String())
	case c.inFlight >= c.room:
		return onramp.NewError(onramp.ResourceExhausted, onramp.Local, "the connection is full")
	}
	c.inFlight++
	return nil
}

func (c *Conn) exit() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.inFlight--
	if c.state == codec.Ready && c.inFlight == c.room-1 && !c.quiet {
		c.signal()
	}
	if c.state == codec.Draining && c.inFlight == 0 {
		close(c.empty)
	}
}

// pass waits as long as the call takes.
func (c *Conn) pass(ctx context.Context, req *onramp.Request, frozen bool, latency time.Duration) error {
	var answered, late <-chan time.Time
	if !frozen {
		t := time.NewTimer(latency)
		defer t.Stop()
		answered = t.C
	}
	if !req.Deadline.IsZero() {
		t := time.NewTimer(time.Until(req.Deadline))
		defer t.Stop()
		late = t.C
	}
	select {
	case <-answered:
		return nil
	case <-late:
		return &onramp.Error{Code: onramp.DeadlineExceeded, Origin: onramp.Wire, Err: context.DeadlineExceeded}
	case <-ctx.Done():
		return &onramp.Error{Code: onramp.Classify(ctx.Err()).Code, Origin: onramp.Wire, Err: ctx.Err()}
	case <-c.broken:
		return onramp.NewError(onramp.Unavailable, onramp.Wire, "the connection broke")
	}
}

// Load implements codec.Conn.
func (c *Conn) Load() (int, codec.ConnState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.room - c.inFlight, c.state
}

// Changed implements codec.Conn.
func (c *Conn) Changed() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.changed
}

// signal closes the channel of those who watch. The lock is held.
func (c *Conn) signal() {
	close(c.changed)
	c.changed = make(chan struct{})
}

func (c *Conn) goAway() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state != codec.Ready {
		return
	}
	c.state = codec.Draining
	c.signal()
	if c.inFlight == 0 {
		close(c.empty)
	}
}

// Drain implements codec.Conn.
func (c *Conn) Drain(ctx context.Context) error {
	c.goAway()
	select {
	case <-c.empty:
	case <-c.broken:
	case <-ctx.Done():
		return ctx.Err()
	}
	return c.Close()
}

// Close implements codec.Conn.
func (c *Conn) Close() error {
	c.breakOff()
	return nil
}

func (c *Conn) breakOff() {
	c.mu.Lock()
	first := c.state != codec.Closed
	if first {
		c.state = codec.Closed
		close(c.broken)
		c.signal()
	}
	c.mu.Unlock()
	if first {
		c.server.drop(c)
	}
}

// Stream is a client stream that ends when End is called.
type Stream struct{ req *onramp.Request }

// End ends the stream and its call.
func (s *Stream) End(o onramp.Outcome) { s.req.End(o) }

var errNoMessages = errors.New("pooltest: the streams of this codec carry no messages")

// Send implements onramp.Stream.
func (s *Stream) Send(any) error { return errNoMessages }

// CloseSend implements onramp.Stream.
func (s *Stream) CloseSend() error { return nil }

// Recv implements onramp.Stream.
func (s *Stream) Recv(any) error { return errNoMessages }

// Header implements onramp.Stream.
func (s *Stream) Header() (*onramp.Header, error) { return &onramp.Header{}, nil }

// Trailer implements onramp.Stream.
func (s *Stream) Trailer() *onramp.Header { return &onramp.Header{} }
