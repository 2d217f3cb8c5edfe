package dubbo_test

import (
	"context"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/internal/oracle"
)

// FuzzDubboClient plays a server that does as the fuzzer says to a live client
// connection with calls under way. Every call ends once, in time, with its own
// reply or an error; an honest connection goes on; memory follows what was sent.
func FuzzDubboClient(f *testing.F) {
	f.Add([]byte{1, 20, 1, 20, 2, 0, 2, 1, 3, 12, 1, 5, 13, 2})
	f.Add([]byte{1, 3, 4, 0, 9, 9, 7, 1, 50, 5, 6, 2, 0, 11, 0})
	f.Add([]byte{1, 50, 8, 7, 200, 1, 50, 2, 0, 14, 30, 2, 1, 3, 10})
	f.Add([]byte{1, 50, 1, 50, 4, 1, 6, 5, 4, 1, 2, 3, 4, 5, 6, 9, 0})
	f.Add([]byte{1, 90, 15, 4, 15, 200, 3, 1, 90, 2, 0, 3, 3, 3, 3})
	f.Fuzz(func(t *testing.T, src []byte) {
		if len(src) == 0 || len(src) > 2<<10 {
			return
		}
		oracle.Follows(t, 8<<20, 512, func() (sent int) {
			synctest.Test(t, func(t *testing.T) { sent = playServer(t, src) })
			return sent
		})
	})
}

func playServer(t *testing.T, src []byte) int {
	a := newArena(t)
	client, server := a.connect()
	v := &villain{a: a, nc: server, c: a.dial(client), left: src}
	v.calls.Go(v.receive)
	for i := 0; len(v.left) > 0 && i < 200 && v.step(); i++ {
		synctest.Wait()
		a.unharmed()
	}
	_ = server.Close()
	v.calls.Wait()
	_ = v.c.Close()
	if free, s := v.c.Load(); free != 0 || s != codec.Closed {
		t.Errorf("a closed connection is %v with room for %d", s, free)
	}
	a.close()
	return v.sent
}

// villain is a hostile server. Its client checks the calls.
type villain struct {
	a     *arena
	nc    net.Conn
	c     codec.Conn
	left  []byte
	sent  int
	calls sync.WaitGroup
	stops []context.CancelFunc
	wild  atomic.Bool // sent what may be any reply

	mu    sync.Mutex
	ids   []uint64
	texts map[uint64]string
	last  []byte
}

func (v *villain) next() (b byte) {
	if len(v.left) > 0 {
		b, v.left = v.left[0], v.left[1:]
	}
	return b
}

// receive notes the requests until the connection ends.
func (v *villain) receive() {
	v.mu.Lock()
	v.texts = make(map[uint64]string)
	v.mu.Unlock()
	for {
		f, err := v.a.receive(v.nc)
		if err != nil {
			return
		}
		if f.Kind == codec.Request {
			v.mu.Lock()
			v.ids, v.texts[f.ID] = append(v.ids, f.ID), v.a.textOf(f)
			v.mu.Unlock()
		}
	}
}

// write sends what there is room for at once.
func (v *villain) write(b []byte) {
	_ = v.nc.SetWriteDeadline(time.Now().Add(time.Millisecond))
	n, _ := v.nc.Write(b)
	v.sent += n
}

// answer replies to a call that was received, the oldest or the newest.
func (v *villain) answer(newest bool) []byte {
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.ids) == 0 {
		return v.a.reply(1<<30, "forged")
	}
	i := 0
	if newest {
		i = len(v.ids) - 1
	}
	id := v.ids[i]
	v.ids = append(v.ids[:i], v.ids[i+1:]...)
	v.last = v.a.reply(id, v.texts[id])
	return v.last
}

// step does one thing; false says that the connection is gone.
func (v *villain) step() bool {
	switch op := v.next() % 16; op {
	case 0:
		v.wild.Store(true)
		n := min(int(v.next()), len(v.left))
		v.write(v.left[:n])
		v.left = v.left[n:]
	case 1:
		v.call(time.Duration(v.next())*10*time.Millisecond, false)
	case 2, 3:
		v.write(v.answer(op == 3))
	case 4: // any ID
		v.write(v.a.reply(uint64(v.next())|1<<29, "forged"))
	case 5:
		v.write(v.last)
	case 6:
		v.write(v.a.empty(codec.FrameKind(v.next()%6), uint64(v.next())|1<<29))
	case 7:
		time.Sleep(time.Duration(v.next()) * 10 * time.Millisecond)
	case 8: // a part of a reply: whatever follows is its rest
		v.wild.Store(true)
		b := v.answer(false)
		v.write(b[:min(len(b), int(v.next()))])
	case 9:
		v.call(time.Second, true)
	case 10:
		_ = v.nc.(interface{ CloseWrite() error }).CloseWrite()
	case 11:
		if i := int(v.next()); i < len(v.stops) {
			v.stops[i]()
		}
	case 12: // one byte is another one
		v.wild.Store(true)
		b := v.answer(false)
		b[int(v.next())%len(b)] ^= v.next()
		v.write(b)
	case 13:
		for _, b := range v.answer(false) {
			v.write([]byte{b})
		}
	case 14:
		for range v.next() {
			v.write(v.a.empty(codec.Heartbeat, 1))
		}
	case 15: // an error
		f := v.a.wire.decode(v.answer(false))
		f.Status = uint16(v.next())
		b, err := v.a.wire.framer.Append(nil, f)
		if err != nil {
			v.a.t.Error(err)
		}
		v.write(b)
	}
	return true
}

// call makes a call and checks how it ends.
func (v *villain) call(timeout time.Duration, oneway bool) {
	ctx, stop := context.WithCancel(context.Background())
	v.stops = append(v.stops, stop)
	text := fmt.Sprint("call ", len(v.stops))
	v.calls.Go(func() {
		defer stop()
		r := call(text)
		r.Deadline = time.Now().Add(timeout)
		if oneway {
			r.Kind = onramp.Oneway
		}
		start := time.Now()
		p, err := v.c.RoundTrip(ctx, r)
		if took := time.Since(start); took > timeout+time.Millisecond {
			v.a.t.Errorf("%s with %v ended after %v: %v", text, timeout, took, err)
		}
		if err != nil {
			if why := (oracle.Text{Most: 1600, Quote: -1}).Judge(err, nil); why != "" {
				v.a.t.Error(why)
			}
			return
		}
		var got string
		if err := p.Body.Decode(&got); !oneway && (err != nil || got != text) && !v.wild.Load() {
			v.a.t.Errorf("%s got the reply %q, %v", text, got, err)
		}
		p.Body.Release()
	})
}
