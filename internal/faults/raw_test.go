//go:build faults && linux

package faults

import (
	"context"
	"net"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/internal/faults/row"
)

// requestBytes returns what a client of the protocol writes for one call.
func requestBytes(t testing.TB, p row.Protocol, method string, in *call) []byte {
	t.Helper()
	near, far := net.Pipe()
	defer far.Close()
	got := make(chan []byte, 1)
	go func() {
		buf := make([]byte, 64<<10)
		n, _ := far.Read(buf)
		got <- buf[:n]
	}()
	c, err := p.Codec().Dial(context.Background(), near)
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	defer all.Wait()
	defer c.Close()
	all.Go(func() { // it ends, without an answer, when the connection does
		now := time.Now()
		req := &onramp.Request{Service: service, Version: "1.0", Method: method, Deadline: now.Add(30 * time.Second), Body: onramp.Body{Value: in}}
		req.Attempt.Start = now
		_, _ = c.RoundTrip(context.Background(), req)
	})
	select {
	case b := <-got:
		return b
	case <-time.After(10 * time.Second):
		t.Fatal("the codec wrote nothing within 10 s")
	}
	return nil
}

// dialSmall connects with a receive buffer as small as the kernel allows.
func dialSmall(t testing.TB, addr string) net.Conn {
	t.Helper()
	d := net.Dialer{Control: func(_, _ string, c syscall.RawConn) (err error) {
		if failed := c.Control(func(fd uintptr) {
			err = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, 1024)
		}); failed != nil {
			return failed
		}
		return err
	}}
	nc, err := d.DialContext(context.Background(), "tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = nc.Close() })
	return nc
}
