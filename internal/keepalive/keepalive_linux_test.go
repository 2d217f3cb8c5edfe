package keepalive

import (
	"net"
	"syscall"
	"testing"

	"github.com/onrampmesh/onramp/internal/leak"
)

func TestMain(m *testing.M) { leak.Main(m) }

func TestTheKernelIsTold(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	nc, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	tc := nc.(*net.TCPConn)
	if err := tc.SetKeepAliveConfig(Probes()); err != nil {
		t.Fatal(err)
	}
	raw, err := tc.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	if err := Bound(raw); err != nil {
		t.Fatal(err)
	}
	want := map[int]int{tcpUserTimeout: unacknowledged, syscall.TCP_KEEPIDLE: 10, syscall.TCP_KEEPINTVL: 3, syscall.TCP_KEEPCNT: 2}
	for option, value := range want {
		got := 0
		if cerr := raw.Control(func(fd uintptr) { got, err = syscall.GetsockoptInt(int(fd), syscall.IPPROTO_TCP, option) }); cerr != nil || err != nil {
			t.Fatal(cerr, err)
		}
		if got != value {
			t.Errorf("option %#x is %d, want %d", option, got, value)
		}
	}
}
