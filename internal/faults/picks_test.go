//go:build faults && unix

package faults

import (
	"context"
	"sync"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/balancer"
)

// picks is the default balancer, and remembers when it chose whom.
type picks struct {
	balancer.Policy

	mu sync.Mutex
	at map[string][]time.Time
}

func newPicks() *picks { return &picks{Policy: balancer.P2C(), at: map[string][]time.Time{}} }

// Build implements balancer.Policy.
func (p *picks) Build(nodes []*balancer.Node) balancer.Picker {
	return &pickNoter{p, p.Policy.Build(nodes)}
}

type pickNoter struct {
	all  *picks
	next balancer.Picker
}

// Pick implements balancer.Picker.
func (p *pickNoter) Pick(ctx context.Context, req *onramp.Request) (*balancer.Node, error) {
	n, err := p.next.Pick(ctx, req)
	if err == nil {
		p.all.mu.Lock()
		p.all.at[n.Endpoint.Addr] = append(p.all.at[n.Endpoint.Addr], time.Now())
		p.all.mu.Unlock()
	}
	return n, err
}

// between counts the picks of an endpoint in a span of time.
func (p *picks) between(addr string, from, to time.Time) (n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, at := range p.at[addr] {
		if !at.Before(from) && at.Before(to) {
			n++
		}
	}
	return n
}
