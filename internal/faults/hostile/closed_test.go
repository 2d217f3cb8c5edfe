//go:build faults && linux

package hostile

import (
	"context"
	"fmt"
	"net"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/balancer"
	"github.com/onrampmesh/onramp/client"
	"github.com/onrampmesh/onramp/discovery"
	"github.com/onrampmesh/onramp/internal/faults/row"
	"github.com/onrampmesh/onramp/server"
)

// tracker is a listener that can close what it accepted.
type tracker struct {
	net.Listener
	mu    sync.Mutex
	conns []net.Conn
}

func (l *tracker) Accept() (net.Conn, error) {
	nc, err := l.Listener.Accept()
	if err == nil {
		l.mu.Lock()
		l.conns = append(l.conns, nc)
		l.mu.Unlock()
	}
	return nc, err
}

func (l *tracker) closeAll() (n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, nc := range l.conns {
		_ = nc.Close()
	}
	n, l.conns = len(l.conns), nil
	return n
}

// A server closes a thousand idle connections at once, its process and the
// client's being busy or not, and twenty milliseconds later there are calls that
// must not be repeated.
func TestNoCallIsWrittenToAConnectionThatItsServerClosed(t *testing.T) {
	for what, busy := range map[string]bool{"quiet": false, "busy": true} {
		t.Run(what, func(t *testing.T) {
			row.EachLong(t, func(t *testing.T, p row.Protocol) { closedIdle(t, p, busy) })
		})
	}
}

func closedIdle(t *testing.T, p row.Protocol, busy bool) {
	const conns = 1000
	var runs atomic.Int64
	srv, err := newServer(p, &runs, server.WithMaxConnsPerPeer(4*conns))
	if err != nil {
		t.Fatal(err)
	}
	inner, err := net.Listen("tcp", "0.0.0.0:0")
	if err != nil {
		t.Fatal(err)
	}
	l := &tracker{Listener: inner}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(context.Background(), l) }()
	defer func() { _ = srv.Close(); <-served }()

	addrs := make([]string, conns)
	for i := range addrs {
		addrs[i] = fmt.Sprintf("127.2.%d.%d:%d", i/200, 1+i%200, inner.Addr().(*net.TCPAddr).Port)
	}
	c, err := client.New(client.WithCodec(p.Codec()), client.WithDiscovery(discovery.Static(addrs...)), client.WithBalancer(balancer.RoundRobin()))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	echo := client.MethodOf[call, call](c, service+"/echo", client.Timeout(10*time.Second))
	calls := func(n int) (failed int) {
		var wrong atomic.Int64
		var callers sync.WaitGroup
		for range 20 {
			callers.Go(func() {
				for range n / 20 {
					if _, err := echo.Call(t.Context(), &call{Text: "x"}); err != nil {
						t.Logf("%v, origin %v", err, onramp.AsError(err).Origin)
						wrong.Add(1)
					}
				}
			})
		}
		callers.Wait()
		return int(wrong.Load())
	}
	if n := calls(conns); n > 0 {
		t.Fatalf("%d of the first calls failed", n)
	}
	rounds, each := 3, conns
	var stop atomic.Bool
	var hogs sync.WaitGroup
	if busy {
		rounds, each = 1, 200 // each call waits for its turn on a core, and for a dial
		for range runtime.GOMAXPROCS(0) {
			hogs.Go(func() { spin(&stop) })
		}
	}
	failed, closed, made := 0, 0, 0
	for range rounds {
		<-time.After(100 * time.Millisecond)
		closed += l.closeAll()
		<-time.After(20 * time.Millisecond)
		failed += calls(each)
		made += each
	}
	stop.Store(true)
	hogs.Wait()
	if closed < rounds*conns/2 {
		t.Errorf("%d connections were closed: this test saw too few", closed)
	}
	if failed > 0 || runs.Load() != int64(made+conns) {
		t.Errorf("%d of %d calls failed, %d handlers ran, want 0 and %d", failed, made, runs.Load(), made+conns)
	}
	row.Figure(t, 50, p.Name, "%d idle connections closed by their server 20 ms before (other work on all cores: %v): %d of %d calls written to one of them (goal 0)", closed, busy, failed, made)
}

func spin(stop *atomic.Bool) {
	for !stop.Load() {
	}
}
