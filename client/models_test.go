package client_test

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/client"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/codec/framed"
	"github.com/onrampmesh/onramp/onramptest"
)

// modelBed is a client over two servers of a protocol that is not multiplexed.
type modelBed struct {
	*client.Client
	network *onramptest.Network
	a, b    *onramptest.Backend
	source  *onramptest.Source
	mixed   atomic.Int32
}

func newModelBed(t *testing.T, k codec.Codec, takes time.Duration) *modelBed {
	t.Helper()
	m := &modelBed{network: onramptest.NewNetwork(), source: onramptest.NewSource(onramptest.Authoritative())}
	echo := func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
		time.Sleep(takes)
		var s string
		if err := req.Body.Decode(&s); err != nil {
			return nil, err
		}
		p := req.Reply()
		p.Body.Value = "echo " + s
		return p, nil
	}
	m.a = onramptest.NewBackend(t, m.network, "a:1", k, echo)
	m.b = onramptest.NewBackend(t, m.network, "b:1", k, echo)
	c, err := client.New(client.WithCodec(k), client.WithDialer(m.network.Dial), client.WithDiscovery(m.source), client.WithLogger(slog.New(slog.DiscardHandler)))
	if err != nil {
		t.Fatal(err)
	}
	m.Client = c
	return m
}

// load has workers call, each so often, and returns how many calls failed.
func (m *modelBed) load(t *testing.T, workers, calls int) int {
	t.Helper()
	method := client.MethodOf[string, string](m, "S/m", client.Idempotent())
	var failed atomic.Int32
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := range calls {
				text := fmt.Sprint(w, " ", i)
				if out, err := method.Call(t.Context(), &text); err != nil {
					failed.Add(1)
				} else if *out != "echo "+text {
					m.mixed.Add(1)
				}
			}
		})
	}
	wg.Wait()
	if n := m.mixed.Load(); n > 0 {
		t.Fatalf("%d calls got another call's reply", n)
	}
	return int(failed.Load())
}

func TestAPingPongProtocolGetsAConnectionForEachCallThatIsUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newModelBed(t, framed.New(onramptest.LineFramer{}, onramptest.LineBody{}), 100*time.Millisecond)
		defer m.Close()
		m.source.Push(m.a.Endpoint())
		if n := m.load(t, 50, 4); n != 0 || m.network.Dials("a:1") < 50 || m.network.Dials("a:1") > 64 {
			t.Errorf("50 callers: %d calls failed, %d connections", n, m.network.Dials("a:1"))
		}
		if n := m.load(t, 100, 2); n != 0 || m.network.Dials("a:1") != 64 {
			t.Errorf("100 callers, some of which wait in line: %d calls failed, %d connections", n, m.network.Dials("a:1"))
		}
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		if _, err := client.Call[string](ctx, m, "S/m", "x"); err == nil {
			t.Error("a call of 100 ms was made in 50 ms")
		}
		if n := m.load(t, 20, 2); n != 0 {
			t.Errorf("%d calls failed after one that was given up", n)
		}
	})
}

func TestServersOfEveryModelDrainAndDieWithoutAFailedIdempotentCall(t *testing.T) {
	for _, k := range []codec.Codec{
		framed.New(onramptest.LineFramer{}, onramptest.LineBody{}), framed.New(onramptest.PipeFramer{}, onramptest.PipeBody{}),
	} {
		t.Run(k.Name(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := newModelBed(t, k, 5*time.Millisecond)
				defer m.Close()
				m.source.Push(m.a.Endpoint(), m.b.Endpoint())
				end := func(what string, stop func()) {
					t.Helper()
					var stopped sync.WaitGroup
					stopped.Go(func() { time.Sleep(22 * time.Millisecond); stop() })
					if n := m.load(t, 10, 40); n != 0 {
						t.Errorf("%s: %d calls failed", what, n)
					}
					stopped.Wait()
				}
				end("drain", func() { _ = m.a.Drain(t.Context()) })
				m.a.Restart()
				time.Sleep(15 * time.Second)
				if n := m.load(t, 10, 10); n != 0 || m.a.Attempts() == 0 {
					t.Errorf("after the restart %d calls failed", n)
				}
				end("kill", m.b.Kill)
			})
		})
	}
}

// One caller in ten gives up. A protocol that answers in order closes its
// connection for that, which is not the endpoint's fault.
func TestCallsThatAreGivenUpDoNotDriveAHealthyServiceAway(t *testing.T) {
	for _, k := range []codec.Codec{
		framed.New(onramptest.LineFramer{}, onramptest.LineBody{}), framed.New(onramptest.PipeFramer{}, onramptest.PipeBody{}),
	} {
		t.Run(k.Name(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := newModelBed(t, k, 5*time.Millisecond)
				defer m.Close()
				m.source.Push(m.a.Endpoint(), m.b.Endpoint())
				ctx, stop := context.WithTimeout(t.Context(), 5*time.Second)
				defer stop()
				var impatient sync.WaitGroup
				impatient.Go(func() {
					for ctx.Err() == nil {
						hurry, cancel := context.WithTimeout(ctx, 3*time.Millisecond)
						_, _ = client.Call[string](hurry, m, "S/m", "x")
						cancel()
						time.Sleep(20 * time.Millisecond)
					}
				})
				if n := m.load(t, 4, 200); n > 8 {
					t.Errorf("%d of 800 idempotent calls failed", n)
				}
				stop()
				impatient.Wait()
				for _, st := range m.Status("S") {
					for _, e := range st.Endpoints {
						if e.State == "open" || e.State == "probing" {
							t.Errorf("%+v", e)
						}
					}
				}
			})
		})
	}
}
