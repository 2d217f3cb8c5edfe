//go:build faults && unix

package faults

import (
	"context"
	"testing"
	"time"

	"github.com/onrampmesh/onramp/client"
	"github.com/onrampmesh/onramp/internal/faults/row"
	"github.com/onrampmesh/onramp/onramptest"
)

// What four servers answer arrives up to 200 ms later, each time another delay.
func TestJitterFailsNoCall(t *testing.T) {
	t.Parallel()
	row.Each(t, func(t *testing.T, p row.Protocol) {
		t.Parallel()
		m := watchMachine(t)
		// Delays on top of the jitter are the machine's.
		m.quiet(100*time.Millisecond, func(t testing.TB) { jitter(t, p) })
	})
}

func jitter(t testing.TB, p row.Protocol) {
	const most = 200 * time.Millisecond
	r := newRegistry(t)
	for range 4 {
		b := newBackend(t, p, answers("good"))
		proxy, err := onramptest.NewProxy(onramptest.ProxyConfig{Target: b.addr, ToClient: onramptest.Toxics{Jitter: most}})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = proxy.Close() })
		r.add(proxy.Addr())
	}
	c := newClient(t, p, client.WithDiscovery(r.source()))
	l := newLoad(c, client.Timeout(time.Second))
	begin := time.Now()
	stop := beside(func(ctx context.Context) { l.open(ctx, 200, read, write) })
	pause(8 * time.Second)
	for _, st := range c.Status(service) {
		for _, ep := range st.Endpoints {
			if ep.State != "ready" {
				t.Errorf("endpoint %s is %q: a delay is no failure", ep.Addr, ep.State)
			}
		}
	}
	stop()
	calls := l.results()
	noFailure(t, failures(calls, ""), "calls, half of them not to be repeated")
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	p99 := quantile(calls, 0.99, begin, time.Now())
	if p99 < most/2 {
		t.Errorf("the p99 is %v: this test saw no jitter", p99)
	}
	row.Figure(t, 49, p.Name, "200 ms jitter: %d of %d calls failed with a deadline of 1s (goal 0), %d attempts sent again, p99 %v", len(failures(calls, "")), len(calls), retries(c), short(p99))
}
