package pool

import (
	"net"
	"syscall"
	"testing"
)

// checkTimeout asks the kernel how long sent data may stay unacknowledged.
func checkTimeout(t *testing.T, c *net.TCPConn) {
	t.Helper()
	raw, err := c.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	var ms int
	if err := raw.Control(func(fd uintptr) { ms, err = syscall.GetsockoptInt(int(fd), syscall.IPPROTO_TCP, 0x12) }); err != nil {
		t.Fatal(err)
	}
	if err != nil || ms != 15000 {
		t.Errorf("the kernel gives up after %d ms (%v), want 15000", ms, err)
	}
}
