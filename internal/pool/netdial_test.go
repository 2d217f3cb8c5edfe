package pool

import (
	"net"
	"path/filepath"
	"testing"
)

func TestNetDialReachesTCPAndUnixSockets(t *testing.T) {
	for _, addr := range []string{"127.0.0.1:0", "unix:" + filepath.Join(t.TempDir(), "s")} {
		network, address := split(addr)
		l, err := net.Listen(network, address)
		if err != nil {
			t.Fatal(err)
		}
		c, err := NetDial(t.Context(), network, l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		if tcp, ok := c.(*net.TCPConn); ok {
			checkTimeout(t, tcp)
		}
		_ = c.Close()
		_ = l.Close()
	}
}
