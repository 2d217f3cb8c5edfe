package server_test

import (
	"bytes"
	"context"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/server"
)

func TestPanicIsOneErrorReplyAndTheConnectionLives(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		r := serve(t, server.WithLogger(slog.New(slog.NewTextHandler(&log, nil))))
		r.handle("panic", func(context.Context, *hello) (*greeting, error) { panic("the secret") })
		c := r.dial()
		for range 50 {
			got := c.call(lineCall{Method: "panic"})
			if got.Code != onramp.Internal || got.Origin != onramp.Remote {
				t.Fatalf("got %+v", got)
			}
			if strings.Contains(got.Text, "secret") || strings.Contains(got.Text, "goroutine") || strings.Contains(got.Text, ".go:") {
				t.Fatalf("the peer was told %q", got.Text)
			}
		}
		if got := c.call(lineCall{}); got.Code != onramp.OK {
			t.Fatalf("after the panics: %+v", got)
		}
		if n := r.Stats(); n.Panics != 50 || n.Running != 0 {
			t.Errorf("stats %+v", n)
		}
		if n := strings.Count(log.String(), "the secret"); n != 10 {
			t.Errorf("%d panics logged in one second, want 10", n)
		}
		if !strings.Contains(log.String(), "panic_test.go") {
			t.Error("the log has no stack")
		}
		time.Sleep(time.Second)
		c.call(lineCall{Method: "panic"})
		if !strings.Contains(log.String(), "skipped=40") {
			t.Error("the log does not say how many were skipped")
		}
		r.Close()
	})
}

func TestPanicEndsTheProcessWhenAsked(t *testing.T) {
	if os.Getenv("ONRAMP_TEST_CRASH") != "" {
		r := serveWith(t, server.WithCodec(forgiving{lineCodec{name: "line"}}), server.WithCrashOnPanic())
		r.handle("panic", func(context.Context, *hello) (*greeting, error) { panic("as asked") })
		r.dial().call(lineCall{Method: "panic"})
		return
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestPanicEndsTheProcessWhenAsked$")
	cmd.Env = append(os.Environ(), "ONRAMP_TEST_CRASH=1")
	out, err := cmd.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "panic: as asked [in com.acme.Greeter/panic") {
		t.Fatalf("the process ended with %v:\n%s", err, out)
	}
}

// faultyCodec panics on the connection's goroutine.
type faultyCodec struct{ lineCodec }

func TestPanicOfACodecEndsItsConnectionOnly(t *testing.T) {
	r := serveWith(t, server.WithCodec(faultyCodec{lineCodec{name: "faulty"}}))
	c := r.dialAs("faulty", "10.0.0.1:1")
	c.ended()
	r.dialAs("faulty", "10.0.0.1:2").ended()
	if n := r.Stats(); n.Panics != 2 {
		t.Errorf("stats %+v", n)
	}
}

func (c faultyCodec) Serve(_ context.Context, nc net.Conn, _ onramp.Handler) error {
	_, _ = nc.Read(make([]byte, 100))
	panic("a fault of the codec")
}

// forgiving is a codec that recovers panics itself, as the engine does.
type forgiving struct{ lineCodec }

func (c forgiving) Serve(ctx context.Context, nc net.Conn, h onramp.Handler) error {
	return c.lineCodec.Serve(ctx, nc, func(ctx context.Context, req *onramp.Request) (p *onramp.Response, err error) {
		defer func() {
			if recover() != nil {
				err = onramp.Internal
			}
		}()
		return h(ctx, req)
	})
}
