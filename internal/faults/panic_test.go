//go:build faults && unix

package faults

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/client"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/internal/faults/row"
)

// A handler panics in one of ten calls, which all are on one connection: each is
// answered by one frame, and the connection goes on.
func TestAPanicIsOneErrorReplyAndItsConnectionGoesOn(t *testing.T) {
	row.Each(t, panicking)
}

func panicking(t *testing.T, p row.Protocol) {
	const calls = 200
	var peers sync.Map // the remote addresses that the handler saw
	b := newBackend(t, p, func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
		peers.Store(req.Peer.Addr, true)
		var in call
		if err := req.Body.Decode(&in); err != nil {
			return nil, err
		}
		if in.ID%10 == 0 {
			panic("secret of the handler")
		}
		return answers("a")(ctx, req)
	})
	w := &wire{}
	c := newClient(t, p, client.WithDialer(w.dial))
	m := client.MethodOf[call, answer](c, b.target()+"/"+service+"/"+write, client.Timeout(10*time.Second))

	var all sync.WaitGroup
	for id := range int64(calls) {
		if id < 20 { // one after the other, then all at once
			judge(t, m, id)
		} else {
			all.Go(func() { judge(t, m, id) })
		}
	}
	all.Wait()

	if n := b.Stats(); n.Panics != calls/10 || n.Accepted != 1 {
		t.Errorf("%d panics on %d connections, want %d on 1", n.Panics, n.Accepted, calls/10)
	}
	n := 0
	peers.Range(func(any, any) bool { n++; return true })
	if n != 1 {
		t.Errorf("the handler saw %d remote addresses, want 1", n)
	}
	frames, conns := calls, 1
	if p.Framer != nil {
		frames, conns = w.frames(t, p)
	}
	if frames != calls || conns != 1 {
		t.Errorf("%d frames came back on %d connections, want %d on 1: one for each call", frames, conns, calls)
	}
	row.Figure(t, 43, p.Name, "%d calls, %d panics: %d reply frames on %d connection (goal: one for each, on 1), nothing of the server's inside", calls, b.Stats().Panics, frames, conns)
}

// judge makes one call and checks how it ended.
func judge(t testing.TB, m *client.Method[call, answer], id int64) {
	_, err := m.Call(context.Background(), &call{ID: id})
	if id%10 != 0 {
		if err != nil {
			t.Errorf("call %d failed: %v", id, err)
		}
		return
	}
	var e *onramp.Error
	if !errors.As(err, &e) || e.Code != onramp.Internal || e.Origin != onramp.Remote {
		t.Errorf("call %d, whose handler panicked, ended with %v, want internal (remote)", id, err)
		return
	}
	for _, inside := range []string{"secret", "goroutine", ".go:"} {
		if strings.Contains(err.Error(), inside) {
			t.Errorf("the peer was told of the server's inside: %v", err)
		}
	}
}

// wire notes what a client's connections read.
type wire struct {
	mu    sync.Mutex
	conns []*tap
}

func (w *wire) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	var d net.Dialer
	nc, err := d.DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	c := &tap{Conn: nc}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.conns = append(w.conns, c)
	return c, nil
}

// frames counts the frames that came in.
func (w *wire) frames(t testing.TB, p row.Protocol) (frames, conns int) {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.conns {
		f, err := p.Framer()
		if err != nil {
			t.Fatal(err)
		}
		if pinned, ok := f.(codec.Pinned); ok {
			f = pinned.ForConn(true)
		}
		for rest := c.got(); len(rest) > 0; frames++ {
			n, err := f.Size(rest)
			if err != nil || n == 0 || n > len(rest) {
				t.Fatalf("what came in is no row of whole frames: size %d of %d bytes, %v", n, len(rest), err)
			}
			rest = rest[n:]
		}
	}
	return frames, len(w.conns)
}

// tap keeps what was read.
type tap struct {
	net.Conn

	mu sync.Mutex
	in []byte
}

func (c *tap) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.in = append(c.in, p[:n]...)
	return n, err
}

func (c *tap) got() []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.in
}
