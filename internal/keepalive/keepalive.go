// Package keepalive has the kernel find out that a peer vanished without a word,
// within 15 seconds: by probes while a connection is idle, and on Linux by data
// that is not acknowledged. The pool, which dials, and the server, which accepts,
// call it before the first byte of a connection.
package keepalive

import (
	"net"
	"time"
)

// Probes returns how idle connections are probed: first after 10 s of silence, then
// twice more, 2.5 s apart.
func Probes() net.KeepAliveConfig {
	return net.KeepAliveConfig{Enable: true, Idle: 10 * time.Second, Interval: 2500 * time.Millisecond, Count: 2}
}
