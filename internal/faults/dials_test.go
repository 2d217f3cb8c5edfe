//go:build faults && unix

package faults

import (
	"context"
	"net"
	"sync"
	"time"

	"github.com/onrampmesh/onramp/client"
	"github.com/onrampmesh/onramp/internal/pool"
)

// dials is the client's own dialer, and remembers what it did.
type dials struct {
	mu   sync.Mutex
	all  map[string][]*dial
	now  map[string]int // those under way
	most map[string]int // under way at the same time
}

type dial struct {
	begin, end time.Time // end is zero while it is under way
	err        error
}

func newDials() *dials {
	return &dials{all: map[string][]*dial{}, now: map[string]int{}, most: map[string]int{}}
}

func (d *dials) option() client.Option { return client.WithDialer(d.dial) }

func (d *dials) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	x := &dial{begin: time.Now()}
	d.mu.Lock()
	d.all[addr] = append(d.all[addr], x)
	d.now[addr]++
	d.most[addr] = max(d.most[addr], d.now[addr])
	d.mu.Unlock()
	nc, err := pool.NetDial(ctx, network, addr)
	d.mu.Lock()
	defer d.mu.Unlock()
	x.end, x.err = time.Now(), err
	d.now[addr]--
	return nc, err
}

// of returns the dials of an address that have ended, and how many ran at the
// same time at most.
func (d *dials) of(addr string) (ended []dial, most int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, x := range d.all[addr] {
		if !x.end.IsZero() {
			ended = append(ended, *x)
		}
	}
	return ended, d.most[addr]
}

// longest is the one that took most.
func longest(all []dial) (d time.Duration) {
	for _, x := range all {
		d = max(d, x.end.Sub(x.begin))
	}
	return d
}
