//go:build faults && linux

package faults

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"
	"testing"
	"time"
)

// port is a socket that is bound to a free port of 127.0.0.1: nobody else gets the
// port, and who connects is refused, until it listens.
type port struct {
	addr string
	fd   int
}

func newPort(t testing.TB) *port {
	t.Helper()
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	p := &port{fd: fd}
	t.Cleanup(p.close)
	if err := syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		t.Fatal(err)
	}
	name, err := syscall.Getsockname(fd)
	if err != nil {
		t.Fatal(err)
	}
	p.addr = fmt.Sprintf("127.0.0.1:%d", name.(*syscall.SockaddrInet4).Port)
	return p
}

func (p *port) close() {
	if p.fd >= 0 {
		_ = syscall.Close(p.fd)
	}
	p.fd = -1
}

// deaf makes it a listener whose queue holds one connection and that never accepts.
func (p *port) deaf(t testing.TB) {
	t.Helper()
	if err := syscall.Listen(p.fd, 0); err != nil {
		t.Fatal(err)
	}
}

// fill connects until the queue of a deaf port is full.
func (p *port) fill(t testing.TB) {
	t.Helper()
	for range 8 {
		nc, err := net.DialTimeout("tcp", p.addr, 300*time.Millisecond)
		if errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.DeadlineExceeded) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = nc.Close() })
	}
	t.Fatal("eight connections fit into a queue of none: this kernel cannot show a full one")
}

// open makes it a listener as any other.
func (p *port) open(t testing.TB) net.Listener {
	t.Helper()
	if err := syscall.Listen(p.fd, 128); err != nil {
		t.Fatal(err)
	}
	f := os.NewFile(uintptr(p.fd), p.addr)
	p.fd = -1
	defer f.Close()
	l, err := net.FileListener(f)
	if err != nil {
		t.Fatal(err)
	}
	return l
}
