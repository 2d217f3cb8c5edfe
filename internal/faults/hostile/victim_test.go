//go:build faults && linux

package hostile

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/onrampmesh/onramp/client"
	"github.com/onrampmesh/onramp/discovery"
	"github.com/onrampmesh/onramp/internal/faults/row"
)

// victim is a client that means well and makes two hundred calls a second, which
// must not be repeated, while others do harm to its server.
type victim struct {
	client *client.Client
	stop   context.CancelFunc
	pacer  sync.WaitGroup
	calls  sync.WaitGroup

	mu    sync.Mutex
	took  []time.Duration
	made  int
	wrong []error
}

func newVictim(t testing.TB, p row.Protocol, addr string) *victim {
	t.Helper()
	c, err := client.New(client.WithCodec(p.Codec()), client.WithDiscovery(discovery.Static(addr)))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	v := &victim{client: c, stop: stop}
	echo := client.MethodOf[call, call](c, service+"/echo", client.Timeout(5*time.Second))
	v.pacer.Go(func() {
		t := time.NewTicker(5 * time.Millisecond)
		defer t.Stop()
		for ctx.Err() == nil {
			<-t.C
			v.calls.Go(func() { v.one(echo) })
		}
	})
	t.Cleanup(func() { v.end(t) })
	return v
}

func (v *victim) one(m *client.Method[call, call]) {
	begin := time.Now()
	_, err := m.Call(context.Background(), &call{Text: "x"})
	v.mu.Lock()
	defer v.mu.Unlock()
	v.took = append(v.took, time.Since(begin))
	if v.made++; err != nil {
		v.wrong = append(v.wrong, err)
	}
}

// p99 is that of the calls since it was last asked.
func (v *victim) p99() time.Duration {
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.took) == 0 {
		return 0
	}
	slices.Sort(v.took)
	d := v.took[len(v.took)*99/100]
	v.took = nil
	return d.Round(10 * time.Microsecond)
}

// unharmed ends the calls and fails the test when one of them did. It returns how
// many there were.
func (v *victim) unharmed(t testing.TB) int {
	t.Helper()
	v.end(t)
	if v.made < 100 {
		t.Errorf("only %d calls were made", v.made)
	}
	if n := len(v.wrong); n > 0 {
		t.Errorf("%d of %d calls failed, such as: %v", n, v.made, v.wrong[0])
	}
	return v.made
}

func (v *victim) end(t testing.TB) {
	t.Helper()
	v.stop()
	v.pacer.Wait()
	v.calls.Wait()
	_ = v.client.Close()
}
