package onramptest

import (
	"context"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
)

// codecTCP is the codec over the kernel's connections.
func codecTCP() []check[*CodecSuite] {
	return []check[*CodecSuite]{{
		name: "the codec works over TCP",
		of:   "codec.Codec.Dial", says: "Dial makes a client connection of nc",
		do:      "use what net.Conn promises and nothing of the network in memory",
		run:     overTCP,
		outside: true,
	}}
}

func overTCP(t *checking, s *CodecSuite) {
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan struct{})
	go func() {
		defer close(served)
		nc, err := l.Accept()
		if err != nil {
			return
		}
		_ = s.New().Serve(ctx, nc, s.hang)
	}()
	defer func() {
		stop()
		_ = l.Close()
		select {
		case <-served:
		case <-time.After(10 * time.Second):
			t.broken("10 s after its context and its connection have ended Serve has not returned")
		}
	}()
	var d net.Dialer
	nc, err := d.DialContext(ctx, "tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	conn, err := s.New().Dial(ctx, nc)
	if err != nil {
		t.stop("Dial returned %v", err)
	}
	r := &codecRig{t: t, suite: s, conn: conn}
	r.manyCalls()
	r.hangs()
	if err := conn.Close(); err != nil {
		t.broken("Close returned %v", err)
	}
	if _, e := r.call("late"); e == nil || e.Origin != onramp.Local {
		t.broken("a call on a closed connection returned %v", orNil(e))
	}
}

// manyCalls makes calls of all sizes at once.
func (r *codecRig) manyCalls() {
	r.t.Helper()
	free, _ := r.conn.Load()
	var wg sync.WaitGroup
	for w := range min(free, 16) {
		wg.Go(func() {
			for i := range 5 {
				text := strings.Repeat(fmt.Sprint(w, "/", i, " "), 1+(w*i*37)%2000)
				if got, e := r.call(text); e != nil || got != "echo "+text {
					r.t.broken("the call %.20q came back as %.20q, %v", text, got, orNil(e))
					return
				}
			}
		})
	}
	wg.Wait()
}

// hangs gives a call up, and wants the others to go on or the connection to say why not.
func (r *codecRig) hangs() {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	_, e := r.do(ctx, r.request("hang", "x"))
	if r.want(e, onramp.DeadlineExceeded, onramp.Wire); e == nil {
		return
	}
	if _, state := r.conn.Load(); state == codec.Ready {
		r.works("after one that was given up")
	}
}
