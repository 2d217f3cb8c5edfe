package bolt_test

import (
	"context"
	"net"
	"strings"
	"testing"
	"testing/synctest"
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

// at returns where the field of a version stands that stands at v1 in version 1.
func at(version uint8, v1 int) int {
	switch {
	case version == 1:
		return v1
	case v1 < 10:
		return v1 + 1
	}
	return v1 + 2
}

// put writes bytes over a field of a frame.
func put(frame []byte, v1 int, b ...byte) []byte {
	copy(frame[at(frame[0], v1):], b)
	return frame
}

// ends plays a call, and then one that was changed, to a server, in each version
// of versions, and wants the connection to end at once, unanswered, with a reason.
func ends(t *testing.T, want string, change func(frame []byte) []byte, versions ...uint8) {
	t.Helper()
	for _, version := range versions {
		for _, before := range []int{0, 1} {
			synctest.Test(t, func(t *testing.T) {
				p, ended := server(t.Context(), t, hello1)
				for id := range before {
					p.write(p.call(uint64(id), version, 0))
					p.frame()
				}
				began := time.Now()
				go func(b []byte) { _, _ = p.nc.Write(b) }(change(p.call(7, version, 0)))
				if err := <-ended; err == nil || !strings.Contains(err.Error(), want) || time.Since(began) > 0 {
					t.Errorf("version %d, after %d calls: got %v after %v, want %q", version, before, err, time.Since(began), want)
				}
				if got := p.frame(); got != nil {
					t.Errorf("version %d: an answer: %x", version, got)
				}
				_ = p.nc.Close()
			})
		}
	}
}

// lives plays frames to a server and returns its answers. The connection must take
// one more call.
func lives(t *testing.T, version uint8, h onramp.Handler, answers int, frames ...[]byte) (got []*codec.Frame) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		p, ended := server(t.Context(), t, h)
		for _, frame := range frames {
			p.write(frame)
		}
		for range answers {
			got = append(got, p.w.decode(p.frame()))
		}
		p.write(p.call(99, version, 0))
		if f := p.w.decode(p.frame()); f.ID != 99 {
			t.Errorf("version %d: the next call got %+v", version, f)
		}
		_ = p.nc.Close()
		if err := <-ended; err != nil {
			t.Errorf("version %d: %v", version, err)
		}
	})
	return got
}
