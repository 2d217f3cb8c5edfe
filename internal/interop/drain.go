package main

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/onrampmesh/onramp/client"
	"github.com/onrampmesh/onramp/internal/interop/pb"
	"github.com/onrampmesh/onramp/internal/interop/sample"
	"github.com/onrampmesh/onramp/server"
)

const (
	// loadCallers call without a pause while servers go and come.
	loadCallers = 4
	// drainTime is how long a server that goes away waits for its callers to leave.
	drainTime = 10 * time.Second
	// loadCalls is how many calls a server takes before the next thing happens.
	loadCalls = 100
)

// instance is one of this module's servers under load.
type instance struct {
	s     *server.Server
	addr  string
	calls atomic.Int64
}

func (c *cell) instance(addr string) (*instance, error) {
	i := &instance{}
	err := c.insist(func() (err error) {
		i.s, i.addr, err = c.serve(addr, handlers{"echo": func(_ context.Context, in *pb.Message) (*pb.Message, error) {
			i.calls.Add(1)
			return in, nil
		}})
		return err
	})
	return i, err
}

// busy waits until the instance has taken calls.
func (i *instance) busy(c *cell) error {
	for i.calls.Load() < loadCalls {
		if err := c.ctx.Err(); err != nil {
			return fmt.Errorf("the server at %s took %d calls: %w", i.addr, i.calls.Load(), err)
		}
		c.pause(5 * time.Millisecond)
	}
	return nil
}

// callsDrain restarts two of this module's servers, one after the other, under the
// peer's calls.
func callsDrain(c *cell) error {
	var all [2]*instance
	for n := range all {
		i, err := c.instance("127.0.0.1:0")
		if err != nil {
			return err
		}
		all[n] = i
	}
	load := ask{Do: "load", Addrs: []string{all[0].addr, all[1].addr}, Service: echoService + ":1.0", Method: "echo", Timeout: 5000, Callers: loadCallers, Retries: c.peer.retries}
	if _, err := c.ask(load); err != nil {
		return err
	}
	var x expect
	for n := range all {
		x.ok(all[n].busy(c))
		ctx, cancel := context.WithTimeout(c.ctx, drainTime)
		_ = all[n].s.Shutdown(ctx) // its bound ends it when the peer stays
		cancel()
		i, err := c.instance(all[n].addr)
		if x.ok(err); err != nil {
			return x.err()
		}
		x.ok(i.busy(c))
	}
	got, err := c.ask(ask{Do: "unload"})
	if x.ok(err); err != nil {
		return x.err()
	}
	x.thatf(got.Load.OK > 4*loadCalls, "%d calls succeeded, want more than %d", got.Load.OK, 4*loadCalls)
	if c.wire.protocol == "dubbo" {
		x.thatf(c.tap.count(false, "readonly") >= len(all), "%d events READONLY were sent, want one to each connection", c.tap.count(false, "readonly"))
	}
	x.ok(c.peer.lose(&got.Load, len(all)))
	c.detailf("%d calls, %d failed", got.Load.OK+got.Load.Failed, got.Load.Failed)
	return x.err()
}

// lose says whether more calls failed in so many restarts than the peer is known for.
func (p *peer) lose(l *load, restarts int) error {
	most := 0
	if p.crosses && !slices.ContainsFunc(l.Failures, func(f failed) bool { return f.Kind != "closed" }) {
		most = restarts * loadCallers
	}
	if l.Failed > most {
		return fmt.Errorf("%d of %d calls failed, want %d: %v", l.Failed, l.OK+l.Failed, most, l.Failures)
	}
	return nil
}

// servedDrain stops one of two servers of the peer under this module's calls.
func servedDrain(c *cell) error {
	second, err := c.ask(ask{Do: "serve", Addr: "127.0.0.1:0"})
	if err != nil {
		return err
	}
	k, err := c.caller()
	if err != nil {
		return err
	}
	l := newLedger()
	stop := k.load(c.addr+","+second.Addr, l)
	defer stop()
	var x expect
	x.ok(l.await(c.ctx, loadCalls, 0))
	_, err = c.ask(ask{Do: "stop", Addr: second.Addr})
	x.ok(err)
	before, _ := l.counts()
	x.ok(l.await(c.ctx, before+loadCalls, 0))
	stop()
	if c.wire.protocol == "dubbo" {
		x.thatf(c.tap.count(false, "readonly") > 0, "the peer did not say that it goes away")
	}
	ok, failed := l.counts()
	x.thatf(failed == 0, "%d of %d calls failed, want none: %s%s", failed, ok+failed, l, c.tap.trail(14))
	c.detailf("%d calls, none failed", ok)
	return x.err()
}

// load calls echo at addresses without a pause, until stop is called, which waits for
// the calls that are under way.
func (c *caller) load(addrs string, l *ledger) (stop func()) {
	target := c.cell.wire.protocol + "://" + addrs + "/" + echoService + "/echo" + c.query()
	echo := client.MethodOf[sample.Message, sample.Message](c.c, target, client.Timeout(patience))
	ctx, cancel := context.WithCancel(c.cell.ctx)
	var callers sync.WaitGroup
	for range loadCallers {
		callers.Go(func() {
			for ctx.Err() == nil {
				n, class := l.number(), ""
				if _, err := echo.Call(c.cell.ctx, toJava(numbered(n))); err != nil {
					class = err.Error()
				}
				l.book(n, class)
			}
		})
	}
	return func() {
		cancel()
		callers.Wait()
	}
}
