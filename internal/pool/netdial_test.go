package pool

import (
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/internal/pool/pooltest"
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

func TestADialThatIsRefusedNamesItsAddressOnce(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := ln.Addr().String()
	_ = ln.Close()
	cfg, _ := Config{}.Resolve(false)
	p := New(Backend{Addr: addr, Codec: &pooltest.Codec{}}, cfg)
	defer p.Close()
	_, err = p.Wait(t.Context(), time.Now().Add(10*time.Second))
	e := onramp.AsError(err)
	if e == nil || e.Err == nil || strings.Count(e.Err.Error(), addr) != 1 || !strings.Contains(err.Error(), "refused") {
		t.Errorf("got %v", err)
	}
}
