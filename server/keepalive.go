package server

import (
	"net"

	"github.com/onrampmesh/onramp/internal/keepalive"
)

// watchPeer has the kernel find out that a peer vanished without a word, as clients
// do on their side, in place of what the listener set. It is a best effort: without
// it the peer is found out late.
func watchPeer(nc net.Conn) {
	if t, ok := nc.(interface{ NetConn() net.Conn }); ok { // TLS
		nc = t.NetConn()
	}
	tc, ok := nc.(*net.TCPConn)
	if !ok {
		return
	}
	_ = tc.SetKeepAliveConfig(keepalive.Probes())
	if raw, err := tc.SyscallConn(); err == nil {
		_ = keepalive.Bound(raw)
	}
}
