//go:build faults && unix

package faults

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/balancer"
	"github.com/onrampmesh/onramp/client"
	"github.com/onrampmesh/onramp/internal/faults/row"
	"github.com/onrampmesh/onramp/policy"
)

// All backends fail every call at once, and no breaker helps: what keeps the
// retries from making it worse is their budget.
func TestTheBudgetBoundsTheRetriesOfABrokenService(t *testing.T) {
	row.EachLong(t, spendBudget)
}

func spendBudget(t *testing.T, p row.Protocol) {
	all, r := newBackends(t, p, 4, func(int) onramp.Handler { return unavailable })
	off := policy.Breaker{Disabled: true}
	c := newClient(t, p, client.WithDiscovery(r.source()), client.WithPolicy(&policy.Service{ServiceBreaker: off, EndpointBreaker: off}))
	l := newLoad(c, client.Timeout(5*time.Second))
	begin := time.Now()
	stop := beside(func(ctx context.Context) { l.open(ctx, 1000, read) })
	pause(10 * time.Second)
	stop()
	calls := len(l.results())
	seconds, attempts := time.Since(begin).Seconds(), 0
	for _, b := range all {
		attempts += b.arrived(begin)
	}
	row.Figure(t, 28, p.Name, "%d calls of a service that is down made %d attempts, %.2f for each (goal <= 1.20 and 10 a second)", calls, attempts, float64(attempts)/float64(calls))
	if most := 1.2*float64(calls) + 10*seconds; float64(attempts) > most {
		t.Errorf("%d attempts for %d calls, want at most %.0f", attempts, calls, most)
	}
	if least := 1.1 * float64(calls); float64(attempts) <= least {
		t.Errorf("%d attempts for %d calls, want more than %.0f: the retry did not run", attempts, calls, least)
	}
	kinds := map[string]int{}
	for _, o := range l.results() {
		e := onramp.AsError(o.err)
		if e == nil {
			t.Fatalf("call %d succeeded against backends that all fail", o.id)
		}
		kinds[e.Code.String()+" ("+e.Origin.String()+")"]++
	}
	t.Logf("how they failed: %v; %d retries", kinds, retries(c))
}

// The same with the breakers that are on by default: the service's circuit opens,
// and from then on only probes get through.
func TestABrokenServiceGetsOnlyProbes(t *testing.T) {
	row.EachLong(t, breakService)
}

func breakService(t *testing.T, p row.Protocol) {
	m := watchMachine(t)
	all, r := newBackends(t, p, 4, func(int) onramp.Handler { return unavailable })
	j := newJournal(t)
	c := newClient(t, p, client.WithDiscovery(r.source()), client.WithLogger(slog.New(j)))
	l := newLoad(c)
	begin := time.Now()
	stop := beside(func(ctx context.Context) { l.open(ctx, 1000, read) })
	pause(6 * time.Second)
	stop()
	l.results()
	opened, ok := j.first("circuit changed", "to=open")
	if !ok {
		t.Fatal("the service's circuit did not open")
	}
	m.figure("the service's circuit opens after", opened.Sub(begin), time.Second)
	probes, seconds := onlyProbes(t, all, opened)
	row.Figure(t, 28, p.Name, "the circuit opens after %v (goal 1s), then %d probes of %d endpoints in %.1f s (goal: one a second and endpoint)",
		short(opened.Sub(begin)), probes, len(all), seconds)
}

// One of four backends fails every call at once: its own circuit opens, the others
// serve, and no call fails. The balancer takes turns, because the default one would
// avoid the endpoint by itself.
func TestABrokenEndpointGetsOnlyProbes(t *testing.T) {
	row.EachLong(t, func(t *testing.T, p row.Protocol) {
		m := watchMachine(t)
		// An endpoint that answers late is as broken as the one that fails.
		m.quiet(100*time.Millisecond, func(t testing.TB) { breakEndpoint(t, p, m) })
	})
}

func breakEndpoint(t testing.TB, p row.Protocol, m *machine) {
	all, r := newBackends(t, p, 4, func(i int) onramp.Handler {
		if i == 0 {
			return unavailable
		}
		return answers("good")
	})
	j := newJournal(t)
	c := newClient(t, p, client.WithDiscovery(r.source()), client.WithLogger(slog.New(j)), client.WithBalancer(balancer.RoundRobin()))
	l := newLoad(c, client.Timeout(5*time.Second))
	begin := time.Now()
	stop := beside(func(ctx context.Context) { l.open(ctx, 1000, read) })
	pause(5 * time.Second)
	stop()
	calls := l.results()
	noFailure(t, failures(calls, ""), "calls that may be repeated")
	opened, ok := j.first("endpoint taken out", all[0].addr)
	if !ok {
		t.Fatal("the endpoint's circuit did not open")
	}
	m.figure("the endpoint's circuit opens after", opened.Sub(begin), time.Second)
	probes, seconds := onlyProbes(t, all[:1], opened)
	row.Figure(t, 4, p.Name, "%d of %d calls failed (goal 0); out after %v (goal 1s), then %d probes in %.1f s (goal: one a second)",
		len(failures(calls, "")), len(calls), short(opened.Sub(begin)), probes, seconds)
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}

// onlyProbes checks that each endpoint gets at most one attempt a second. Those
// that were on their way when the circuit opened arrive within half a second.
func onlyProbes(t testing.TB, all []*backend, opened time.Time) (probes int, seconds float64) {
	t.Helper()
	from := opened.Add(500 * time.Millisecond)
	seconds = time.Since(from).Seconds()
	for i, b := range all {
		n := b.arrived(from)
		probes += n
		if float64(n) > seconds+1 {
			t.Errorf("endpoint %d got %d attempts in the %.1f s after the circuit opened, want at most one a second", i, n, seconds)
		}
	}
	t.Logf("%d probes in %.1f s of %d endpoints", probes, seconds, len(all))
	if probes == 0 {
		t.Error("no probe came: nobody would notice that it works again")
	}
	return probes, seconds
}
