//go:build faults && linux

package hostile

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/internal/faults/row"
	"github.com/onrampmesh/onramp/internal/pool"
)

// hold is the client's process: it makes one call on each of many connections,
// each in a pool of its own, and keeps them.
func (s spec) hold(in *bufio.Scanner) error {
	p, err := row.Named(s.Protocol)
	if err != nil {
		return err
	}
	cfg, err := pool.Config{IdleClose: -1, MaxAge: -1, ConnectTimeout: 20 * time.Second}.Resolve(false)
	if err != nil {
		return err
	}
	cd := p.Codec()
	pools := make([]*pool.Pool, s.Conns)
	for i := range pools {
		pools[i] = pool.New(pool.Backend{Addr: s.Addr, Codec: cd, Dial: from(i)}, cfg)
	}
	next, errs := make(chan *pool.Pool), make(chan error, len(pools))
	var callers sync.WaitGroup
	for range 16 {
		callers.Go(func() {
			for p := range next {
				errs <- one(p)
			}
		})
	}
	for _, p := range pools {
		next <- p
	}
	close(next)
	callers.Wait()
	close(errs)
	for err := range errs {
		if err != nil {
			return err
		}
	}
	fmt.Println("ready")
	err = answer(in, func(f *figures) { f.Conns = len(pools) })
	for _, p := range pools {
		p.Close()
	}
	return err
}

// from returns a dialer with an address of its own for each two hundred
// connections: a server takes 256 of one.
func from(i int) pool.DialFunc {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 1, byte(i/200), 1)}}
		return d.DialContext(ctx, network, addr)
	}
}

// one makes one call through a pool.
func one(p *pool.Pool) error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	req := &onramp.Request{Service: service, Method: "echo", Deadline: time.Now().Add(30 * time.Second), Body: onramp.Body{Value: &call{Text: "x"}}}
	loan, state := p.Get()
	if state != pool.Ready {
		var err error
		if loan, err = p.Wait(ctx, req.Deadline); err != nil {
			return err
		}
	}
	defer loan.Done()
	resp, err := loan.RoundTrip(ctx, req)
	if err == nil {
		resp.Body.Release()
	}
	return err
}
