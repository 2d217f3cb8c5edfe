package mux

import (
	"context"
	"net"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
)

// sockets returns both ends of a connection of real sockets.
func sockets(t testing.TB, network string) (client, server net.Conn) {
	t.Helper()
	addr := "127.0.0.1:0"
	if network == "unix" {
		addr = t.TempDir() + "/s"
	}
	l, err := net.Listen(network, addr)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if client, err = net.Dial(network, l.Addr().String()); err != nil {
		t.Fatal(err)
	}
	if server, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	return client, server
}

// arrived returns when something has arrived at nc: bytes, or its end.
func arrived(t testing.TB, nc net.Conn) {
	t.Helper()
	sees(t, nc, unread, ended)
}

// sees returns when a look at nc sees one of these.
func sees(t testing.TB, nc net.Conn, want ...sight) {
	t.Helper()
	var p probe
	p.init(nc)
	for end := time.Now().Add(10 * time.Second); !slices.Contains(want, peek(p.raw)); runtime.Gosched() {
		if time.Now().After(end) {
			t.Fatalf("nothing of %v is seen", want)
		}
	}
}

// TestACallIsNotWrittenToAConnectionThatItsPeerHasClosed holds the reader's role,
// as if the connection's goroutine were late.
func TestACallIsNotWrittenToAConnectionThatItsPeerHasClosed(t *testing.T) {
	for name, tc := range map[string]struct {
		network string
		end     func(nc net.Conn)
		role    uint32
	}{
		"close":                      {"tcp", func(nc net.Conn) { nc.Close() }, caller},
		"half-close":                 {"tcp", func(nc net.Conn) { _ = nc.(*net.TCPConn).CloseWrite() }, caller},
		"reset":                      {"tcp", func(nc net.Conn) { _ = nc.(*net.TCPConn).SetLinger(0); nc.Close() }, caller},
		"close, unix":                {"unix", func(nc net.Conn) { nc.Close() }, caller},
		"close behind a frame":       {"tcp", func(nc net.Conn) { closeBehind(nc, frameOf(codec.Response, 99, "late")) }, nobody},
		"close behind a go-away":     {"tcp", func(nc net.Conn) { closeBehind(nc, frameOf(codec.GoAway, 0, "")) }, nobody},
		"close behind half a frame":  {"tcp", func(nc net.Conn) { closeBehind(nc, frameOf(codec.Response, 99, "late")[:5]) }, nobody},
		"a go-away":                  {"tcp", func(nc net.Conn) { _, _ = nc.Write(frameOf(codec.GoAway, 0, "")) }, nobody},
		"garbage":                    {"tcp", func(nc net.Conn) { _, _ = nc.Write(garbage) }, nobody},
		"close behind many go-aways": {"tcp", func(nc net.Conn) { closeBehind(nc, goAways(500)) }, nobody},
	} {
		for _, kind := range []onramp.Kind{onramp.Unary, onramp.Oneway} {
			nc, peer := sockets(t, tc.network)
			c := Dial(nc, testConfig(correlated{}))
			c.role.Store(tc.role)
			c.probe.looked.Store(-int64(time.Hour))
			tc.end(peer)
			arrived(t, nc)
			req := &onramp.Request{Kind: kind, Deadline: time.Now().Add(2 * time.Second), Body: onramp.Body{Raw: []byte("x")}}
			_, err := c.RoundTrip(context.Background(), req)
			if e := onramp.AsError(err); e == nil || e.Code != onramp.Unavailable || e.Origin != onramp.Local {
				t.Errorf("%s, %v: got %v, want unavailable of origin local", name, kind, err)
			}
			peer.Close()
			c.Close()
		}
	}
}

func closeBehind(nc net.Conn, b []byte) {
	_, _ = nc.Write(b)
	_ = nc.Close()
}

func goAways(n int) (b []byte) {
	for range n {
		b = append(b, frameOf(codec.GoAway, 0, "")...)
	}
	return b
}

func TestABusyConnectionIsLookedAtOnceInAWhileAndNotForEachCall(t *testing.T) {
	c := loopback(t, testConfig(correlated{}), echo)
	start := time.Now()
	var callers sync.WaitGroup
	for range 100 {
		callers.Go(func() {
			for range 100 {
				if _, err := call(t.Context(), c, "x", 10*time.Second); err != nil {
					t.Error(err)
				}
			}
		})
	}
	callers.Wait()
	// Each look that is due may be taken by all callers that come during it.
	most := (time.Since(start)/probeEvery + 1) * 100
	if n := c.probe.looks.Load(); n == 0 || int64(n) > int64(most) || n > 5000 {
		t.Errorf("%d looks during 10 000 calls in %v", n, time.Since(start))
	}
}

func TestALoneCallerLooksOnceInAWhile(t *testing.T) {
	c := loopback(t, testConfig(correlated{}), echo)
	for i := range 100 {
		before := c.probe.looked.Load()
		start := time.Now()
		if _, err := call(t.Context(), c, "x", 10*time.Second); err != nil {
			t.Fatal(err)
		}
		due := c.epoch.at(start)-before >= int64(probeEvery)
		early := c.epoch.at(time.Now())-before < int64(probeEvery)
		if looked := c.probe.looked.Load() != before; looked && early || due && !looked && i > 0 {
			t.Errorf("call %d: due %v, looked %v", i, due, looked)
		}
	}
}

func BenchmarkLook(b *testing.B) {
	nc, peer := sockets(b, "tcp")
	defer peer.Close()
	c := Dial(nc, testConfig(correlated{}))
	defer c.Close()
	b.ReportAllocs()
	for b.Loop() {
		c.probe.looked.Store(0)
		c.look(c.epoch.time(int64(time.Hour)))
	}
}
