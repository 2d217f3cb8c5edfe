package dubbo_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/codec/dubbo"
	"github.com/onrampmesh/onramp/onramptest"
)

// arena is a process with a connection to a hostile peer and one to an honest
// peer. It lives in a bubble.
type arena struct {
	t      *testing.T
	wire   *wire
	codec  codec.Codec
	net    *onramptest.Network
	honest codec.Conn
	ended  <-chan error // of the honest connection
	calls  int
}

const arenaAddr = "server:1"

// inArena runs f.
func inArena(t *testing.T, f func(a *arena)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		a := newArena(t)
		f(a)
		a.close()
	})
}

func newArena(t *testing.T) *arena {
	t.Helper()
	a := &arena{t: t, wire: newWire(t), codec: dubbo.New(), net: onramptest.NewNetwork()}
	t.Cleanup(func() { a.net.Cut(arenaAddr) }) // a test that failed leaves nothing behind
	client, server := a.connect()
	a.ended = a.serve(server, echo)
	a.honest = a.dial(client)
	return a
}

func (a *arena) close() {
	a.unharmed()
	_ = a.honest.Close()
	if err := a.end(a.ended); err != nil {
		a.t.Errorf("the honest connection ended with %v", err)
	}
}

// end waits for the end of a served connection, which must come soon.
func (a *arena) end(ended <-chan error) error {
	a.t.Helper()
	select {
	case err := <-ended:
		return err
	case <-time.After(time.Minute):
		a.t.Fatal("the connection does not end")
		return nil
	}
}

func (a *arena) connect() (client, server net.Conn) {
	a.t.Helper()
	l, err := a.net.Listen(arenaAddr)
	if err != nil {
		a.t.Fatal(err)
	}
	defer l.Close()
	if client, err = a.net.Dial(context.Background(), "tcp", arenaAddr); err != nil {
		a.t.Fatal(err)
	}
	if server, err = l.Accept(); err != nil {
		a.t.Fatal(err)
	}
	return client, server
}

func (a *arena) serve(nc net.Conn, h onramp.Handler) <-chan error {
	ended := make(chan error, 1)
	go func() { ended <- a.codec.Serve(context.Background(), nc, h) }()
	return ended
}

func (a *arena) dial(nc net.Conn) codec.Conn {
	a.t.Helper()
	c, err := a.codec.Dial(context.Background(), nc)
	if err != nil {
		a.t.Fatal(err)
	}
	return c
}

// unharmed makes a call on the honest connection.
func (a *arena) unharmed() {
	a.t.Helper()
	a.calls++
	want := fmt.Sprint("honest ", a.calls)
	if got, err := ask(context.Background(), a.honest, want, time.Second); got != want || err != nil {
		a.t.Errorf("an honest call got %q, %v", got, err)
	}
}

// numbered returns frame with another ID.
func (a *arena) numbered(frame []byte, id uint64) []byte {
	a.wire.framer.Renumber(frame, id)
	return frame
}

// reply is a response.
func (a *arena) reply(id uint64, text string) []byte {
	out, err := a.wire.response(&codec.Frame{}, call(), &onramp.Response{Body: onramp.Body{Value: text}}, nil)
	if err != nil {
		a.t.Error(err)
	}
	return a.numbered(out, id)
}

// request is a request.
func (a *arena) request(id uint64, text string) []byte {
	out, err := a.wire.request(call(text))
	if err != nil {
		a.t.Error(err)
	}
	return a.numbered(out, id)
}

// empty is a frame without a body.
func (a *arena) empty(kind codec.FrameKind, id uint64) []byte {
	f := &codec.Frame{Kind: kind, ID: id, Serializer: dubbo.Hessian, Content: []byte{}}
	if kind == codec.GoAway {
		f.Content = []byte("\x01R")
	}
	out, err := a.wire.framer.Append(nil, f)
	if err != nil {
		a.t.Error(err)
	}
	return out
}

// textOf returns the argument of a request's frame.
func (a *arena) textOf(f *codec.Frame) (text string) {
	r := &onramp.Request{}
	if a.wire.body.OpenRequest(f, r) == nil {
		_ = r.Body.Decode(&text)
	}
	return text
}

// receive reads a frame.
func (a *arena) receive(nc net.Conn) (*codec.Frame, error) {
	buf := make([]byte, 0, 64)
	for {
		n, err := a.wire.framer.Size(buf)
		if err != nil {
			return nil, err
		}
		if n > 0 && n == len(buf) {
			f := new(codec.Frame)
			return f, a.wire.framer.Decode(buf, f)
		}
		more := 1
		if n > 0 {
			more = n - len(buf)
		}
		buf = append(buf, make([]byte, more)...)
		if _, err := io.ReadFull(nc, buf[len(buf)-more:]); err != nil {
			return nil, err
		}
	}
}

func echo(_ context.Context, r *onramp.Request) (*onramp.Response, error) {
	var text string
	if err := r.Body.Decode(&text); err != nil {
		return nil, err
	}
	p := r.Reply()
	p.Body.Value = text
	return p, nil
}

// ask makes a call of text.
func ask(ctx context.Context, c codec.Conn, text string, timeout time.Duration) (string, error) {
	r := call(text)
	r.Deadline = time.Now().Add(timeout)
	p, err := c.RoundTrip(ctx, r)
	if err != nil {
		return "", err
	}
	defer p.Body.Release()
	var out string
	err = p.Body.Decode(&out)
	return out, err
}

// pending makes n calls, and returns what waits for them and checks how each ended:
// in time, with its own reply or an error.
func (a *arena) pending(c codec.Conn, n int, timeout time.Duration) (wait func() []error) {
	var all sync.WaitGroup
	failed := make(chan error, n)
	for i := range n {
		all.Go(func() {
			text, start := fmt.Sprint("call ", i), time.Now()
			got, err := ask(context.Background(), c, text, timeout)
			if err == nil && got != text {
				a.t.Errorf("%s got the reply %q", text, got)
			}
			if took := time.Since(start); took > timeout+time.Millisecond {
				a.t.Errorf("%s with %v ended after %v", text, timeout, took)
			}
			var e *onramp.Error
			if err != nil && !errors.As(err, &e) {
				a.t.Errorf("%s ended with a %T", text, err)
			}
			if err != nil {
				failed <- err
			}
		})
	}
	synctest.Wait()
	return func() (errs []error) {
		all.Wait()
		close(failed)
		for err := range failed {
			errs = append(errs, err)
		}
		return errs
	}
}
