//go:build faults && unix

package faults

import (
	"context"
	"testing"
	"time"

	"github.com/onrampmesh/onramp/client"
	"github.com/onrampmesh/onramp/internal/faults/row"
)

// One of four servers takes ten times as long for a call as the others.
func TestASlowServerGetsFewCalls(t *testing.T) {
	t.Parallel()
	row.EachLong(t, func(t *testing.T, p row.Protocol) {
		t.Parallel()
		slowServer(t, p)
	})
}

func slowServer(t *testing.T, p row.Protocol) {
	const learn, span = 5 * time.Second, 4 * time.Second
	f := newFleet(t, p, 3, spec{Least: 10 * time.Millisecond, Most: 20 * time.Millisecond})
	f.spec.Least, f.spec.Most = 10*f.spec.Least, 10*f.spec.Most
	f.running, f.hosts = append(f.running, nil), append(f.hosts, "")
	f.start(3)
	l := newLoad(f.client(), client.Timeout(2*time.Second))
	begin := time.Now()
	stop := beside(func(ctx context.Context) { l.open(ctx, 300, read, write) })
	pause(learn + span)
	stop()
	calls := l.results()
	noFailure(t, failures(calls, ""), "calls")
	all, slow := 0, 0
	for i := range calls {
		if o := &calls[i]; o.at.After(begin.Add(learn)) {
			all++
			if o.server == f.running[3].spec.Name {
				slow++
			}
		}
	}
	share := 100 * float64(slow) / float64(max(all, 1))
	if all < 500 || share > 15 {
		t.Errorf("the slow server got %.1f %% of %d calls after %v, want 10 %% or less; a fair share is 25 %%", share, all, learn)
	}
	row.Figure(t, 3, p.Name, "after %v the slow server gets %.1f %% of the calls (goal <= 10 %%); %d of %d failed; p99 %v, where a slow call takes 100 to 200 ms", learn, share, len(failures(calls, "")), len(calls),
		short(quantile(calls, 0.99, begin.Add(learn), time.Now())))
}
