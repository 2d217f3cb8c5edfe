//go:build faults && unix

package faults

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/onrampmesh/onramp/client"
	"github.com/onrampmesh/onramp/internal/faults/row"
)

// fleet is the server processes of one test and the registry they are in.
type fleet struct {
	t        testing.TB
	protocol row.Protocol
	spec     spec
	hosts    []string // where each place listens, "" for a port of this machine
	registry *registry
	running  []*process
	all      []*process // those that are gone, too
}

// newFleet starts n servers that do what s says.
func newFleet(t testing.TB, p row.Protocol, n int, s spec) *fleet {
	t.Helper()
	return newFleetAt(t, p, make([]string, n), s)
}

// newFleetAt starts a server at each of the hosts.
func newFleetAt(t testing.TB, p row.Protocol, hosts []string, s spec) *fleet {
	t.Helper()
	n := len(hosts)
	f := &fleet{t: t, protocol: p, spec: s, hosts: hosts, registry: newRegistry(t), running: make([]*process, n)}
	f.spec.Ledger, f.spec.Protocol = t.TempDir(), p.Name
	for i := range n {
		f.start(i)
	}
	return f
}

// start puts a new process at place i.
func (f *fleet) start(i int) {
	f.t.Helper()
	s := f.spec
	s.Name = fmt.Sprintf("%c%d", 'a'+i, len(f.all))
	s.Ledger = filepath.Join(f.spec.Ledger, s.Name)
	if f.hosts[i] != "" {
		s.Listen = f.hosts[i] + ":0"
	}
	f.running[i] = start(f.t, s, f.registry)
	f.all = append(f.all, f.running[i])
}

// client returns a client of the fleet, which is closed with the test at the latest.
func (f *fleet) client(opts ...client.Option) *client.Client {
	f.t.Helper()
	return newClient(f.t, f.protocol, append(opts, client.WithDiscovery(f.registry.source()))...)
}

func newClient(t testing.TB, p row.Protocol, opts ...client.Option) *client.Client {
	t.Helper()
	c, err := client.New(append([]client.Option{client.WithCodec(p.Codec()), client.WithLogger(slog.New(newJournal(t)))}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// pause lets the load run on for a while.
func pause(d time.Duration) { <-time.After(d) }

// until waits for a condition, and fails the test when it does not come.
func until(t testing.TB, within time.Duration, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(within); !ok(); pause(2 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("after %v still not: %s", within, what)
		}
	}
}

// beside has f run beside the test until the returned function is called, which
// waits for its end.
func beside(f func(ctx context.Context)) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); f(ctx) }()
	return func() { cancel(); <-done }
}

// retries counts the attempts of the service's calls beyond the first.
func retries(c *client.Client) (n uint64) {
	for _, st := range c.Status(service) {
		n += st.Retry.Retries
	}
	return n
}

// repeated fails the test when no attempt had to be repeated.
func repeated(t testing.TB, c *client.Client) {
	t.Helper()
	n := retries(c)
	t.Logf("%d attempts were sent again", n)
	if n == 0 {
		t.Error("no attempt was sent again: this test saw nothing")
	}
}
