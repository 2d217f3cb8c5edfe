package pool

import (
	"context"
	"testing"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/internal/leak"
	"github.com/onrampmesh/onramp/internal/pool/pooltest"
)

func TestMain(m *testing.M) { leak.Main(m) }

// open returns a pool for the server "a" of a new net, closed with the test.
func open(t testing.TB, cfg Config, c *pooltest.Codec) (*Pool, *pooltest.Server) {
	t.Helper()
	n := &pooltest.Net{}
	p := openAt(t, n, "a", cfg, c, nil)
	return p, n.Server("a")
}

func openAt(t testing.TB, n *pooltest.Net, addr string, cfg Config, c *pooltest.Codec, onDial func(error)) *Pool {
	t.Helper()
	cfg, err := cfg.Resolve(OnePerConn(c))
	if err != nil {
		t.Fatal(err)
	}
	p := New(Backend{Addr: addr, Codec: c, Dial: n.Dial, OnDial: onDial}, cfg)
	t.Cleanup(p.Close)
	return p
}

// call makes one call as the cluster does: at once when there is room, else in line.
func call(ctx context.Context, p *Pool, timeout time.Duration) error {
	req := &onramp.Request{Deadline: time.Now().Add(timeout)}
	for {
		c, s := p.Get()
		if s != Ready {
			var err error
			if c, err = p.Wait(ctx, req.Deadline); err != nil {
				return err
			}
		}
		_, err := c.RoundTrip(ctx, req)
		c.Done()
		if e := onramp.AsError(err); e != nil && e.Origin == onramp.Local && (e.Code == onramp.Unavailable || e.Code == onramp.ResourceExhausted) {
			continue // the connection went or filled up meanwhile
		}
		return err
	}
}

// calls starts n calls and returns where their errors come.
func calls(ctx context.Context, p *Pool, n int, timeout time.Duration) <-chan error {
	errs := make(chan error, n)
	for range n {
		go func() { errs <- call(ctx, p, timeout) }()
	}
	return errs
}

// all collects n errors and fails the test when one is not nil.
func all(t *testing.T, errs <-chan error, n int) {
	t.Helper()
	for range n {
		if err := <-errs; err != nil {
			t.Fatal(err)
		}
	}
}

func wantCode(t *testing.T, err error, code onramp.Code) *onramp.Error {
	t.Helper()
	e := onramp.AsError(err)
	if e == nil || e.Code != code || e.Origin != onramp.Local || e.Endpoint != "a" {
		t.Fatalf("error %v, want %s of origin local at a", err, code)
	}
	return e
}
