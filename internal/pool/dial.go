package pool

import (
	"context"
	"net"
	"strings"
	"syscall"

	"github.com/onrampmesh/onramp/internal/keepalive"
)

// DialFunc makes a network connection. It must end when ctx does.
type DialFunc func(ctx context.Context, network, addr string) (net.Conn, error)

// NetDial dials with the operating system's network. A peer that vanished
// without a word is found out after 15 seconds: by keep-alive probes when the
// connection is idle, and on Linux by unacknowledged data.
func NetDial(ctx context.Context, network, addr string) (net.Conn, error) {
	d := net.Dialer{
		KeepAliveConfig: keepalive.Probes(),
		ControlContext:  control,
	}
	return d.DialContext(ctx, network, addr)
}

func control(_ context.Context, network, _ string, c syscall.RawConn) error {
	if !strings.HasPrefix(network, "tcp") {
		return nil
	}
	return keepalive.Bound(c)
}

// split returns the network and the address to dial for an endpoint's address.
func split(addr string) (network, address string) {
	if path, ok := strings.CutPrefix(addr, "unix:"); ok {
		return "unix", path
	}
	return "tcp", addr
}
