package server_test

import (
	"context"
	"errors"
	"net"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/codec/bolt"
	"github.com/onrampmesh/onramp/onramptest"
	"github.com/onrampmesh/onramp/server"
)

// boltRig is a server of Bolt on an in-memory network.
type boltRig struct {
	*rig
	net *onramptest.Network
}

func serveBolt(t testing.TB, opts ...server.Option) *boltRig {
	t.Helper()
	n := onramptest.NewNetwork()
	r := serveWith(t, append(opts, server.WithCodec(bolt.New()))...)
	l, err := n.Listen("greeter:1")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = r.Serve(context.Background(), l) }()
	return &boltRig{r, n}
}

func (r *boltRig) connect() codec.Conn {
	r.t.Helper()
	nc, err := r.net.Dial(context.Background(), "tcp", "greeter:1")
	if err != nil {
		r.t.Fatal(err)
	}
	c, err := bolt.New().Dial(context.Background(), nc)
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { c.Close() })
	return c
}

// boltCall makes one call and returns the reply's text.
func boltCall(c codec.Conn, method string, d time.Duration) (string, error) {
	req := &onramp.Request{Service: "com.acme.Greeter", Method: method, Deadline: time.Now().Add(d)}
	req.Body.Value = &hello{Name: "ann"}
	p, err := c.RoundTrip(context.Background(), req)
	if err != nil {
		return "", err
	}
	defer p.Body.Release()
	var out greeting
	return out.Text, p.Body.Decode(&out)
}

func TestBoltCallsAndTheirErrorsArrive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := serveBolt(t)
		r.handle("panic", func(context.Context, *hello) (*greeting, error) { panic("x") })
		r.handle("slow", func(ctx context.Context, _ *hello) (*greeting, error) { <-ctx.Done(); return nil, ctx.Err() })
		c := r.connect()
		if text, err := boltCall(c, "sayHello", time.Second); text != "hello ann" || err != nil {
			t.Errorf("got %q, %v", text, err)
		}
		if _, err := boltCall(c, "nobody", time.Second); !errors.Is(err, onramp.Unimplemented) || onramp.Classify(err).Origin != onramp.Refused {
			t.Errorf("a missing method gave %v", err)
		}
		if _, err := boltCall(c, "panic", time.Second); !errors.Is(err, onramp.Internal) || onramp.Classify(err).Origin != onramp.Remote {
			t.Errorf("a panic gave %v", err)
		}
		began := time.Now()
		if _, err := boltCall(c, "slow", 300*time.Millisecond); !errors.Is(err, onramp.DeadlineExceeded) || time.Since(began) > 310*time.Millisecond {
			t.Errorf("a slow call gave %v after %v", err, time.Since(began))
		}
		if text, err := boltCall(c, "sayHello", time.Second); text != "hello ann" || err != nil {
			t.Errorf("afterwards: %q, %v", text, err)
		}
		c.Close()
		r.Close()
	})
}

func TestBoltServerAtItsLimitAnswersBusy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := serveBolt(t, server.WithMaxConcurrent(1))
		r.sleeper(time.Second)
		c := r.connect()
		slow := make(chan error, 1)
		go func() { _, err := boltCall(c, "sleep", 5*time.Second); slow <- err }()
		synctest.Wait()
		if _, err := boltCall(c, "sayHello", time.Second); !errors.Is(err, onramp.ResourceExhausted) || !onramp.Classify(err).Origin.Resendable() {
			t.Errorf("beyond the limit: %v", err)
		}
		if err := <-slow; err != nil {
			t.Error(err)
		}
		if _, err := boltCall(c, "sayHello", time.Second); err != nil {
			t.Error(err)
		}
		c.Close()
		r.Close()
	})
}

func TestBoltDrainLosesNoCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := serveBolt(t)
		r.sleeper(3500 * time.Millisecond)
		conns := []codec.Conn{r.connect(), r.connect(), r.connect()}
		idle := r.connect()
		if _, err := boltCall(idle, "sayHello", time.Second); err != nil {
			t.Fatal(err)
		}
		var done sync.WaitGroup
		var answered atomic.Int64
		for _, c := range conns {
			for range 10 {
				done.Go(func() {
					if text, err := boltCall(c, "sleep", 10*time.Second); err != nil || text != "slept" {
						t.Errorf("a call under way got %q, %v", text, err)
						return
					}
					answered.Add(1)
				})
			}
		}
		synctest.Wait()
		down := make(chan error, 1)
		go func() { down <- r.Shutdown(context.Background()) }()
		synctest.Wait()
		for _, c := range conns {
			_, err := boltCall(c, "sayHello", time.Second)
			if !onramp.Classify(err).Origin.Resendable() {
				t.Errorf("a call during the drain got %v, want one that may be sent again", err)
			}
		}
		done.Wait()
		if err := <-down; err != nil || answered.Load() != 30 {
			t.Errorf("Shutdown returned %v, %d of 30 calls were answered", err, answered.Load())
		}
		for _, c := range append(conns, idle) {
			c.Close()
		}
	})
}

func TestBoltConnectionSurvivesDetectionByteByByte(t *testing.T) {
	r := serveWith(t, server.WithCodec(lineCodec{name: "line"}, bolt.New()))
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = r.Serve(context.Background(), l) }()
	nc, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	c, err := bolt.New().Dial(context.Background(), trickle{nc})
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if text, err := boltCall(c, "sayHello", 5*time.Second); text != "hello ann" || err != nil {
			t.Errorf("got %q, %v", text, err)
		}
	}
	c.Close()
	if err := r.Close(); err != nil {
		t.Error(err)
	}
}

// trickle writes one byte at a time.
type trickle struct{ net.Conn }

func (c trickle) Write(b []byte) (int, error) {
	for i := range b {
		if _, err := c.Conn.Write(b[i : i+1]); err != nil {
			return i, err
		}
	}
	return len(b), nil
}

// TestRollingRestartLosesNoCall replaces a server under load, on real sockets.
func TestRollingRestartLosesNoCall(t *testing.T) {
	var addr atomic.Pointer[string]
	start := func() *rig {
		r := serveWith(t, server.WithCodec(bolt.New()))
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		go func() { _ = r.Serve(context.Background(), l) }()
		a := l.Addr().String()
		addr.Store(&a)
		return r
	}
	r := start()
	stop := make(chan struct{})
	var callers sync.WaitGroup
	var calls, resent atomic.Int64
	for range 4 {
		callers.Go(func() { callForEver(t, &addr, stop, &calls, &resent) })
	}
	for range 5 {
		for n := calls.Load() + 300; calls.Load() < n && !t.Failed(); {
			runtime.Gosched()
		}
		old := r
		r = start()
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		if err := old.Shutdown(ctx); err != nil {
			t.Errorf("Shutdown: %v", err)
		}
		cancel()
	}
	close(stop)
	callers.Wait()
	if n := resent.Load(); n != 5*4 {
		t.Errorf("%d calls were sent again, want one for each caller and restart", n)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
}

// callForEver calls one server until that one refuses, and then the current one.
func callForEver(t *testing.T, addr *atomic.Pointer[string], stop chan struct{}, calls, resent *atomic.Int64) {
	for {
		nc, err := net.Dial("tcp", *addr.Load())
		if err != nil {
			t.Errorf("dial: %v", err)
			return
		}
		c, err := bolt.New().Dial(context.Background(), nc)
		if err != nil {
			t.Error(err)
			return
		}
		err = callUntil(c, stop, calls)
		c.Close()
		if err == nil {
			return
		}
		if !onramp.Classify(err).Origin.Resendable() {
			t.Errorf("a call failed: %v", err)
			return
		}
		resent.Add(1)
	}
}

// callUntil makes one call after the other until one fails.
func callUntil(c codec.Conn, stop chan struct{}, calls *atomic.Int64) error {
	for {
		select {
		case <-stop:
			return nil
		default:
		}
		if _, err := boltCall(c, "sayHello", 5*time.Second); err != nil {
			return err
		}
		calls.Add(1)
	}
}
