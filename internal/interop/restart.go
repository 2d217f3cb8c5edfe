package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/client"
	"github.com/onrampmesh/onramp/internal/interop/pb"
)

// restartCallers call side by side while a server restarts.
const restartCallers = 4

// servedRestart kills the peer's process and starts another one on the same port.
func servedRestart(c *cell) error {
	k, err := c.caller()
	if err != nil {
		return err
	}
	l := newLedger()
	ctx, stop := context.WithCancel(c.ctx)
	var callers sync.WaitGroup
	defer callers.Wait()
	defer stop()
	for range restartCallers {
		callers.Go(func() { k.keepCalling(ctx, l) })
	}
	if err := l.await(c.ctx, 50, 0); err != nil {
		return err
	}
	c.proc.end()
	if err := l.await(c.ctx, 50, restartCallers); err != nil {
		return err
	}
	before, _ := l.counts()
	if err := c.again(); err != nil {
		return err
	}
	begin := time.Now()
	if err := l.await(c.ctx, before+50, 0); err != nil {
		return err
	}
	took := time.Since(begin)
	stop()
	callers.Wait()
	var x expect
	x.ok(l.only("unavailable/local", "unavailable/wire", "deadline exceeded/local", "deadline exceeded/wire"))
	x.ok(c.ranOnce(before, l))
	c.detailf("failed: %s; 50 calls succeeded %s after the new server listened", l, took.Round(time.Millisecond))
	return x.err()
}

// keepCalling calls until ctx ends.
func (c *caller) keepCalling(ctx context.Context, l *ledger) {
	echo := c.method("echo", client.Timeout(time.Second))
	for ctx.Err() == nil {
		n := l.number()
		_, err := echo.Call(ctx, numbered(n))
		if ctx.Err() != nil {
			return
		}
		if err == nil {
			l.book(n, "")
			continue
		}
		e := onramp.AsError(err)
		l.book(n, refusal{code: e.Code, origin: e.Origin, business: e.Business}.String())
		select {
		case <-time.After(20 * time.Millisecond):
		case <-ctx.Done():
		}
	}
}

// again starts the peer once more and has it serve the same address.
func (c *cell) again() error {
	p, err := start(c.life, c.proc.cmd.Dir, c.peer.command, c.times)
	if err != nil {
		return err
	}
	c.proc = p
	_, err = c.ask(ask{Do: "serve", Addr: c.addr})
	return err
}

// ranOnce checks that the new server saw each call once, and none that the old one
// had answered.
func (c *cell) ranOnce(before int, l *ledger) error {
	s, err := c.seen()
	if err != nil {
		return err
	}
	numbers := map[string]bool{}
	for _, a := range s.Calls {
		if numbers[a.Message.Number] {
			return fmt.Errorf("call %s ran twice", a.Message.Number)
		}
		numbers[a.Message.Number] = true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	answered := 0
	for n := range l.ok {
		if numbers[n] {
			answered++
		}
	}
	if old := len(l.ok) - answered; old != before {
		return fmt.Errorf("%d calls were answered that the new server did not see, want the %d from before", old, before)
	}
	return nil
}

// callsRestart closes this module's server under the peer's calls and starts another
// one on the same port.
func callsRestart(c *cell) error {
	ran := make(chan int64, 1000)
	hs := handlers{"echo": func(_ context.Context, in *pb.Message) (*pb.Message, error) {
		ran <- in.Number
		return in, nil
	}}
	s, addr, err := c.serve("127.0.0.1:0", hs)
	if err != nil {
		return err
	}
	l := newLedger()
	round := func() error { return c.round(addr, l) }
	if err := errors.Join(round(), round(), l.await(c.ctx, 2*restartCallers, 0)); err != nil {
		return err
	}
	_ = s.Close()
	if err := errors.Join(round(), l.only(c.peer.lost()...)); err != nil {
		return err
	}
	before, _ := l.counts()
	if before != 2*restartCallers {
		return fmt.Errorf("%d calls succeeded, want %d: none while no server listened", before, 2*restartCallers)
	}
	if err := c.reopen(addr, hs); err != nil {
		return err
	}
	begin := time.Now()
	for ok := before; ok < before+5*restartCallers; ok, _ = l.counts() {
		if err := errors.Join(round(), c.ctx.Err()); err != nil {
			return fmt.Errorf("after the restart: %w (failed: %s)", err, l)
		}
		c.pause(20 * time.Millisecond) // calls that fail at once would keep the peer from its work
	}
	var x expect
	x.ok(l.only(c.peer.lost()...))
	ok, _ := l.counts()
	x.eq("calls that the handlers saw", len(ran), ok)
	c.detailf("failed: %s; %d calls succeeded %s after the new server listened", l, ok-before, time.Since(begin).Round(time.Millisecond))
	return x.err()
}

// pause waits.
func (c *cell) pause(d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-c.ctx.Done():
	}
}

// round has the peer make a few calls at once.
func (c *cell) round(addr string, l *ledger) error {
	var all []*pb.Message
	var numbers []int
	for range restartCallers {
		numbers = append(numbers, l.number())
		all = append(all, numbered(numbers[len(numbers)-1]))
	}
	got, err := c.call(addr, "echo", ask{Timeout: 2000}, all...)
	if err != nil {
		return err
	}
	for i, e := range got {
		switch {
		case e.Failed != nil:
			l.book(numbers[i], e.Failed.Kind)
		default:
			if err := e.replied(all[i]); err != nil {
				return err
			}
			l.book(numbers[i], "")
		}
	}
	return nil
}

// reopen serves addr again.
func (c *cell) reopen(addr string, hs handlers) error {
	return c.insist(func() error {
		_, _, err := c.serve(addr, hs)
		return err
	})
}

// insist has something listen on a port that somebody else may have taken for a moment.
func (c *cell) insist(listen func() error) error {
	for {
		err := listen()
		if _, taken := errors.AsType[*net.OpError](err); !taken || c.ctx.Err() != nil {
			return err
		}
		c.pause(20 * time.Millisecond)
	}
}

// lost are the kinds in which its client tells of calls whose connection is lost.
func (p *peer) lost() []string {
	if p.waits {
		return []string{"closed", "timeout"}
	}
	return []string{"closed"}
}
