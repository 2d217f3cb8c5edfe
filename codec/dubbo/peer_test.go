package dubbo_test

import (
	"context"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/codec/dubbo"
)

// peer is the other end of a connection of the engine, that speaks by hand.
type peer struct {
	t  *testing.T
	nc net.Conn
	w  *wire
}

// server runs a server and returns its peer, and how it ended.
func server(ctx context.Context, t *testing.T, h onramp.Handler) (*peer, <-chan error) {
	t.Helper()
	here, there := net.Pipe()
	done := make(chan error, 1)
	go func() { done <- dubbo.New().Serve(ctx, there, h) }()
	_ = here.SetDeadline(time.Now().Add(time.Minute))
	return &peer{t, here, newWire(t)}, done
}

// client dials a peer.
func client(t *testing.T, opts ...dubbo.Option) (codec.Conn, *peer) {
	t.Helper()
	here, there := net.Pipe()
	conn, err := dubbo.New(opts...).Dial(t.Context(), here)
	if err != nil {
		t.Fatal(err)
	}
	_ = there.SetDeadline(time.Now().Add(time.Minute))
	return conn, &peer{t, there, newWire(t, opts...)}
}

// trip makes a call that has a second, and returns the text of its reply.
func trip(t *testing.T, conn codec.Conn) (string, error) {
	t.Helper()
	r := call("x")
	r.Deadline = time.Now().Add(time.Second)
	p, err := conn.RoundTrip(t.Context(), r)
	if err != nil {
		return "", err
	}
	defer p.Body.Release()
	var out string
	return out, p.Body.Decode(&out)
}

func (p *peer) write(frame []byte) {
	p.t.Helper()
	if _, err := p.nc.Write(frame); err != nil {
		p.t.Fatal(err)
	}
}

// frame reads one frame, and nil when the connection is closed.
func (p *peer) frame() []byte {
	p.t.Helper()
	var src []byte
	for {
		n, err := p.w.framer.Size(src)
		if err != nil {
			p.t.Fatal(err)
		}
		if n > 0 && n == len(src) {
			return src
		}
		var one [1]byte
		if _, err := p.nc.Read(one[:]); err != nil {
			if len(src) > 0 {
				p.t.Fatalf("%d bytes, and then %v", len(src), err)
			}
			return nil
		}
		src = append(src, one[0])
	}
}

// request is a call of sayHello("x") with an ID.
func (p *peer) request(id uint64) []byte {
	p.t.Helper()
	out, err := p.w.request(call("x"))
	if err != nil {
		p.t.Fatal(err)
	}
	p.w.framer.Renumber(out, id)
	return out
}

// reply is a response with status OK to a request's frame.
func (p *peer) reply(request []byte, body string) []byte {
	out := frame(2, 20, []byte(body))
	_, id := p.w.framer.Correlate(request)
	p.w.framer.Renumber(out, id)
	return out
}

func hello(_ context.Context, req *onramp.Request) (*onramp.Response, error) {
	p := req.Reply()
	p.Body.Value = "hello"
	return p, nil
}

// lives plays frames to a server and returns its answers. The connection must take one
// more call.
func lives(t *testing.T, h onramp.Handler, answers int, frames ...[]byte) (got []*codec.Frame) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		p, ended := server(t.Context(), t, h)
		for _, frame := range frames {
			p.write(frame)
		}
		for range answers {
			got = append(got, p.w.decode(p.frame()))
		}
		p.write(p.request(99))
		if f := p.w.decode(p.frame()); f.ID != 99 || f.Kind != codec.Response {
			t.Errorf("the next call got %+v", f)
		}
		_ = p.nc.Close()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return got
}
