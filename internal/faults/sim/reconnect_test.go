package sim

import (
	"context"
	"net"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp/client"
	"github.com/onrampmesh/onramp/internal/faults/row"
	"github.com/onrampmesh/onramp/server"
)

// Row 38: 200 clients lose their server at once, and get it back at once.
func TestClientsThatLoseTheirServerDoNotComeBackAtOneMoment(t *testing.T) {
	row.EachLong(t, func(t *testing.T, p row.Protocol) {
		synctest.Test(t, func(t *testing.T) { reconnect(t, p) })
	})
}

func reconnect(t *testing.T, p row.Protocol) {
	const clients, bins = 200, 10
	w := newWorld(t, p, settings{server: []server.Option{server.WithMaxConnsPerPeer(2 * clients)}})
	defer w.close()
	d := &dials{dial: w.net.Dial}
	all := make([]*caller, clients)
	for i := range all {
		all[i] = newCaller(t, p.Codec(), []string{serverAddr}, dialer(d.connect), client.WithSeed(0))
		defer all[i].Close()
		if err := try(within(t, time.Second), all[i].read, call{ID: 1}); err != nil {
			t.Fatal(err)
		}
	}
	time.Sleep(10 * time.Second)
	d.reset()
	lost := time.Now()
	w.net.Cut(serverAddr) // first: who calls at the same moment might succeed, and come back with its next call
	ctx, stop := context.WithCancel(context.Background())
	var calling sync.WaitGroup
	for _, c := range all {
		calling.Go(func() { // each of them has calls now and then
			for ctx.Err() == nil {
				_ = try(ctx, c.read, call{ID: 2})
				time.Sleep(100 * time.Millisecond)
			}
		})
	}
	time.Sleep(2 * time.Second)
	stop()
	calling.Wait()

	at := d.since(lost)
	if len(at) < clients {
		t.Fatalf("%d of %d clients dialled again", len(at), clients)
	}
	last := at[len(at)-1]
	per := make([]int, bins)
	for _, a := range at {
		per[min(bins-1, int(a*bins/(last+1)))]++
	}
	peak, mean := slices.Max(per), float64(len(at))/bins
	if float64(peak) > 2*mean {
		t.Errorf("dials in tenths of %v: %v, want at most twice the mean", last, per)
	}
	row.Figure(t, 38, p.Name, "%d clients lost their server: %d dials over %v, at most %.1f x the mean in a tenth of that (goal 2 x; the row asks for a window of 1 s)", clients, len(at), last.Round(time.Millisecond), float64(peak)/mean)
}

// dials counts when connections were dialled.
type dials struct {
	dial client.Dialer
	mu   sync.Mutex
	at   []time.Time
}

func (d *dials) connect(ctx context.Context, network, addr string) (net.Conn, error) {
	d.mu.Lock()
	d.at = append(d.at, time.Now())
	d.mu.Unlock()
	return d.dial(ctx, network, addr)
}

func (d *dials) reset() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.at = nil
}

func (d *dials) since(t time.Time) (out []time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, a := range d.at {
		out = append(out, a.Sub(t))
	}
	slices.Sort(out)
	return out
}
