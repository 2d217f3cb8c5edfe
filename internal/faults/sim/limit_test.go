package sim

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"runtime"
	"sort"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/internal/faults/row"
)

// captured returns what the codec of a client writes for a call of target whose
// body has so many bytes more than the least, and what the server answers.
func (w *world) captured(t testing.TB, pad, fill int) (request, reply []byte) {
	t.Helper()
	tap := &tap{}
	c := w.callerOf(w.p.Codec(), once(), tap.dialer(w.net.Dial))
	defer c.Close()
	if err := try(within(t, time.Second), c.write, call{ID: 1, Pad: string(bytes.Repeat([]byte{'x'}, pad)), Fill: fill}); err != nil {
		t.Fatal(err)
	}
	return tap.sent.Bytes(), tap.got.Bytes()
}

// lengthField finds the 32-bit length in the frames of a protocol that grows when the
// content does: the last byte before the content that differs between two frames
// whose contents differ by a byte or two.
func lengthField(t testing.TB, f codec.Framer, short, long []byte) int {
	t.Helper()
	for at := 0; at+4 <= len(short); at++ {
		a, b := binary.BigEndian.Uint32(short[at:]), binary.BigEndian.Uint32(long[at:])
		if b-a == uint32(len(long)-len(short)) && a < uint32(len(short)) {
			return at
		}
	}
	t.Fatalf("%s: no length field in % x", f.Name(), short[:min(64, len(short))])
	return 0
}

// declare returns a frame whose length field says n, cut behind it where its header ends.
func declare(frame []byte, at int, n uint32) []byte {
	out := bytes.Clone(frame)
	binary.BigEndian.PutUint32(out[at:], n)
	return out[:at+4]
}

// limit is the largest length that the framer accepts in that field.
func limit(f codec.Framer, frame []byte, at int) uint32 {
	n := sort.Search(1<<31, func(n int) bool {
		_, err := f.Size(declare(frame, at, uint32(n)))
		return err != nil
	})
	return uint32(n - 1)
}

// Row 34: frames that say that they are too large are refused from their first
// bytes, by a server and by a client.
func TestAFrameThatDeclaresTooMuchIsRefusedFromItsHeader(t *testing.T) {
	eachFramed(t, func(t *testing.T, p row.Protocol) {
		f, err := p.Framer()
		if err != nil {
			t.Fatal(err)
		}
		w := newWorld(t, p, settings{})
		defer w.close()
		short, shortReply := w.captured(t, 10, 10)
		long, longReply := w.captured(t, 11, 11)
		at, back := lengthField(t, f, short, long), lengthField(t, f, shortReply, longReply)
		most := limit(f, short, at)
		var worst uint64
		for _, n := range []uint32{most + 1, 1 << 31, 1<<32 - 1} {
			worst = max(worst, w.refuses(t, short, declare(short, at, n)))
			worst = max(worst, w.deceives(t, declare(shortReply, back, n)))
		}
		if worst > 64<<10 {
			t.Errorf("%d bytes were allocated before a frame was refused, want at most 64 KiB", worst)
		}
		if size, err := f.Size(declare(short, at, most)); err != nil {
			t.Errorf("the largest frame, of %d bytes, is refused: %v", size, err)
		}
		row.Figure(t, 34, p.Name, "frames that declare %d (one above the limit), 2 GiB and 4 GiB: refused by server and client from %d bytes, the connection closed at once; at most %d bytes allocated (goal 64 KiB)", most+1, at+4, worst)
	})
}

// refuses sends a good request and then a bad header to the server, and returns
// what was allocated until the connection was closed.
func (w *world) refuses(t testing.TB, good, bad []byte) uint64 {
	t.Helper()
	nc, err := w.net.Dial(context.Background(), "tcp", serverAddr)
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	_, _ = nc.Write(good)
	b := make([]byte, 64<<10)
	if _, err := nc.Read(b); err != nil {
		t.Fatal(err)
	}
	synctest.Wait()
	begin, before := time.Now(), allocated()
	_, _ = nc.Write(bad)
	_, err = nc.Read(b)
	after := allocated()
	if err == nil || time.Since(begin) > 0 {
		t.Errorf("the server answers a frame that declares too much by %v, after %v; want the end of the connection at once", err, time.Since(begin))
	}
	return after - before
}

// deceives answers a client's call with a bad header and returns what was allocated
// until the client closed the connection.
func (w *world) deceives(t testing.TB, bad []byte) uint64 {
	t.Helper()
	ln, err := w.net.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	c := newCaller(t, w.p.Codec(), []string{ln.Addr().String()}, once(), dialer(w.net.Dial))
	defer c.Close()
	failed := make(chan error, 1)
	begin := time.Now()
	go func() { failed <- try(within(t, time.Second), c.write, call{ID: 1}) }()
	nc, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	b := make([]byte, 64<<10)
	_, _ = nc.Read(b)
	synctest.Wait()
	before := allocated()
	_, _ = nc.Write(bad)
	_, gone := nc.Read(b)
	after := allocated()
	err = <-failed
	if e := onramp.AsError(err); err == nil || e.Origin != onramp.Wire || errors.Is(err, onramp.DeadlineExceeded) || gone == nil || time.Since(begin) > 0 {
		t.Errorf("the client takes a reply that declares too much for %v, after %v; want wire, at once, and the end of the connection (%v)", err, time.Since(begin), gone)
	}
	return after - before
}

// allocated returns how many bytes this process has allocated so far.
func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}
