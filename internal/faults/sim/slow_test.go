package sim

import (
	"context"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/internal/faults/row"
	"github.com/onrampmesh/onramp/onramptest"
)

// What a frame has to arrive in.
const (
	headTime  = 5 * time.Second
	frameTime = 10 * time.Second
	frameRate = 64 << 10 // bytes for each second beyond that
)

// Row 33: a frame comes very slowly. The server closes the connection in time, and
// answers a large frame that comes at the least rate.
func TestAFrameThatComesTooSlowlyEndsItsConnectionInTime(t *testing.T) {
	each(t, func(t *testing.T, p row.Protocol) {
		w := newWorld(t, p, settings{})
		defer w.close()
		request, _ := w.captured(t, 0, 0)
		large, _ := w.captured(t, 1<<20, 0)
		stop := w.beside(t)
		var head, body time.Duration
		for name, c := range map[string]struct {
			bytes  []byte
			toxics onramptest.Toxics
			within time.Duration
			took   *time.Duration
		}{
			"one byte, then silence":       {request[:1], onramptest.Toxics{}, headTime, &head},
			"a header, a byte a second":    {request, onramptest.Toxics{Rate: 1}, headTime, &head},
			"half of a frame":              {request[:len(request)/2], onramptest.Toxics{}, frameTime, &body},
			"all but the last byte":        {request[:len(request)-1], onramptest.Toxics{}, frameTime, &body},
			"a body, 10 bytes a second":    {request, onramptest.Toxics{Rate: 10}, frameTime, &body},
			"1 MiB at a third of the rate": {large, onramptest.Toxics{Rate: frameRate / 3}, frameTime + 16*time.Second, new(time.Duration)},
		} {
			took, got := w.dribble(t, c.bytes, c.toxics)
			if took > c.within+10*time.Millisecond || got > 0 {
				t.Errorf("%s: closed after %v, with %d bytes of an answer; want within %v, and none", name, took, got, c.within)
			}
			*c.took = max(*c.took, took)
		}
		took, got := w.dribble(t, large, onramptest.Toxics{Rate: frameRate * 11 / 10})
		if got == 0 {
			t.Errorf("1 MiB at 70 KiB a second was not answered within %v", took)
		}
		calls, failed, slowest := stop()
		row.Figure(t, 33, p.Name, "closed after %v without a header (goal 5 s) and %v without a body (goal 10 s + size/64 KiB/s); 1 MiB at 70 KiB/s is answered; %d of %d calls beside it failed (goal 0), the slowest took %v", head.Round(time.Millisecond), body.Round(time.Millisecond), failed, calls, slowest)
	})
}

// dribble sends bytes through the proxy and returns when the server had closed the
// connection or answered, since the first byte arrived, and how much it answered.
func (w *world) dribble(t testing.TB, b []byte, x onramptest.Toxics) (took time.Duration, got int) {
	t.Helper()
	if err := w.proxy.Next(onramptest.ToServer, x); err != nil {
		t.Fatal(err)
	}
	nc, err := w.net.Dial(context.Background(), "tcp", w.proxy.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	go func() { _, _ = nc.Write(b) }()
	synctest.Wait()
	conns := w.proxy.Conns()
	for c := conns[len(conns)-1]; c.Passed(onramptest.ToServer) == 0; {
		time.Sleep(time.Millisecond)
	}
	begin := time.Now()
	answer := make([]byte, 1<<10)
	got, err = nc.Read(answer)
	if err != nil && err != io.EOF && !strings.Contains(err.Error(), "reset") {
		t.Error(err)
	}
	return time.Since(begin), got
}

// beside makes calls of another client, ten a second, until stop is called.
func (w *world) beside(t testing.TB) (stop func() (calls, failed int, slowest time.Duration)) {
	t.Helper()
	c := w.caller()
	ctx, cancel := context.WithCancel(context.Background())
	var calls, failed int
	var slowest time.Duration
	var all sync.WaitGroup
	all.Go(func() {
		for ctx.Err() == nil {
			begin := time.Now()
			if err := try(within(t, time.Second), c.write, call{ID: 1}); err != nil {
				failed++
				t.Errorf("a call beside it: %v", err)
			}
			calls, slowest = calls+1, max(slowest, time.Since(begin))
			time.Sleep(100 * time.Millisecond)
		}
	})
	synctest.Wait() // it has its connection
	return func() (int, int, time.Duration) {
		cancel()
		all.Wait()
		_ = c.Close()
		return calls, failed, slowest
	}
}

// Row 33, the other way: a reply that comes very slowly ends the client's connection
// long before the call's deadline, and the call goes on elsewhere.
func TestAReplyThatComesTooSlowlyEndsItsConnectionInTime(t *testing.T) {
	each(t, func(t *testing.T, p row.Protocol) {
		w := newWorld(t, p, settings{})
		defer w.close()
		_, reply := w.captured(t, 0, 0)
		var worst time.Duration
		for _, n := range []int64{1, int64(len(reply)) - 1} {
			lone := w.caller(once())
			_ = w.proxy.Next(onramptest.ToClient, onramptest.Toxics{End: onramptest.StallAfter(n)})
			begin := time.Now()
			err := try(within(t, time.Minute), lone.write, call{ID: 1})
			took := time.Since(begin)
			if e := onramp.AsError(err); err == nil || e.Origin != onramp.Wire || took > frameTime+10*time.Millisecond {
				t.Errorf("a reply of which %d bytes came: %v after %v, want wire within %v", n, err, took, frameTime)
			}
			worst = max(worst, took)
			lone.Close()
		}
		c := w.caller()
		defer c.Close()
		_ = w.proxy.Next(onramptest.ToClient, onramptest.Toxics{Rate: 1})
		err := try(within(t, time.Minute), c.read, call{ID: 2})
		if err != nil {
			t.Errorf("an idempotent call whose reply came a byte a second: %v", err)
		}
		row.Figure(t, 33, p.Name, "a client gives a reply up that does not arrive after at most %v (goal 10 s); the idempotent call behind it failed: %v (goal false)", worst.Round(time.Millisecond), err != nil)
	})
}
