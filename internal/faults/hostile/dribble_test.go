//go:build faults && linux

package hostile

import (
	"context"
	"encoding/json"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/internal/faults/row"
)

// frameOf returns the frame of a call.
func frameOf(t testing.TB, p row.Protocol, method string, id uint64, in *call) []byte {
	t.Helper()
	text, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	return encode(t, p, method, id, onramp.Body{Raw: text})
}

// encode has the protocol's client encode a call, on a connection whose other end
// is read here.
func encode(t testing.TB, p row.Protocol, method string, id uint64, body onramp.Body) []byte {
	t.Helper()
	framer, err := p.Framer()
	if err != nil {
		t.Fatal(err)
	}
	near, far := net.Pipe()
	c, err := p.Codec().Dial(context.Background(), near)
	if err != nil {
		t.Fatal(err)
	}
	var sender sync.WaitGroup
	sender.Go(func() {
		req := &onramp.Request{Service: service, Method: method, Deadline: time.Now().Add(time.Minute), Body: body}
		_, _ = c.RoundTrip(context.Background(), req)
	})
	buf, n := make([]byte, 64<<10), 0
	for size := 0; size == 0 || n < size; {
		m, err := far.Read(buf[n:])
		if err != nil {
			t.Fatal(err)
		}
		n += m
		if size, err = framer.Size(buf[:n]); err != nil {
			t.Fatal(err)
		}
		if size > len(buf) {
			whole := make([]byte, size)
			copy(whole, buf[:n])
			buf = whole
		}
	}
	_ = far.Close()
	_ = c.Close()
	sender.Wait()
	if r, ok := framer.(codec.Correlator); ok {
		r.Renumber(buf[:n], id)
	}
	return buf[:n]
}

// dialFrom connects from an address of its own for each two hundred connections.
func dialFrom(t testing.TB, i int, addr string) net.Conn {
	t.Helper()
	nc, err := from(i)(context.Background(), "tcp", addr)
	if err != nil {
		t.Error(err)
		return nil
	}
	return nc
}

// dribble sends the first bytes at once and the others one a second, and returns
// how long the connection lived.
func dribble(nc net.Conn, b []byte, first int) time.Duration {
	defer nc.Close()
	begin := time.Now()
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		_ = nc.SetReadDeadline(begin.Add(time.Minute))
		_, _ = nc.Read(make([]byte, 1))
	}()
	if _, err := nc.Write(b[:first]); err != nil {
		return time.Since(begin)
	}
	t := time.NewTicker(time.Second)
	defer t.Stop()
	for b = b[first:]; ; {
		select {
		case <-gone:
			return time.Since(begin)
		case <-t.C:
			if len(b) > 1 {
				_, _ = nc.Write(b[:1])
				b = b[1:]
			}
		}
	}
}

// Two thousand peers send a byte a second: of what tells the protocol, of a head,
// of a body, of a TLS handshake that this server has not got.
func TestTwoThousandPeersThatDribbleAreClosedInTimeAndHarmNobody(t *testing.T) {
	t.Parallel()
	const peers, most = 2000, 15 * time.Second
	p := row.Protocols()[0]
	s := start(t, spec{Protocol: p.Name, Sniff: true})
	v := newVictim(t, p, s.addr)
	<-time.After(time.Second)
	quiet, before := v.p99(), s.ask(t, true)

	frame := frameOf(t, p, "echo", 1, &call{Text: string(make([]byte, 200))})
	hello := append([]byte{22, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3}, make([]byte, 50)...)
	shapes := []func(net.Conn) time.Duration{
		func(nc net.Conn) time.Duration { return dribble(nc, frame, 1) },
		func(nc net.Conn) time.Duration { return dribble(nc, frame, 12) },
		func(nc net.Conn) time.Duration { return dribble(nc, frame, len(frame)-100) },
		func(nc net.Conn) time.Duration { return dribble(nc, hello, 1) },
	}
	took := make([]time.Duration, peers)
	var all sync.WaitGroup
	for i := range peers {
		if nc := dialFrom(t, i, s.addr); nc != nil {
			all.Go(func() { took[i] = shapes[i%len(shapes)](nc) })
		}
	}
	<-time.After(2 * time.Second)
	during := s.ask(t, false)
	all.Wait()
	harmed, after := v.p99(), s.ask(t, true)
	calls := v.unharmed(t)
	if seen := during.Conns - before.Conns; seen < peers/4 {
		t.Errorf("the server had %d of %d connections: this test saw too little", seen, peers)
	}
	if after.Conns > before.Conns {
		t.Errorf("%d connections are left, %d before", after.Conns, before.Conns)
	}
	longest := slices.Max(took)
	if longest > 2*most { // the machine may stand still

		t.Errorf("a connection that dribbles lived for %v, want at most %v", longest, most)
	}
	row.Figure(t, 33, p.Name, "%d peers that send a byte a second: the last closed after %v (goal 15s), %d KiB of memory each; %d calls of another client, 0 failed (goal 0), p99 %v, quiet %v",
		peers, longest.Round(100*time.Millisecond), max(0, int64(during.RSS)-int64(before.RSS))/peers>>10, calls, harmed, quiet)
}
