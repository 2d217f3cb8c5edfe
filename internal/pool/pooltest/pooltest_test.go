package pooltest

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/internal/leak"
)

func TestMain(m *testing.M) { leak.Main(m) }

func TestBrokenConnectionEndsItsCallsAsWire(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var n Net
		n.Server("a").Freeze()
		nc, err := n.Dial(t.Context(), "tcp", "a")
		if err != nil {
			t.Fatal(err)
		}
		c, err := (&Codec{}).Dial(t.Context(), nc)
		if err != nil {
			t.Fatal(err)
		}
		time.AfterFunc(time.Second, n.Server("a").Kill)
		_, err = c.RoundTrip(t.Context(), &onramp.Request{})
		if e := onramp.AsError(err); e == nil || e.Origin != onramp.Wire {
			t.Fatalf("error %v, want one of origin wire", err)
		}
		if _, s := c.Load(); s != codec.Closed {
			t.Fatalf("the connection is %s", s)
		}
		if _, err := n.Dial(t.Context(), "tcp", "a"); err == nil {
			t.Fatal("a killed server accepted")
		}
	})
}
