package framed_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/codec/framed"
	"github.com/onrampmesh/onramp/internal/leak"
	"github.com/onrampmesh/onramp/onramptest"
)

func TestMain(m *testing.M) { leak.Main(m) }

// serve runs cd on a network in memory and returns a connection to it.
func serve(t *testing.T, cd codec.Codec, h onramp.Handler) (c codec.Conn, end func()) {
	t.Helper()
	n := onramptest.NewNetwork()
	l, err := n.Listen("server:1")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() {
		nc, err := l.Accept()
		if err == nil {
			err = cd.Serve(ctx, nc, h)
		}
		done <- err
	}()
	nc, err := n.Dial(ctx, "tcp", "server:1")
	if err != nil {
		t.Fatal(err)
	}
	if c, err = cd.Dial(ctx, nc); err != nil {
		t.Fatal(err)
	}
	return c, func() { c.Close(); stop(); <-done; l.Close() }
}

func TestOptionsReachTheEngine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var panicked string
		cd := framed.New(onramptest.PipeFramer{}, onramptest.PipeBody{},
			framed.MaxInFlight(2), framed.WriteBuffer(4096), framed.Heartbeat(0),
			framed.WriteTimeout(time.Second), framed.DrainIdle(time.Second),
			framed.OnPanic(func(target string, value any, stack []byte) {
				panicked = fmt.Sprint(target, " ", value, " ", len(stack) > 0)
			}))
		c, end := serve(t, cd, func(context.Context, *onramp.Request) (*onramp.Response, error) { panic("oops") })
		if free, _ := c.Load(); free != 2 {
			t.Errorf("%d places, want 2", free)
		}
		req := &onramp.Request{Service: "S", Method: "m", Deadline: time.Now().Add(time.Second), Body: onramp.Body{Value: "x"}}
		if _, err := c.RoundTrip(t.Context(), req); !errors.Is(err, onramp.Internal) {
			t.Errorf("got %v, want internal", err)
		}
		end()
		if panicked != "S/m oops true" {
			t.Errorf("the panic was told as %q", panicked)
		}
		if n := cd.Counters().Panics; n != 1 {
			t.Errorf("%d panics counted", n)
		}
	})
}

func TestWrongOptionsAreNamedAndTheCodecServesNobody(t *testing.T) {
	for want, o := range map[string]framed.Option{
		"framed.MaxInFlight(0): want 1..65536":         framed.MaxInFlight(0),
		"framed.WriteBuffer(1): want 4096..1073741824": framed.WriteBuffer(1),
		"framed.Heartbeat(-1s): want 0s..1h0m0s":       framed.Heartbeat(-time.Second),
		"framed.WriteTimeout(0s): want 1ms..1h0m0s":    framed.WriteTimeout(0),
		"framed.DrainIdle(0s): want 1ms..1h0m0s":       framed.DrainIdle(0),
	} {
		cd := framed.New(onramptest.LineFramer{}, onramptest.LineBody{}, o)
		if err := cd.Check(); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
		a, b := net.Pipe()
		if _, err := cd.Dial(t.Context(), a); !errors.Is(err, onramp.InvalidArgument) {
			t.Errorf("Dial: %v", err)
		}
		if err := cd.Serve(t.Context(), b, nil); !errors.Is(err, onramp.InvalidArgument) {
			t.Errorf("Serve: %v", err)
		}
	}
	if err := framed.New(onramptest.LineFramer{}, onramptest.LineBody{}).Check(); err != nil {
		t.Error(err)
	}
}

func TestTheCodecSaysHowManyCallsAConnectionCarries(t *testing.T) {
	for _, c := range []struct {
		codec *framed.Codec
		want  codec.Model
	}{
		{framed.New(onramptest.LineFramer{}, onramptest.LineBody{}), codec.PingPong},
		{framed.New(onramptest.PipeFramer{}, onramptest.PipeBody{}), codec.Pipelined},
	} {
		if got := c.codec.Model(); got != c.want {
			t.Errorf("%s is %v, want %v", c.codec.Name(), got, c.want)
		}
	}
}

// A protocol is a Framer and a Body; the engine does the rest.
func ExampleNew() {
	cd := framed.New(onramptest.LineFramer{}, onramptest.LineBody{}, framed.MaxInFlight(64))
	fmt.Println(cd.Name(), cd.Model() == codec.PingPong)
	// Output: line true
}

// leaver is a protocol with a go-away for each peer.
type leaver struct{ onramptest.PipeFramer }

func (leaver) AppendGoAway(dst []byte, _ uint64) []byte { return dst }

func TestAProtocolWithAGoAwayServesWhatCrossesIt(t *testing.T) {
	for want, f := range map[bool]codec.Framer{false: onramptest.PipeFramer{}, true: leaver{}} {
		if got := framed.New(f, onramptest.PipeBody{}).ServesLate(); got != want {
			t.Errorf("a %T: %v", f, got)
		}
	}
}
