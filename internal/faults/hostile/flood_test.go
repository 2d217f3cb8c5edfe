//go:build faults && linux

package hostile

import (
	"bytes"
	"context"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/internal/faults/row"
)

// stuff writes b again and again until the connection ends or the time is over. It
// reports whether the peer closed it, and after how long.
func stuff(nc net.Conn, b []byte, most time.Duration) (closed bool, after time.Duration) {
	begin := time.Now()
	_ = nc.SetWriteDeadline(begin.Add(most))
	for b = bytes.Repeat(b, max(1, 16<<10/len(b))); ; {
		if _, err := nc.Write(b); err != nil {
			after = time.Since(begin)
			return after < most, after
		}
	}
}

// replyOf returns the frame of a reply.
func replyOf(t testing.TB, p row.Protocol, id uint64) []byte {
	t.Helper()
	framer, err := p.Framer()
	if err != nil {
		t.Fatal(err)
	}
	f := codec.Frame{Kind: codec.Response, ID: id}
	b, err := framer.Append(nil, &f)
	if err == nil {
		err = framer.Seal(b, &f)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func heartbeat(t testing.TB, p row.Protocol) []byte {
	t.Helper()
	framer, err := p.Framer()
	if err != nil {
		t.Fatal(err)
	}
	return framer.(codec.Heartbeater).AppendHeartbeat(nil, 1)
}

// Peers send as much as they can of what means nothing. Their connections are
// closed, and another client goes on.
func TestFloodsOfEmptyFramesEndTheirConnectionsAndHarmNobody(t *testing.T) {
	t.Parallel()
	row.EachLong(t, func(t *testing.T, p row.Protocol) {
		s := start(t, spec{Protocol: p.Name})
		v := newVictim(t, p, s.addr)
		<-time.After(time.Second)
		quiet, before := v.p99(), s.ask(t, true)
		for _, tc := range []struct {
			name string
			row  int
			b    []byte
		}{
			{"heartbeats", 36, heartbeat(t, p)},
			{"replies that nobody waits for", 46, replyOf(t, p, 7)},
		} {
			const most = 5 * time.Second
			begin := s.ask(t, false)
			nc := dialFrom(t, 0, s.addr)
			go func() { _, _ = io.Copy(io.Discard, nc) }()
			closed, after := stuff(nc, tc.b, most)
			_ = nc.Close()
			end := s.ask(t, false)
			if !closed {
				t.Errorf("%s: the server took them for %v", tc.name, most)
			}
			row.Figure(t, tc.row, p.Name, "a flood of %s: closed after %v (goal 1s), %v of the server's CPU", tc.name, after.Round(time.Millisecond), (end.CPU - begin.CPU).Round(time.Millisecond))
		}
		harmed, after := v.p99(), s.ask(t, true)
		calls := v.unharmed(t)
		if grown := int64(after.Heap) - int64(before.Heap); grown > 4<<20 {
			t.Errorf("the server's heap grew by %d KiB", grown>>10)
		}
		t.Logf("%d calls of another client: p99 %v, quiet %v", calls, harmed, quiet)
	})
}

// Peers send requests with empty bodies and read nothing back.
func TestAFloodOfRequestsThatAreNotReadBackIsBounded(t *testing.T) {
	t.Parallel()
	row.EachLong(t, func(t *testing.T, p row.Protocol) {
		const peers = 5
		s := start(t, spec{Protocol: p.Name})
		v := newVictim(t, p, s.addr)
		<-time.After(time.Second)
		quiet, before := v.p99(), s.ask(t, true)
		frames := encode(t, p, "echo", 9, onramp.Body{Raw: []byte{}})
		var senders sync.WaitGroup
		var conns []net.Conn
		for i := range peers {
			if nc := dialFrom(t, i, s.addr); nc != nil {
				conns = append(conns, nc)
				senders.Go(func() { _, _ = stuff(nc, frames, 20*time.Second) })
			}
		}
		during, cpu := held(t, s)
		harmed := v.p99()
		for _, nc := range conns {
			_ = nc.Close()
		}
		senders.Wait()
		calls := v.unharmed(t)
		grown := (int64(during.Heap+during.Stacks) - int64(before.Heap+before.Stacks)) / peers
		if n := during.Conns - before.Conns; n < peers {
			t.Errorf("%d of %d peers were still there: this test saw too little", n, peers)
		}
		if grown > 12<<20 { // half as much again: what a slow machine has not collected yet
			t.Errorf("the server has %d KiB more for each peer that reads nothing", grown>>10)
		}
		row.Figure(t, 35, p.Name, "%d peers that send empty requests and read nothing: %d KiB of memory each, of which 1 MiB of replies (goal), %v of CPU in 200 ms when they are held; %d calls of another client, 0 failed (goal 0), p99 %v, quiet %v",
			peers, grown>>10, cpu.Round(time.Millisecond), calls, harmed, quiet)
	})
}

// held waits until the server has read what it will, and does little, for eight
// seconds at most: then it closes those who take nothing.
func held(t testing.TB, s *process) (f figures, cpu time.Duration) {
	t.Helper()
	for range 40 {
		was := s.ask(t, false).CPU
		<-time.After(200 * time.Millisecond)
		if cpu = s.ask(t, false).CPU - was; cpu < 40*time.Millisecond {
			break
		}
	}
	return s.ask(t, true), cpu
}

// A server sends as much as it can of what no call waits for.
func TestAServerThatFloodsIsLeft(t *testing.T) {
	t.Parallel()
	row.EachLong(t, func(t *testing.T, p row.Protocol) {
		for name, b := range map[string][]byte{
			"unknown ids": replyOf(t, p, 1<<20+7),
			"heartbeats":  heartbeat(t, p),
		} {
			near, far := pair(t)
			c, err := p.Codec().Dial(context.Background(), near)
			if err != nil {
				t.Fatal(err)
			}
			go func() { _, _ = io.Copy(io.Discard, far) }()
			closed, after := stuff(far, b, 5*time.Second)
			if !closed {
				t.Errorf("%s: the client took them", name)
			}
			row.Figure(t, 46, p.Name, "a client flooded with %s: closed after %v (goal 1s)", name, after.Round(time.Millisecond))
			_ = far.Close()
			_ = c.Close()
		}
	})
}

// pair returns both ends of a connection.
func pair(t testing.TB) (near, far net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if near, err = net.Dial("tcp", l.Addr().String()); err != nil {
		t.Fatal(err)
	}
	if far, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	return near, far
}
