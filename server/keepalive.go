package server

import (
	"net"
	"time"
)

// watchPeer has the kernel find out within 15 seconds that a peer vanished without
// a word: by keep-alive probes when the connection is idle, and on Linux by data
// that is not acknowledged. It is what clients do on their side, in place of what
// the listener set.
func watchPeer(nc net.Conn) {
	if t, ok := nc.(interface{ NetConn() net.Conn }); ok { // TLS
		nc = t.NetConn()
	}
	tc, ok := nc.(*net.TCPConn)
	if !ok {
		return
	}
	// Best effort: without it the peer is found out late.
	_ = tc.SetKeepAliveConfig(net.KeepAliveConfig{Enable: true, Idle: 10 * time.Second, Interval: 2500 * time.Millisecond, Count: 2})
	if raw, err := tc.SyscallConn(); err == nil {
		boundUnacknowledged(raw)
	}
}
