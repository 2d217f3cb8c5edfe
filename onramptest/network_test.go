package onramptest_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp/onramptest"
)

// pair returns both ends of a fresh connection to addr.
func pair(t *testing.T, n *onramptest.Network, addr string) (client, server net.Conn) {
	t.Helper()
	ln, err := n.Listen(addr)
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	if client, err = n.Dial(t.Context(), "tcp", addr); err != nil {
		t.Fatal(err)
	}
	if server, err = ln.Accept(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close(); server.Close() })
	return client, server
}

// bubble runs f over a fresh connection, inside a synctest bubble.
func bubble(t *testing.T, f func(t *testing.T, n *onramptest.Network, client, server net.Conn)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		n := onramptest.NewNetwork(onramptest.Buffer(1 << 10))
		c, s := pair(t, n, "greeter:1")
		f(t, n, c, s)
	})
}

func TestBytesArriveInOrderThroughASmallBuffer(t *testing.T) {
	for _, short := range []int{0, 1, 7} {
		bubble(t, func(t *testing.T, n *onramptest.Network, c, s net.Conn) {
			n.ShortReads("greeter:1", short)
			sent := make([]byte, 20_000)
			for i := range sent {
				sent[i] = byte(rand.Uint32())
			}
			go func() {
				for rest := sent; len(rest) > 0; {
					k := min(len(rest), 1+rand.IntN(3000))
					if _, err := c.Write(rest[:k]); err != nil {
						t.Error(err)
						return
					}
					rest = rest[k:]
				}
				c.(interface{ CloseWrite() error }).CloseWrite()
			}()
			got, err := io.ReadAll(s)
			if err != nil || !bytes.Equal(got, sent) {
				t.Fatalf("short reads of %d: %d bytes of %d, %v", short, len(got), len(sent), err)
			}
		})
	}
}

func TestWritesOfSeveralGoroutinesDoNotMix(t *testing.T) {
	bubble(t, func(t *testing.T, _ *onramptest.Network, c, s net.Conn) {
		const writers, size = 100, 3000
		var got []byte
		b := make([]byte, 100)
		for started := 0; len(got) < writers*size; {
			if started < writers && len(got) >= started*size/20 { // while others are blocked midway
				message := bytes.Repeat([]byte{byte(started)}, size)
				started++
				go c.Write(message)
			}
			n, _ := s.Read(b)
			got = append(got, b[:n]...)
		}
		for ; len(got) > 0; got = got[size:] {
			if bytes.Count(got[:size], got[:1]) != size {
				t.Fatal("two writes were mixed")
			}
		}
	})
}

func TestShortReadsReturnFewBytes(t *testing.T) {
	bubble(t, func(t *testing.T, n *onramptest.Network, c, s net.Conn) {
		n.ShortReads("greeter:1", 2)
		io.WriteString(c, "hello")
		b := make([]byte, 8)
		for _, want := range []string{"he", "ll", "o"} {
			if k, err := s.Read(b); string(b[:k]) != want || err != nil {
				t.Fatalf("%q, %v; want %q", b[:k], err, want)
			}
		}
	})
}

func TestConnectionsAreBornWithTheFaultsOfTheirAddress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := onramptest.NewNetwork()
		n.Freeze("greeter:1", onramptest.ToServer)
		n.ShortReads("greeter:1", 1)
		n.CutAfter("greeter:1", onramptest.ToClient, 2)
		c, s := pair(t, n, "greeter:1")
		io.WriteString(c, "hello")
		s.SetReadDeadline(time.Now().Add(time.Second))
		if _, err := s.Read(make([]byte, 8)); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatalf("the connection is not frozen: %v", err)
		}
		io.WriteString(s, "hello")
		got, err := io.ReadAll(c)
		if string(got) != "he" || !errors.Is(err, syscall.ECONNRESET) {
			t.Fatalf("%q, %v", got, err)
		}
	})
}

func TestDeadlinesEndReadsAndWritesAndCanBeMoved(t *testing.T) {
	bubble(t, func(t *testing.T, _ *onramptest.Network, c, s net.Conn) {
		start := time.Now()
		c.SetReadDeadline(start.Add(time.Second))
		if _, err := c.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(start) != time.Second {
			t.Fatalf("read: %v after %v", err, time.Since(start))
		}
		var ne net.Error
		if _, err := c.Read(nil); !errors.As(err, &ne) || !ne.Timeout() {
			t.Fatalf("an expired deadline stays: %v", err)
		}

		c.SetWriteDeadline(time.Now().Add(time.Second))
		n, err := c.Write(make([]byte, 1500))
		if n != 1<<10 || !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatalf("write: %d, %v; want the 1024 bytes that fit", n, err)
		}
		c.SetWriteDeadline(time.Time{})
		go io.CopyN(io.Discard, s, 1500)
		if n, err := c.Write(make([]byte, 1500-n)); err != nil || n != 1500-1<<10 {
			t.Fatalf("the write was not resumed: %d, %v", n, err)
		}

		c.SetDeadline(time.Now().Add(-time.Second))
		if _, err := c.Write([]byte{1}); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatalf("write after a past deadline: %v", err)
		}
		c.SetDeadline(time.Now().Add(time.Hour))
		time.AfterFunc(time.Second, func() { c.SetReadDeadline(time.Now()) })
		start = time.Now()
		if _, err := c.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(start) != time.Second {
			t.Fatalf("a deadline set during the read: %v after %v", err, time.Since(start))
		}
		s.Write([]byte{1})
		c.SetReadDeadline(time.Now().Add(time.Second))
		c.SetReadDeadline(time.Now().Add(3 * time.Second))
		if n, err := c.Read(make([]byte, 8)); n != 1 || err != nil {
			t.Fatalf("%d, %v", n, err)
		}
		start = time.Now()
		c.Read(make([]byte, 8))
		if time.Since(start) != 3*time.Second {
			t.Fatalf("a deadline that was moved rang after %v", time.Since(start))
		}
	})
}

func TestCloseUnblocksBothEnds(t *testing.T) {
	bubble(t, func(t *testing.T, _ *onramptest.Network, c, s net.Conn) {
		time.AfterFunc(time.Second, func() { c.Close() })
		errs := make(chan error)
		go func() { _, err := c.Read(make([]byte, 1)); errs <- err }()
		go func() { _, err := c.Write(make([]byte, 4000)); errs <- err }()
		for range 2 {
			if err := <-errs; !errors.Is(err, net.ErrClosed) {
				t.Fatalf("blocked call at Close: %v", err)
			}
		}
		for name, f := range map[string]func() error{
			"Close": c.Close, "SetDeadline": func() error { return c.SetDeadline(time.Time{}) },
			"Read":  func() error { _, err := c.Read(make([]byte, 1)); return err },
			"Write": func() error { _, err := c.Write([]byte{1}); return err },
		} {
			if err := f(); !errors.Is(err, net.ErrClosed) {
				t.Errorf("%s after Close: %v", name, err)
			}
		}
		if got, err := io.ReadAll(s); len(got) != 1<<10 || err != nil {
			t.Fatalf("the peer reads %d bytes, %v; want what was under way", len(got), err)
		}
		if _, err := s.Write([]byte{1}); !errors.Is(err, syscall.EPIPE) {
			t.Fatalf("write to a closed peer: %v", err)
		}
	})
}

func TestHalfClosedConnectionStillAnswers(t *testing.T) {
	bubble(t, func(t *testing.T, _ *onramptest.Network, c, s net.Conn) {
		go func() {
			q, _ := io.ReadAll(s)
			s.Write(append(q, "!"...))
			s.Close()
		}()
		io.WriteString(c, "hello")
		c.(interface{ CloseWrite() error }).CloseWrite()
		if _, err := c.Write([]byte{1}); !errors.Is(err, syscall.EPIPE) {
			t.Fatalf("write after CloseWrite: %v", err)
		}
		if got, err := io.ReadAll(c); string(got) != "hello!" || err != nil {
			t.Fatalf("%q, %v", got, err)
		}
	})
}

func TestCutResetsBothEndsAndLosesWhatWasUnderWay(t *testing.T) {
	bubble(t, func(t *testing.T, n *onramptest.Network, c, s net.Conn) {
		io.WriteString(c, "lost")
		n.Cut("greeter:1")
		for _, nc := range []net.Conn{c, s} {
			if _, err := nc.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
				t.Fatalf("read: %v", err)
			}
			if _, err := nc.Write([]byte{1}); !errors.Is(err, syscall.ECONNRESET) {
				t.Fatalf("write: %v", err)
			}
			if err := nc.Close(); err != nil {
				t.Fatal(err)
			}
		}
		if len(n.Links("greeter:1")) != 0 {
			t.Fatal("a connection that both ends closed is still listed")
		}
	})
}

func TestConnectionIsCutAtTheChosenByte(t *testing.T) {
	for cut := range int64(6) {
		bubble(t, func(t *testing.T, n *onramptest.Network, c, s net.Conn) {
			n.Links("greeter:1")[0].CutAfter(onramptest.ToServer, cut)
			io.WriteString(c, "hello!")
			got, err := io.ReadAll(s)
			if int64(len(got)) != cut || !errors.Is(err, syscall.ECONNRESET) {
				t.Fatalf("cut after %d: %q, %v", cut, got, err)
			}
		})
	}
}

func TestDelayKeepsOrderAndTakesItsTime(t *testing.T) {
	bubble(t, func(t *testing.T, n *onramptest.Network, c, s net.Conn) {
		n.Delay("greeter:1", 100*time.Millisecond)
		start := time.Now()
		io.WriteString(c, "first")
		n.Delay("greeter:1", 10*time.Millisecond)
		io.WriteString(c, "second")
		c.Close()
		b := make([]byte, 64)
		k, _ := s.Read(b)
		if string(b[:k]) != "firstsecond" || time.Since(start) != 100*time.Millisecond {
			t.Fatalf("%q after %v", b[:k], time.Since(start))
		}
		if _, err := s.Read(b); err != io.EOF {
			t.Fatal(err)
		}
	})
}

func TestFrozenConnectionStallsUntilItIsThawed(t *testing.T) {
	bubble(t, func(t *testing.T, n *onramptest.Network, c, s net.Conn) {
		n.Freeze("greeter:1", onramptest.ToServer)
		io.WriteString(s, "free")
		b := make([]byte, 8)
		if k, err := c.Read(b); string(b[:k]) != "free" || err != nil {
			t.Fatalf("the other direction: %q, %v", b[:k], err)
		}
		io.WriteString(c, "held")
		c.SetWriteDeadline(time.Now().Add(time.Second))
		if k, err := c.Write(make([]byte, 4000)); k != 1020 || !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatalf("a frozen peer took %d bytes, %v", k, err)
		}
		start := time.Now()
		time.AfterFunc(3*time.Second, func() { n.Thaw("greeter:1") })
		if k, err := s.Read(b[:4]); string(b[:k]) != "held" || err != nil || time.Since(start) != 3*time.Second {
			t.Fatalf("%q, %v after %v", b[:k], err, time.Since(start))
		}
	})
}

func TestDialsAreRefusedDroppedAndDelayed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := onramptest.NewNetwork()
		if _, err := n.Dial(t.Context(), "tcp", "nobody:1"); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Fatalf("no listener: %v", err)
		}
		ln, _ := n.Listen("greeter:1")
		if _, err := n.Listen("greeter:1"); !errors.Is(err, syscall.EADDRINUSE) {
			t.Fatalf("taken address: %v", err)
		}
		n.DropDials("greeter:1", true)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := n.Dial(ctx, "tcp", "greeter:1"); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("dropped dial: %v", err)
		}
		time.AfterFunc(time.Second, func() { n.DropDials("greeter:1", false) })
		n.Delay("greeter:1", 50*time.Millisecond)
		start := time.Now()
		c, err := n.Dial(t.Context(), "tcp", "greeter:1")
		if err != nil || time.Since(start) != 1100*time.Millisecond {
			t.Fatalf("%v after %v", err, time.Since(start))
		}
		defer c.Close()
		if n.Dials("greeter:1") != 2 || c.RemoteAddr().String() != "greeter:1" {
			t.Fatal(n.Dials("greeter:1"), c.RemoteAddr())
		}
		ln.Close()
		if _, err := c.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
			t.Fatalf("a connection nobody accepted, after the listener closed: %v", err)
		}
		if _, err := ln.Accept(); !errors.Is(err, net.ErrClosed) {
			t.Fatal(err)
		}
		if ln, err = n.Listen("greeter:1"); err != nil {
			t.Fatalf("the address is not free again: %v", err)
		}
		ln.Close()
	})
}

func TestPortZeroIsAFreePort(t *testing.T) {
	n := onramptest.NewNetwork()
	a, _ := n.Listen("127.0.0.1:0")
	b, err := n.Listen("127.0.0.1:0")
	if err != nil || a.Addr().String() == b.Addr().String() {
		t.Fatal(a.Addr(), b, err)
	}
}

func TestMethodsOfAConnectionMayRunAtOnce(t *testing.T) {
	bubble(t, func(t *testing.T, n *onramptest.Network, c, s net.Conn) {
		var wg sync.WaitGroup
		for i := range 200 {
			wg.Go(func() { c.Read(make([]byte, 1)) })
			wg.Go(func() { c.Write(make([]byte, 64)) })
			wg.Go(func() { s.Read(make([]byte, 64)) })
			wg.Go(func() { c.SetDeadline(time.Now().Add(time.Duration(i) * time.Millisecond)) })
			wg.Go(func() { n.Delay("greeter:1", time.Duration(i%3)*time.Millisecond) })
		}
		time.Sleep(time.Second)
		c.Close()
		s.Close()
		wg.Wait()
	})
}
