package server_test

import (
	"context"
	"io"
	"net"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/server"
)

func two() server.Option {
	return server.WithCodec(lineCodec{name: "alpha"}, lineCodec{name: "alphabet"}, lineCodec{name: "beta"})
}

func TestFirstBytesChooseTheCodec(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		protocol := ""
		peer := onramp.Peer{}
		r := serveWith(t, two())
		err := r.HandleFunc("a/who", func(_ context.Context, req *onramp.Request) (*onramp.Response, error) {
			protocol, peer = req.Peer.Protocol, req.Peer
			return req.Reply(), nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"alpha", "alphabet", "beta"} {
			c := r.dialAs(name, "10.0.0.1:5000")
			if got := c.call(lineCall{Service: "a", Method: "who"}); got.Code != onramp.OK || protocol != name || peer.Addr != "10.0.0.1:5000" {
				t.Errorf("%s: got %+v by %+v", name, got, peer)
			}
		}
		r.Close()
	})
}

func TestSlowWriterIsServedWithinTheTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := serveWith(t, two())
		nc, err := r.l.dial("10.0.0.1:1")
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range []byte("alphabe") { // the client writes the rest
			if _, err := nc.Write([]byte{b}); err != nil {
				t.Fatal(err)
			}
			time.Sleep(500 * time.Millisecond)
		}
		c := newLineClient(t, nc, "t")
		time.Sleep(time.Hour) // no deadline of the detection is left behind
		if got := c.call(lineCall{}); got.Code != onramp.OK {
			t.Errorf("got %+v", got)
		}
		nc.Close()
		r.Close()
	})
}

func TestUndecidedConnectionIsClosedInTime(t *testing.T) {
	for sent, after := range map[string]time.Duration{"": 10 * time.Second, "a": 5 * time.Second, "alpha": 5 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			r := serveWith(t, two())
			nc, _ := r.l.dial("10.0.0.1:1")
			began := time.Now()
			var sender sync.WaitGroup
			sender.Go(func() { dribble(nc, []byte(sent)) })
			if _, err := nc.Read(make([]byte, 1)); err != io.EOF || time.Since(began) != after {
				t.Errorf("%q: %v after %v", sent, err, time.Since(began))
			}
			sender.Wait()
			r.Close()
		})
	}
}

// dribble writes b to nc, a byte a second, until nc is closed.
func dribble(nc net.Conn, b []byte) {
	for i := range b {
		if _, err := nc.Write(b[i : i+1]); err != nil {
			return
		}
		time.Sleep(time.Second)
	}
}

// greedy asks for more bytes for ever and keeps the longest prefix it saw.
type greedy struct {
	lineCodec
	longest *int
}

func (g greedy) Match(p []byte) codec.Match { *g.longest = max(*g.longest, len(p)); return codec.More }

func TestUnknownProtocolIsClosedAtOnce(t *testing.T) {
	longest := 0
	r := serveWith(t, server.WithCodec(lineCodec{name: "alpha"}, greedy{lineCodec{name: "greedy"}, &longest}))
	for _, junk := range []string{"GET / HTTP/1.1\r\nHost: example.org\r\n\r\n", strings.Repeat("\x00", 64)} {
		nc, _ := r.l.dial("10.0.0.1:1")
		go func() { _, _ = io.WriteString(nc, junk) }()
		if b, err := io.ReadAll(nc); len(b) > 0 || err != nil {
			t.Errorf("got %q, %v", b, err)
		}
		nc.Close()
	}
	if n := r.Stats().Undetected; n != 2 || longest != 24 {
		t.Errorf("%d connections counted as undetected, detectors saw %d bytes", n, longest)
	}
}

// tcpCodec proves what the connection that Serve gets can do.
type tcpCodec struct {
	lineCodec
	got chan net.Conn
}

func (c tcpCodec) Serve(ctx context.Context, nc net.Conn, h onramp.Handler) error {
	c.got <- nc
	<-ctx.Done()
	return nc.Close()
}

func TestDetectedConnectionWritesAsTheRealOneDoes(t *testing.T) {
	c := tcpCodec{lineCodec{name: "tcp"}, make(chan net.Conn, 1)}
	r := serveWith(t, server.WithCodec(lineCodec{name: "alpha"}, c))
	for _, network := range []string{"tcp", "unix"} {
		addr := "127.0.0.1:0"
		if network == "unix" {
			addr = t.TempDir() + "/s"
		}
		l, err := net.Listen(network, addr)
		if err != nil {
			t.Fatal(err)
		}
		go func() { _ = r.Serve(t.Context(), l) }()
		peer, err := net.Dial(network, l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer peer.Close()
		_, _ = io.WriteString(peer, "tcp\nand more")
		nc := <-c.got
		for what, ok := range map[string]bool{
			"ReadFrom":   is[io.ReaderFrom](nc) || network == "unix",
			"CloseWrite": is[interface{ CloseWrite() error }](nc),
			"SyscallConn": is[interface {
				SyscallConn() (syscall.RawConn, error)
			}](nc),
		} {
			if !ok {
				t.Errorf("%s: %T has no %s", network, nc, what)
			}
		}
		v := net.Buffers{[]byte("one "), []byte("two")}
		if _, err := v.WriteTo(nc); err != nil {
			t.Fatal(err)
		}
		b := make([]byte, 7)
		if _, err := io.ReadFull(peer, b); err != nil || string(b) != "one two" {
			t.Errorf("%s: peer got %q, %v", network, b, err)
		}
		b = make([]byte, 12)
		if _, err := io.ReadFull(nc, b[:2]); err != nil {
			t.Fatal(err)
		}
		if network == "tcp" {
			var all strings.Builder
			closed := peer.(*net.TCPConn)
			_ = closed.CloseWrite()
			if n, err := nc.(io.WriterTo).WriteTo(&all); err != nil || n != 10 || all.String() != "p\nand more" {
				t.Errorf("WriteTo gave %d, %q, %v", n, all.String(), err)
			}
			if n, err := nc.Read(b); n != 0 || err != io.EOF {
				t.Errorf("Read after WriteTo gave %q, %v", b[:n], err)
			}
		} else if _, err := io.ReadFull(nc, b[2:]); err != nil || string(b) != "tcp\nand more" {
			t.Errorf("read %q, %v", b, err)
		}
	}
}

func is[T any](v any) bool { _, ok := v.(T); return ok }
