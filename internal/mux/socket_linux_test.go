package mux

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// asIs is a connection that somebody built around a socket.
type asIs struct {
	*net.TCPConn
	read, written atomic.Int64
}

func (c *asIs) Read(b []byte) (int, error) {
	n, err := c.TCPConn.Read(b)
	c.read.Add(int64(n))
	return n, err
}

func (c *asIs) Write(b []byte) (int, error) {
	n, err := c.TCPConn.Write(b)
	c.written.Add(int64(n))
	return n, err
}

func TestAConnectionThatIsBuiltAroundASocketIsNotGoneAround(t *testing.T) {
	client, server := sockets(t, "tcp")
	front := &asIs{TCPConn: client.(*net.TCPConn)}
	done := make(chan error, 1)
	go func() { done <- serve(context.Background(), server, echo, testConfig(correlated{})) }()
	c := Dial(front, testConfig(correlated{}))
	if text, err := call(context.Background(), c, strings.Repeat("x", 5000), 5*time.Second); err != nil || len(text) != 5000 {
		t.Fatalf("%d bytes, %v", len(text), err)
	}
	c.Close()
	<-done
	if r, w := front.read.Load(), front.written.Load(); r != 5000+plainHead || w != 5000+plainHead {
		t.Errorf("%d bytes were read and %d written through the connection, want %d each", r, w, 5000+plainHead)
	}
}

func TestASocketReadsAndWritesAsItsConnectionDoes(t *testing.T) {
	for _, quiet := range []bool{false, true} {
		for _, network := range []string{"tcp", "unix"} {
			var brisk atomic.Bool
			brisk.Store(quiet)
			a, b := sockets(t, network)
			in, out := readSocket(a, &brisk), writeSocket(b)
			if in == nil || out == nil {
				t.Fatalf("%T is no socket", a)
			}
			_ = a.SetReadDeadline(time.Now().Add(5 * time.Millisecond))
			if n, err := in.Read(make([]byte, 10)); n != 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("%s: read %d, %v, want a passed deadline", network, n, err)
			}
			_ = a.SetReadDeadline(time.Time{})
			var want []byte
			var v net.Buffers
			for i := range 2000 { // more than one system call takes, and than the kernel's buffers hold
				v = append(v, bytes.Repeat([]byte{byte(i)}, 1+i%3000))
				want = append(want, v[i]...)
			}
			sent := make(chan error, 1)
			go func() {
				n, err := out.writeAll(v)
				if err == nil && n != len(want) {
					err = io.ErrShortWrite
				}
				_ = b.Close()
				sent <- err
			}()
			got, err := io.ReadAll(in)
			if err != nil || !bytes.Equal(got, want) {
				t.Errorf("%s: %d bytes of %d, %v", network, len(got), len(want), err)
			}
			if err := <-sent; err != nil {
				t.Errorf("%s: %v", network, err)
			}
			if _, err := out.Write([]byte("x")); !errors.Is(err, net.ErrClosed) {
				t.Errorf("%s: written to a closed connection: %v", network, err)
			}
			_ = a.Close()
			if _, err := in.Read(make([]byte, 1)); !errors.Is(err, net.ErrClosed) {
				t.Errorf("%s: read from a closed connection: %v", network, err)
			}
		}
	}
}

func TestAResetIsTheErrorThatTheNetPackageHas(t *testing.T) {
	var brisk atomic.Bool
	brisk.Store(true)
	a, b := sockets(t, "tcp")
	in, out := readSocket(a, &brisk), writeSocket(a)
	_ = b.(*net.TCPConn).SetLinger(0)
	_ = b.Close()
	_, err := in.Read(make([]byte, 1))
	var op *net.OpError
	if !errors.Is(err, syscall.ECONNRESET) || !errors.As(err, &op) || op.Op != "read" || !strings.Contains(err.Error(), a.RemoteAddr().String()) {
		t.Errorf("a read after a reset: %v", err)
	}
	if n, err := out.Write([]byte("x")); n != 0 || !errors.Is(err, syscall.EPIPE) {
		t.Errorf("a write after a reset: %d, %v", n, err)
	}
	_ = a.Close()
}

// TestReadsAreQuietOnlyWhileATimerIsDueSoon guards what keeps Go's monitor thread
// awake: a socket's reads may go unnoticed only when the connection has a timer of
// a few milliseconds.
func TestReadsAreQuietOnlyWhileATimerIsDueSoon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, testConfig(correlated{}), sleepy(time.Second))
		defer b.close()
		if b.c.sweep.brisk.Load() {
			t.Error("no call was made, and reads are quiet")
		}
		done := make(chan struct{})
		go func() {
			defer close(done)
			_, _ = b.call("slow", 10*time.Second)
		}()
		synctest.Wait()
		if !b.c.sweep.brisk.Load() {
			t.Error("a call is young, and reads are not quiet")
		}
		time.Sleep(30 * time.Millisecond)
		if b.c.sweep.brisk.Load() {
			t.Error("the only call is 30 ms old, and reads are quiet")
		}
		<-done
	})
}
