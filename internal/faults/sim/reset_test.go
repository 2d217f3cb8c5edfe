package sim

import (
	"context"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/client"
	"github.com/onrampmesh/onramp/internal/faults/row"
	"github.com/onrampmesh/onramp/onramptest"
)

// frames is how many calls are under way on a connection that is reset.
const frames = 3

// Row 5: a connection is reset at every byte of a stream of three frames, on the
// way there and on the way back.
func TestAConnectionResetAtAnyByteHarmsItsOwnCallsAlone(t *testing.T) {
	each(t, func(t *testing.T, p row.Protocol) {
		var r resets
		for dir, name := range map[onramptest.Direction]string{onramptest.ToServer: "to the server", onramptest.ToClient: "to the client"} {
			size := streamSize(t, p, dir)
			step := int64(1)
			if p.Variant {
				step = 11 // the offsets of a frame are the same but for a few
			}
			w := newWorld(t, p, settings{})
			for n := int64(0); n <= size && !t.Failed(); n += step {
				r.offsets++
				r.single(t, w, dir, n)
				r.repeated(t, w, dir, n)
				if t.Failed() {
					t.Errorf("reset after %d of %d bytes %s", n, size, name)
				}
			}
			w.close()
		}
		row.Figure(t, 5, p.Name, "%d resets: %d of %d idempotent calls failed (goal 0), %d calls got another's answer (goal 0), %d of %d calls without retry were answered, %d failed as wire, once each; the next call on a new connection always succeeded",
			r.offsets, r.failed, r.idempotent, r.mixed, r.answered, r.calls, r.wire)
	})
}

// resets counts what became of calls.
type resets struct {
	offsets, idempotent, failed, mixed, calls, answered, wire int
}

// streamSize returns how many bytes three frames are in one direction.
func streamSize(t *testing.T, p row.Protocol, dir onramptest.Direction) int64 {
	t.Helper()
	w := newWorld(t, p, settings{})
	defer w.close()
	c := w.caller(once())
	defer c.Close()
	for _, err := range burst(c.write, 1_000_000) {
		if err != nil {
			t.Fatal(err)
		}
	}
	return w.proxy.Conns()[0].Passed(dir)
}

// burst makes the calls of a stream at once. Their handlers take a moment, so that
// all are under way together.
func burst(m *client.Method[call, answer], from int64) (errs [frames]error) {
	var all sync.WaitGroup
	for i := range errs {
		all.Go(func() {
			ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
			defer cancel()
			errs[i] = try(ctx, m, call{ID: from + int64(i), Hold: time.Millisecond, Pad: "padding that fills a frame"})
		})
	}
	all.Wait()
	return errs
}

// single makes each call once, and then one on the next connection.
func (r *resets) single(t *testing.T, w *world, dir onramptest.Direction, n int64) {
	var ends sync.Map // of recorded calls
	var recorded atomic.Int64
	dial := &closes{dial: w.net.Dial}
	c := w.caller(once(), client.WithDialer(dial.connect), client.WithRecorder(func(rec client.Record) {
		ends.Store(recorded.Add(1), rec.Outcome)
	}))
	_ = w.proxy.Next(dir, onramptest.Toxics{End: onramptest.ResetAfter(n)})
	from := 1_000_000 + 10*int64(r.offsets)
	for i, err := range burst(c.write, from) {
		r.calls++
		var m mixed
		switch e := onramp.AsError(err); {
		case err == nil:
			r.answered++
		case errors.As(err, &m):
			r.mixed++
			t.Error(m)
		case e.Origin == onramp.Wire && e.Code == onramp.Unavailable:
			r.wire++
		case e.Origin == onramp.Local && e.Code == onramp.Unavailable && w.ledger.of(from+int64(i)) == 0:
			// The connection was gone before the call was written.
		default:
			t.Errorf("call %d ended with %v", i, err)
		}
	}
	if err := try(within(t, time.Second), c.write, call{ID: 7}); err != nil {
		t.Errorf("the call after the reset: %v", err)
	}
	if recorded.Load() != frames+1 {
		t.Errorf("%d calls ended %d times", frames+1, recorded.Load())
	}
	c.Close()
	dial.check(t)
}

// repeated makes idempotent calls with the retry that everybody has.
func (r *resets) repeated(t *testing.T, w *world, dir onramptest.Direction, n int64) {
	c := w.caller()
	defer c.Close()
	_ = w.proxy.Next(dir, onramptest.Toxics{End: onramptest.ResetAfter(n)})
	for i, err := range burst(c.read, 1_000_000) {
		if r.idempotent++; err != nil {
			r.failed++
			t.Errorf("idempotent call %d: %v", i, err)
		}
	}
}

// closes dials connections and counts how often each is closed.
type closes struct {
	dial client.Dialer
	mu   sync.Mutex
	all  []*counted
}

type counted struct {
	net.Conn
	n atomic.Int64
}

func (c *counted) Close() error {
	c.n.Add(1)
	return c.Conn.Close()
}

func (d *closes) connect(ctx context.Context, network, addr string) (net.Conn, error) {
	nc, err := d.dial(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	c := &counted{Conn: nc}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.all = append(d.all, c)
	return c, nil
}

func (d *closes) check(t *testing.T) {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	for i, c := range d.all {
		if n := c.n.Load(); n != 1 {
			t.Errorf("connection %d was closed %d times", i, n)
		}
	}
}

// Row 5: calls that wait behind one that is stuck in the network have not left this
// process. The reset must say so, and even those that are not idempotent are sent again.
func TestCallsThatWereNotWrittenWhenAConnectionIsResetAreSentAgain(t *testing.T) {
	each(t, func(t *testing.T, p row.Protocol) {
		const waiting = 20
		w := newWorld(t, p, settings{net: []onramptest.NetworkOption{onramptest.Buffer(16)}, proxy: onramptest.ProxyConfig{Buffer: 1}})
		defer w.close()
		c := w.caller()
		defer c.Close()
		_ = w.proxy.Next(onramptest.ToServer, onramptest.Toxics{Stall: true})
		errs := make([]error, waiting)
		var all sync.WaitGroup
		for i := range errs {
			all.Go(func() { errs[i] = try(within(t, 5*time.Second), c.write, call{ID: int64(i)}) })
			synctest.Wait() // the first one is written, as far as there is room
		}
		w.proxy.Reset()
		all.Wait()
		failed := 0
		for i, err := range errs {
			if err != nil {
				failed++
			}
			switch e := onramp.AsError(err); {
			case i == 0 && (err == nil || e.Origin != onramp.Wire):
				t.Errorf("the call that was written in part: %v, want wire", err)
			case i > 0 && err != nil:
				t.Errorf("call %d, of which nothing was written: %v", i, err)
			case i > 0 && w.ledger.of(int64(i)) != 1:
				t.Errorf("call %d ran %d times", i, w.ledger.of(int64(i)))
			}
		}
		row.Figure(t, 5, p.Name, "%d calls that were not idempotent waited behind one that was written in part when the connection was reset: %d failed (goal 0), each ran once", waiting-1, failed-1)
	})
}
