package keepalive

import "syscall"

const (
	// tcpUserTimeout is TCP_USER_TIMEOUT of linux/tcp.h, which package syscall lacks.
	tcpUserTimeout = 0x12
	// unacknowledged is how long sent data may stay so, in milliseconds.
	unacknowledged = 15000
)

// Bound bounds how long data that a TCP socket sent may stay unacknowledged. It is a
// best effort: without it heartbeats find a dead peer.
func Bound(c syscall.RawConn) error {
	return c.Control(func(fd uintptr) {
		_ = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, tcpUserTimeout, unacknowledged)
	})
}
