package server_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/server"
)

// sickListener fails each Accept until it is cured.
type sickListener struct {
	*memListener
	err   error
	tries atomic.Int64
	cured atomic.Bool
}

func (l *sickListener) Accept() (net.Conn, error) {
	if !l.cured.Load() {
		l.tries.Add(1)
		return nil, &net.OpError{Op: "accept", Net: "tcp", Err: l.err}
	}
	return l.memListener.Accept()
}

func TestAcceptBacksOffAndRecovers(t *testing.T) {
	for _, errno := range []syscall.Errno{syscall.EMFILE, syscall.ENFILE, syscall.ECONNABORTED, syscall.ENOBUFS} {
		synctest.Test(t, func(t *testing.T) {
			r := serve(t)
			l := &sickListener{memListener: newMemListener(), err: errno}
			go func() { _ = r.Serve(context.Background(), l) }()
			time.Sleep(10*time.Second + time.Millisecond)
			// 5, 10, ... 640 ms are eight pauses in 1275 ms, then one a second.
			if n := l.tries.Load(); n != 17 || r.Stats().AcceptErrors != 17 {
				t.Errorf("%v: %d tries in 10 s, want 17", errno, n)
			}
			l.cured.Store(true)
			time.Sleep(time.Second)
			nc, err := l.dial("10.0.0.1:1")
			if err != nil {
				t.Fatal(err)
			}
			if got := newLineClient(t, nc, "line").call(lineCall{}); got.Code != onramp.OK {
				t.Errorf("got %+v", got)
			}
			nc.Close()
			r.Close()
		})
	}
}

func TestListenerThatFailsForGoodEndsItsServeAndNothingElse(t *testing.T) {
	r := serve(t)
	c := r.dial()
	l := &sickListener{memListener: newMemListener(), err: syscall.EBADF}
	err := r.Serve(context.Background(), l)
	if !errors.Is(err, syscall.EBADF) || !strings.Contains(err.Error(), "mem:1") {
		t.Errorf("Serve returned %v", err)
	}
	if got := c.call(lineCall{}); got.Code != onramp.OK || !r.Ready() {
		t.Errorf("the other listener's connection got %+v", got)
	}
}

func TestOneServerServesSeveralListeners(t *testing.T) {
	r := serve(t)
	for range 3 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		served := make(chan error, 1)
		go func() { served <- r.Serve(context.Background(), l) }()
		nc, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer nc.Close()
		if got := newLineClient(t, nc, "line").call(lineCall{}); got.Code != onramp.OK {
			t.Errorf("got %+v", got)
		}
		defer func() {
			if err := <-served; err != nil {
				t.Errorf("Serve returned %v", err)
			}
		}()
	}
	defer r.Close()
}

func TestConnectionsBeyondALimitAreClosedAtOnce(t *testing.T) {
	for _, tc := range []struct {
		option server.Option
		count  func(server.Stats) int64
		other  bool // another address still gets in
	}{
		{server.WithMaxConns(2), func(s server.Stats) int64 { return s.OverConns }, false},
		{server.WithMaxConnsPerPeer(2), func(s server.Stats) int64 { return s.OverPeer }, true},
	} {
		synctest.Test(t, func(t *testing.T) {
			r := serve(t, tc.option)
			one, two := r.dial(), r.dial()
			for range 3 {
				nc, _ := r.l.dial("[::ffff:10.0.0.1]:7") // the same peer, otherwise written
				if _, err := nc.Write([]byte("line\n")); err == nil {
					t.Error("a connection beyond the limit was served")
				}
				nc.Close()
			}
			if n := tc.count(r.Stats()); n != 3 || r.Stats().Conns != 2 {
				t.Errorf("stats %+v", r.Stats())
			}
			if tc.other {
				if got := r.dialAs("line", "10.0.0.2:1").call(lineCall{}); got.Code != onramp.OK {
					t.Errorf("another peer got %+v", got)
				}
			}
			one.nc.Close()
			synctest.Wait()
			if got := r.dial().call(lineCall{}); got.Code != onramp.OK {
				t.Errorf("after one closed: %+v", got)
			}
			if got := two.call(lineCall{}); got.Code != onramp.OK {
				t.Errorf("got %+v", got)
			}
			r.Close()
		})
	}
}

func TestConnectionCostsOneGoroutineBesideTheCodec(t *testing.T) {
	before := goroutines()
	r := serve(t)
	base := goroutines()
	for range 20 {
		r.dial()
	}
	for r.Stats().Accepted < 20 {
		goroutines()
	}
	if n := goroutines() - base; n > 20 {
		t.Errorf("20 idle connections hold %d goroutines", n)
	}
	r.Close()
	if n := settle(before); n > before {
		t.Errorf("%d goroutines before, %d after Close", before, n)
	}
}
