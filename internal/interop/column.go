package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"time"
)

// column is one peer, wire and direction. It has a process of its own.
type column struct {
	d    *driver
	peer *peer
	wire wire
	dir  direction
	proc *process
	// addr is where the process serves, when it does, and with what it stands on.
	addr string
	with []string
}

// result is how a cell ended.
type result struct {
	// none says that the case is for other wires, or for the other direction.
	none bool
	// err is what was not as it should be; nil is green.
	err error
	// limit is set when the peer makes the cell impossible, and that was shown.
	limit   *limit
	details []string
	took    time.Duration
}

// maxBroken is how often the process of a column may fail before its other cases are
// given up: each failure may take the whole time that a peer has.
const maxBroken = 2

var errGivenUp = errors.New("not run: the peer failed before, see above")

// run fills results, one for each case.
func (col *column) run(ctx context.Context, results []result) {
	defer col.end()
	broken := 0
	for i := range results {
		switch {
		case !col.peer.runs(&col.d.cases[i], col.wire, col.dir):
			results[i].none = true
			continue
		case ctx.Err() != nil:
			results[i].err = ctx.Err()
			continue
		case broken == maxBroken:
			results[i].err = errGivenUp
			continue
		}
		results[i] = col.cell(ctx, &col.d.cases[i])
		if _, yes := errors.AsType[*peerError](results[i].err); yes {
			broken++
		}
		if results[i].err != nil {
			col.end() // the next case meets a fresh process
		}
	}
}

// ready starts the process, unless it runs.
func (col *column) ready(ctx context.Context) error {
	if col.proc != nil {
		return nil
	}
	col.d.starting <- struct{}{}
	p, err := start(ctx, filepath.Join(col.d.root, col.peer.dir), col.peer.command, col.d.times)
	<-col.d.starting
	if err != nil {
		return &peerError{fmt.Errorf("peer %s cannot be started: %w", col.peer.name, err)}
	}
	col.proc, col.with = p, p.hello.With
	if p.hello.Peer != col.peer.title {
		return &peerError{fmt.Errorf("the peer is %q, want %q: its lock file, or the table, is of another version", p.hello.Peer, col.peer.title)}
	}
	if !slices.Contains(p.hello.Wires, col.wire.name) {
		return &peerError{fmt.Errorf("peer %s speaks %s, and not %s", col.peer.name, strings.Join(p.hello.Wires, ", "), col.wire.name)}
	}
	if col.dir == peerCalls {
		return nil
	}
	return col.listen(ctx)
}

// listen has the peer serve.
func (col *column) listen(ctx context.Context) error {
	got, err := col.proc.ask(ctx, ask{Do: "serve", Wire: col.wire.name, Addr: "127.0.0.1:0"})
	if err != nil {
		return err
	}
	col.addr = got.Addr
	if !strings.HasPrefix(col.addr, "127.0.0.1:") {
		return &peerError{fmt.Errorf("peer %s serves %q, want a port of 127.0.0.1", col.peer.name, col.addr)}
	}
	return nil
}

// end ends the process; the next case would start another one.
func (col *column) end() {
	if col.proc != nil {
		col.proc.end()
		col.proc = nil
	}
}

// cell runs one case.
func (col *column) cell(ctx context.Context, t *testCase) (r result) {
	begin := time.Now()
	defer func() { r.took = time.Since(begin) }()
	if r.err = col.ready(ctx); r.err != nil {
		return r
	}
	// It has no deadline: calls have their own.
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	defer time.AfterFunc(col.d.times.cell, cancel).Stop()
	c := &cell{ctx: inner, life: ctx, peer: col.peer, wire: col.wire, dir: col.dir, name: t.name, proc: col.proc, addr: col.addr, tap: newTap(col.wire), times: col.d.times}
	r.limit = col.peer.limit(t.name, col.dir)
	r.err = c.try(t, r.limit)
	col.proc, r.details = c.proc, c.details
	if r.err == nil {
		r.err = c.tap.check(col.wire)
	}
	if inner.Err() != nil && ctx.Err() == nil {
		r.err = fmt.Errorf("ended after %s: %w", col.d.times.cell, r.err)
	}
	return r
}

// try runs a case, or shows that its limit stands.
func (c *cell) try(t *testCase, l *limit) (err error) {
	defer c.close()
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic: %v\n%s", v, debug.Stack())
		}
	}()
	if c.dir == peerServes {
		if _, err := c.seen(); err != nil { // it forgets the case before
			return err
		}
	}
	if l == nil {
		return errors.Join(t.function(c.dir)(c), c.hangUp())
	}
	if err := l.holds(c); err != nil {
		return fmt.Errorf("the table says that the peer cannot, because %s; that is not what happened: %w", l.reason, err)
	}
	return c.hangUp()
}
