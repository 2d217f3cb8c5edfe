package server

import (
	"net"
	"syscall"
	"testing"
)

func TestTheKernelFindsOutWithinFifteenSecondsThatAPeerVanished(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	peer, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer peer.Close()
	nc, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	watchPeer(wrapped{nc})
	raw, err := nc.(*net.TCPConn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	for option, want := range map[int]int{0x12: 15000, syscall.TCP_KEEPIDLE: 10, syscall.TCP_KEEPCNT: 2} {
		var got int
		if cerr := raw.Control(func(fd uintptr) { got, err = syscall.GetsockoptInt(int(fd), syscall.IPPROTO_TCP, option) }); cerr != nil {
			t.Fatal(cerr)
		}
		if err != nil || got != want {
			t.Errorf("option %#x is %d (%v), want %d", option, got, err, want)
		}
	}
	a, b := net.Pipe() // no socket: nothing to do
	watchPeer(a)
	a.Close()
	b.Close()
}

// wrapped is a connection over another, as that of TLS is.
type wrapped struct{ net.Conn }

func (w wrapped) NetConn() net.Conn { return w.Conn }
