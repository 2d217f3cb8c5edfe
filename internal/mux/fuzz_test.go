package mux

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/onramptest"
)

// roomy is plain with frames of up to 256 MiB, so that memory that was taken
// because of a claim shows.
type roomy struct{ plain }

func (roomy) Size(src []byte) (int, error) {
	if len(src) < plainHead {
		return 0, nil
	}
	n := binary.BigEndian.Uint32(src)
	if n > 256<<20 {
		return 0, fmt.Errorf("a content of %d bytes", n)
	}
	return plainHead + int(n), nil
}

// roomyCorrelated is roomy with the power to route without decoding.
type roomyCorrelated struct{ roomy }

func (roomyCorrelated) Correlate(b []byte) (codec.FrameKind, uint64) {
	return correlated{}.Correlate(b)
}
func (roomyCorrelated) Renumber(b []byte, id uint64) { correlated{}.Renumber(b, id) }

// script is the fuzzer's bytes, taken one after the other.
type script struct{ left []byte }

func (s *script) next() (b byte) {
	if len(s.left) > 0 {
		b, s.left = s.left[0], s.left[1:]
	}
	return b
}

func (s *script) take(n int) []byte {
	n = min(n, len(s.left))
	b := s.left[:n]
	s.left = s.left[n:]
	return b
}

// FuzzConn plays a peer that does as the fuzzer says to a live server connection
// or to a live client connection, while an honest connection of the same process
// goes on. Every call ends in time and with its own reply or an error, no
// goroutine is left (the bubble sees to that), and memory follows what was sent.
func FuzzConn(f *testing.F) {
	for mode := range byte(6) {
		f.Add([]byte{mode, 1, 1, 5, 'h', 'e', 'l', 'l', 'o', 1, 2, 1, 's', 6, 9, 1, 2, 1, 'p', 3, 4, 5, 20, 7, 6, 200})
		f.Add([]byte{mode, 1, 50, 1, 100, 0, 2, 1, 50, 0, 3, 0, 1, 4, 9, 12, 0, 7, 30, 0, 5, 6, 10, 3})
		f.Add([]byte{mode, 0, 8, 0, 255, 255, 255, 0, 0, 0, 0, 6, 255, 6, 255, 8})
		f.Add([]byte{mode, 1, 200, 1, 200, 13, 3, 1, 200, 2, 0, 3, 3, 3, 3, 9})
		f.Add([]byte{mode, 13, 'a', 8, 13, 'a', 8, 13, 'a', 8, 13, 'a', 8, 13, 'a', 8, 13, 'a', 8, 13, 'a', 8, 13, 'x', 8, 13, 's', 8, 2, 9, 1, 'b', 13, 'b', 8, 6, 1})
		f.Add([]byte{mode, 10, 1, 1, 1, 9, 'x', 'x', 1, 2, 2, 'b', 'b', 1, 3, 2, 'n', 'n', 11, 6, 90, 11, 9})
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		if len(src) > 4<<10 {
			return
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		sent := 0
		synctest.Test(t, func(t *testing.T) { sent = play(t, &script{src}) })
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; used > uint64(8<<20+512*sent) {
			t.Errorf("%d bytes were allocated for %d that were sent", used, sent)
		}
	})
}

func play(t *testing.T, s *script) (sent int) {
	mode := s.next()
	cfg := testConfig([]codec.Framer{roomy{}, roomyCorrelated{}, ordered{}}[mode/2%3])
	cfg.MaxInFlight, cfg.WriteBuffer = 8, 64<<10
	good := newBed(t, testConfig(correlated{}), moods)
	defer good.close()
	var step func() bool
	var done func()
	if mode%2 == 0 {
		v := newVillainClient(t, cfg)
		step, done, sent = func() bool { return v.step(s) }, v.close, 0
		defer func() { sent = v.sent }()
	} else {
		v := newVillainServer(t, cfg)
		step, done = func() bool { return v.step(s) }, v.close
		defer func() { sent = v.sent }()
	}
	for i := 0; len(s.left) > 0 && i < 300 && step(); i++ {
		synctest.Wait()
		want := fmt.Sprint("honest ", i)
		if got, err := good.call(want, time.Second); got != want || err != nil {
			t.Errorf("an honest call got %q, %v; want %q", got, err, want)
		}
	}
	done()
	return 0
}

// moods is a handler that does as the content's first letter says.
func moods(ctx context.Context, r *onramp.Request) (*onramp.Response, error) {
	switch text := string(r.Body.Raw); {
	case strings.HasPrefix(text, "s"):
		time.Sleep(50 * time.Millisecond)
	case strings.HasPrefix(text, "b"):
		<-ctx.Done()
	case strings.HasPrefix(text, "p"):
		panic("mood")
	case strings.HasPrefix(text, "e"):
		return nil, fmt.Errorf("mood")
	case strings.HasPrefix(text, "n"):
		return nil, nil
	case strings.HasPrefix(text, "x"):
		p := r.Reply()
		p.Body.Raw = make([]byte, 40<<10)
		return p, nil
	}
	return echo(ctx, r)
}

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

func (v *villainClient) step(s *script) bool {
	switch op := s.next() % 14; op {
	case 1, 2:
		kind := codec.Request
		if op == 2 {
			kind = codec.Oneway
		}
		id := uint64(s.next())
		v.write(frameOf(kind, id, string(s.take(int(s.next())))))
	case 4:
		v.write(frameOf(codec.FrameKind(s.next()), uint64(s.next()), "what no server waits for"))
	case 11: // it stops or goes on to take replies
		if v.ice = !v.ice; v.ice {
			v.link.Freeze(onramptest.ToClient)
		} else {
			v.link.Thaw()
		}
	case 12:
		_ = v.nc.SetReadDeadline(time.Now().Add(time.Millisecond))
		_, _ = io.CopyN(io.Discard, v.nc, int64(s.next())<<8)
	case 13: // a burst
		v.write([]byte(strings.Repeat(string(frameOf(codec.Request, 9, string(s.take(1)))), int(s.next()))))
	default:
		return v.harm(op, s)
	}
	return true
}

func (v *villainClient) close() {
	v.nc.Close()
	start := time.Now()
	<-v.served
	if took := time.Since(start); took > lingerMost {
		v.t.Errorf("Serve returned %v after its peer was gone", took)
	}
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

func (v *villainServer) step(s *script) bool {
	switch op := s.next() % 15; op {
	case 1:
		v.call(time.Duration(s.next())*10*time.Millisecond, s.next()%8 == 7)
	case 2:
		v.reply(v.pop(s.next()%2 == 1), 0)
	case 4:
		v.reply(v.pop(false), s.next()%4)
	case 11: // again
		if v.c.model == codec.Multiplexed {
			v.write(v.last)
		}
	case 12:
		if i := int(s.next()); i < len(v.cancels) {
			v.cancels[i]()
		}
	case 13:
		kind := codec.FrameKind(s.next())
		if kind == codec.Response && v.c.model != codec.Multiplexed {
			v.wild.Store(true)
		}
		v.write(frameOf(kind, uint64(s.next())|1<<29, "what no client waits for"))
	case 14: // of a call that was made long ago, or that is far from being made
		if v.c.model == codec.Multiplexed {
			id := uint64(s.next())<<3 | uint64(s.next()%8)
			if !v.knows(id) {
				id |= 1 << 30
			}
			v.reply(id, 0)
		}
	default:
		return v.harm(op, s)
	}
	return true
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

func (v *villainServer) close() {
	v.nc.Close()
	v.calls.Wait()
	for _, cancel := range v.cancels {
		cancel()
	}
	if n := v.c.inflight.Load(); n != 0 {
		v.t.Errorf("%d calls are counted when all have ended", n)
	}
	v.c.Close()
}
