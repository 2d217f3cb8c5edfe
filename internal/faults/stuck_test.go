//go:build faults && unix

package faults

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/client"
	"github.com/onrampmesh/onramp/internal/faults/row"
	"github.com/onrampmesh/onramp/server"
)

// One of two servers shuts down while some of its handlers take a while and some
// never return. The registry does not know, and a client goes on calling.
func TestAShutdownWithStuckHandlersEndsAndLosesOnlyThose(t *testing.T) {
	row.EachLong(t, shutDownStuck)
}

func shutDownStuck(t *testing.T, p row.Protocol) {
	m := watchMachine(t)
	const bound, slow, stuck = 1500 * time.Millisecond, 40, 3
	w := newWork()
	a := newBackend(t, p, w.at("a"), server.WithDrainBound(server.StageFinish, bound))
	b := newBackend(t, p, w.at("b"))
	t.Cleanup(w.release)
	r := newRegistry(t)
	r.add(a.addr)
	r.add(b.addr)
	l := newLoad(newClient(t, p, client.WithDiscovery(r.source())), client.Timeout(5*time.Second))
	l.warm()
	stop := beside(func(ctx context.Context) { l.open(ctx, 1000, read, write) })

	// What a is busy with comes from another client.
	held := heldBy(newClient(t, p), a)
	for i := range slow {
		held.calls.Go(func() {
			held.one(write, firstHeld+int64(i), time.Duration(10*(i+1))*time.Millisecond+100*time.Millisecond, time.Now())
		})
	}
	for i := range stuck {
		held.calls.Go(func() { held.one(write, firstHeld+slow+int64(i), -1, time.Now()) })
	}
	until(t, 5*time.Second, "a runs every held call", func() bool { return w.held.Load() == slow+stuck })
	begin := time.Now()
	err := a.Shutdown(context.Background())
	took := time.Since(begin)
	pause(300 * time.Millisecond)
	w.release()
	stop()

	m.figure("shutdown with stuck handlers", took, bound+time.Second)
	var left *server.DrainError
	if !errors.As(err, &left) || len(left.Calls) != 1 || left.Calls[0].N != stuck {
		t.Errorf("the shutdown returned %v, want a DrainError that names %d running calls", err, stuck)
	}
	calls := l.results()
	t.Logf("%d calls of the client that went on, %d failed, %d were refused by the draining server", len(calls), len(failures(calls, "")), a.refused())
	noFailure(t, failures(calls, ""), "calls of the client that went on")
	if a.refused() == 0 {
		t.Error("the draining server refused no call: this test saw nothing")
	}
	answered := cutOff(t, held.results(), a.addr, slow, stuck)
	row.Figure(t, 41, p.Name, "with %d stuck handlers it returns after %v (bound %v, goal bound + 1s); %d of %d calls that end inside the bound were answered; %d of %d other calls failed (goal 0), %d were refused and sent elsewhere",
		stuck, short(took), bound, answered, slow, len(failures(calls, "")), len(calls), a.refused())
}

// cutOff checks that the slow calls were answered and that the stuck ones failed,
// in a way that says that they may have run. It returns how many were answered.
func cutOff(t testing.TB, calls []outcome, addr string, slow, stuck int64) int {
	t.Helper()
	if len(calls) != int(slow+stuck) {
		t.Errorf("%d held calls ended, want %d", len(calls), slow+stuck)
	}
	answered := 0
	for _, o := range calls {
		var e *onramp.Error
		switch {
		case o.err == nil && o.id < firstHeld+slow:
			answered++
		case o.err == nil:
			t.Errorf("stuck call %d was answered", o.id)
		case o.id < firstHeld+slow:
			t.Errorf("call %d, which ended inside the bound, failed: %v", o.id, o.err)
		case !errors.As(o.err, &e) || e.Origin != onramp.Wire || e.Endpoint != addr:
			t.Errorf("stuck call %d failed, and not on the wire to %s: %v", o.id, addr, o.err)
		}
	}
	t.Logf("%d of %d calls that end inside the bound were answered, %d stuck ones cut off", answered, slow, stuck)
	return answered
}

// heldBy is a load of one server.
func heldBy(c *client.Client, b *backend) *load {
	direct := func(method string) *client.Method[call, answer] {
		return client.MethodOf[call, answer](c, b.target()+"/"+service+"/"+method, client.Timeout(20*time.Second))
	}
	return &load{read: direct(read), write: direct(write), servers: map[string]int{}}
}

// work is what handlers do that take the time that a call asks for.
type work struct {
	held    atomic.Int64 // calls that asked for time
	stuck   chan struct{}
	release func() // ends the stuck ones
}

func newWork() *work {
	w := &work{stuck: make(chan struct{})}
	w.release = sync.OnceFunc(func() { close(w.stuck) })
	return w
}

// at returns the handler of one server. A call that asks for less than no time is
// stuck until release, whatever its context says.
func (w *work) at(name string) onramp.Handler {
	answer := answers(name)
	return func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
		var in call
		if err := req.Body.Decode(&in); err != nil {
			return nil, err
		}
		switch {
		case in.Hold < 0:
			w.held.Add(1)
			<-w.stuck
		case in.Hold > 0:
			w.held.Add(1)
			<-time.After(in.Hold)
		}
		return answer(ctx, req)
	}
}
