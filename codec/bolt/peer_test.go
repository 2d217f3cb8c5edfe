package bolt_test

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/codec/bolt"
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
	nc, ended := serve(ctx, t, h)
	_ = nc.SetDeadline(time.Now().Add(time.Minute))
	return &peer{t, nc, newWire(t)}, ended
}

// client dials a peer.
func client(t *testing.T, opts ...bolt.Option) (codec.Conn, *peer) {
	t.Helper()
	here, there := net.Pipe()
	conn, err := bolt.New(opts...).Dial(t.Context(), here)
	if err != nil {
		t.Fatal(err)
	}
	_ = there.SetDeadline(time.Now().Add(time.Minute))
	return conn, &peer{t, there, newWire(t, opts...)}
}

// trip makes a call that has a second, and returns its error and how long it took.
func trip(t *testing.T, conn codec.Conn) (time.Duration, error) {
	t.Helper()
	r, began := call(), time.Now()
	r.Deadline = began.Add(time.Second)
	p, err := conn.RoundTrip(t.Context(), r)
	if err == nil {
		p.Body.Release()
	}
	return time.Since(began), err
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

// reply makes the response to a request's frame.
func (p *peer) reply(request []byte, body string) []byte {
	p.t.Helper()
	f := p.w.decode(request)
	return p.encode(&codec.Frame{Kind: codec.Response, Version: f.Version, Flags: f.Flags, ID: f.ID, Serializer: f.Serializer, Content: []byte(body)})
}

// encode builds a whole frame.
func (p *peer) encode(f *codec.Frame) []byte {
	p.t.Helper()
	if f.Content == nil {
		f.Content = []byte{}
	}
	out, err := p.w.framer.Append(nil, f)
	if err != nil {
		p.t.Fatal(err)
	}
	return out
}

// call makes a request of these flags and header pairs.
func (p *peer) call(id uint64, version, flags uint8, pairs ...string) []byte {
	p.t.Helper()
	pairs = append([]string{"service", "com.acme.Greeter:1.0", "sofa_head_method_name", "sayHello"}, pairs...)
	return p.encode(&codec.Frame{Kind: codec.Request, Version: version, Flags: flags, ID: id, Serializer: bolt.JSON, Timeout: time.Second, Header: block(pairs...)})
}
