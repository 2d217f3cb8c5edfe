package main

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"time"
)

// driver runs the table.
type driver struct {
	root  string
	peers []*peer
	cases []testCase
	times times
	// starting holds a token for each process that may start at a time: six at once
	// would keep each other up.
	starting chan struct{}
}

// times bound what a peer may take.
type times struct {
	// start is to say hello, serve to begin with serving or with load, ask to answer any
	// other ask, and cell for a whole case.
	start, serve, ask, cell time.Duration
}

// usualTimes are many times what peers take, so that a machine under load changes
// nothing.
func usualTimes() times {
	return times{start: 60 * time.Second, serve: 60 * time.Second, ask: 60 * time.Second, cell: 90 * time.Second}
}

// matrix runs everything. Columns of one peer run side by side: most of their time
// they wait for deadlines and heartbeats.
func (d *driver) matrix(ctx context.Context) *matrix {
	d.starting = make(chan struct{}, 2)
	m := &matrix{cases: d.cases, groups: make([]*group, len(d.peers))}
	var running sync.WaitGroup
	free := make(chan struct{}, together)
	for i, p := range d.peers {
		free <- struct{}{}
		running.Go(func() {
			m.groups[i] = d.group(ctx, p)
			<-free
		})
	}
	running.Wait()
	return m
}

// together is how many peers are tried side by side.
const together = 3

// group runs all of one peer.
func (d *driver) group(ctx context.Context, p *peer) *group {
	g := &group{peer: p}
	if err := p.install(ctx, filepath.Join(d.root, p.dir)); err != nil {
		g.err = fmt.Errorf("peer %s cannot be installed: %w", p.name, err)
		return g
	}
	var running sync.WaitGroup
	for _, dir := range []direction{peerServes, peerCalls} {
		for _, w := range p.columns() {
			col := &column{d: d, peer: p, wire: w, dir: dir}
			results := make([]result, len(d.cases))
			g.columns, g.results = append(g.columns, col), append(g.results, results)
			running.Go(func() { col.run(ctx, results) })
		}
	}
	running.Wait()
	g.with = g.columns[0].with
	return g
}
