package mux

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/onramptest"
)

// villain is one end of a connection that does harm.
type villain struct {
	t    *testing.T
	nc   net.Conn
	link *onramptest.Link
	sent int
	ice  bool
	wild atomic.Bool // sent what may be anything, a reply that nobody can tell from a true one too
}

// write sends b as far as there is room at once.
func (v *villain) write(b []byte) {
	_ = v.nc.SetWriteDeadline(time.Now().Add(time.Millisecond))
	n, _ := v.nc.Write(b)
	v.sent += n
}

// harm does what both sides can do; false says that the connection is gone.
func (v *villain) harm(op byte, s *script) bool {
	switch op {
	case 0:
		v.wild.Store(true)
		v.write(s.take(int(s.next())))
	case 3:
		v.write(frameOf(codec.Heartbeat, uint64(s.next()), ""))
	case 5: // whatever follows is its rest
		v.wild.Store(true)
		f := frameOf(codec.Request, uint64(s.next()), "a partial frame")
		v.write(f[:min(len(f), int(s.next()))])
	case 6:
		time.Sleep(time.Duration(s.next()) * 10 * time.Millisecond)
	case 7:
		time.Sleep(time.Duration(s.next()) * 100 * time.Millisecond)
	case 8:
		_ = v.nc.(interface{ CloseWrite() error }).CloseWrite()
	case 9:
		v.link.Cut()
		return false
	case 10:
		v.link.ShortReads(int(s.next()))
	}
	return true
}

// villainClient does harm to a server.
type villainClient struct {
	villain
	served chan error
}

func newVillainClient(t *testing.T, cfg *Config) *villainClient {
	nc, peer, link := wire(t)
	v := &villainClient{villain: villain{t: t, nc: nc, link: link}, served: make(chan error, 1)}
	go func() { v.served <- Serve(context.Background(), peer, moods, cfg) }()
	return v
}

// wire returns both ends of a connection.
func wire(t *testing.T) (client, server net.Conn, link *onramptest.Link) {
	t.Helper()
	n := onramptest.NewNetwork()
	l, err := n.Listen(serverAddr)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if client, err = n.Dial(context.Background(), "tcp", serverAddr); err != nil {
		t.Fatal(err)
	}
	if server, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	return client, server, n.Links(serverAddr)[0]
}

// villainServer does harm to a client.
type villainServer struct {
	villain
	c       *Conn
	calls   sync.WaitGroup
	cancels []context.CancelFunc
	made    int

	mu    sync.Mutex
	ids   []uint64          // received and not answered
	texts map[uint64]string // of all that were received
	last  []byte            // the last reply
}

func newVillainServer(t *testing.T, cfg *Config) *villainServer {
	nc, peer, link := wire(t)
	v := &villainServer{villain: villain{t: t, nc: peer, link: link}, texts: make(map[uint64]string)}
	v.c = Dial(nc, cfg)
	v.calls.Go(v.receive)
	return v
}

// receive takes requests until the connection ends. Protocols without IDs get
// one here, by their order.
func (v *villainServer) receive() {
	head := make([]byte, plainHead)
	for n := uint64(1); ; {
		if _, err := io.ReadFull(v.nc, head); err != nil {
			return
		}
		body := make([]byte, binary.BigEndian.Uint32(head))
		if _, err := io.ReadFull(v.nc, body); err != nil {
			return
		}
		id := uint64(binary.BigEndian.Uint32(head[6:]))
		if codec.FrameKind(head[4]) != codec.Request {
			continue
		}
		if v.c.model != codec.Multiplexed {
			id, n = n, n+1
		}
		v.mu.Lock()
		v.ids, v.texts[id] = append(v.ids, id), string(body)
		v.mu.Unlock()
	}
}

// reply answers id with what was asked, so that a reply in the wrong hands shows.
func (v *villainServer) reply(id uint64, status byte) {
	v.mu.Lock()
	defer v.mu.Unlock()
	text, ok := v.texts[id]
	if !ok {
		text = "forged"
	}
	wireID := id
	if v.c.model != codec.Multiplexed {
		if wireID = 0; !ok {
			return // without IDs it is the next call's, which no client can tell
		}
	}
	f := frameOf(codec.Response, wireID, text)
	f[5] = status
	v.last = f
	v.write(f)
}

// pop takes an ID that was not answered: the oldest, or the newest.
func (v *villainServer) pop(newest bool) uint64 {
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.ids) == 0 {
		return 1 << 20
	}
	i := 0
	if newest && v.c.model == codec.Multiplexed {
		i = len(v.ids) - 1
	}
	id := v.ids[i]
	v.ids = append(v.ids[:i], v.ids[i+1:]...)
	return id
}

func (v *villainServer) knows(id uint64) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.texts[id] != ""
}

// call makes a call and checks how it ends.
func (v *villainServer) call(timeout time.Duration, oneway bool) {
	v.made++
	text := fmt.Sprint("call ", v.made)
	ctx, cancel := context.WithCancel(context.Background())
	v.cancels = append(v.cancels, cancel)
	req := &onramp.Request{Body: onramp.Body{Raw: []byte(text)}, Deadline: time.Now().Add(timeout)}
	if oneway {
		req.Kind = onramp.Oneway
	}
	v.calls.Go(func() {
		start := time.Now()
		resp, err := v.c.RoundTrip(ctx, req)
		if took := time.Since(start); took > timeout+time.Millisecond {
			v.t.Errorf("%s with a deadline of %v ended after %v: %v", text, timeout, took, err)
		}
		if err != nil || oneway {
			return
		}
		if got := string(resp.Body.Raw); got != text && !v.wild.Load() {
			v.t.Errorf("%s got the reply %q", text, got)
		}
		resp.Body.Release()
	})
}
