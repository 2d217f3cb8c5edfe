package onramptest_test

import (
	"context"
	"errors"
	"io"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/codec/framed"
	"github.com/onrampmesh/onramp/onramptest"
)

// backends runs f against a Backend over the streaming codec and over a framed
// one.
func backends(t *testing.T, f func(t *testing.T, c codec.Codec, n *onramptest.Network, b *onramptest.Backend)) {
	t.Helper()
	for _, c := range []codec.Codec{
		onramptest.StreamCodec(),
		framed.New(onramptest.PipeFramer{}, onramptest.PipeBody{}),
	} {
		t.Run(c.Name(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := onramptest.NewNetwork()
				f(t, c, n, onramptest.NewBackend(t, n, "backend:1", c, echo))
			})
		})
	}
}

// dial returns a connection of c to the backend.
func dial(t *testing.T, c codec.Codec, n *onramptest.Network) codec.Conn {
	t.Helper()
	nc, err := n.Dial(t.Context(), "tcp", "backend:1")
	if err != nil {
		t.Fatal(err)
	}
	conn, err := c.Dial(t.Context(), nc)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

func TestBackendAnswersAndCountsAttempts(t *testing.T) {
	backends(t, func(t *testing.T, c codec.Codec, n *onramptest.Network, b *onramptest.Backend) {
		conn := dial(t, c, n)
		for range 3 {
			if got, err := text(t.Context(), conn, "echo", "hi"); err != nil || got != "echo hi" {
				t.Fatal(got, err)
			}
		}
		b.FailWith(onramp.Unavailable)
		if _, err := text(t.Context(), conn, "other", ""); !errors.Is(err, onramp.Unavailable) {
			t.Fatal(err)
		}
		b.FailWith(nil)
		b.Slow(10 * time.Second)
		start := time.Now()
		if _, err := text(t.Context(), conn, "other", ""); err != nil || time.Since(start) != 10*time.Second {
			t.Fatal(err, time.Since(start))
		}
		if b.Attempts("S/echo") != 3 || b.Attempts("S/other") != 2 || b.Attempts() != 5 {
			t.Fatal(b.Attempts("S/echo"), b.Attempts("S/other"), b.Attempts())
		}
	})
}

func TestKilledBackendResetsAndRefusesUntilItRestarts(t *testing.T) {
	backends(t, func(t *testing.T, c codec.Codec, n *onramptest.Network, b *onramptest.Backend) {
		conn := dial(t, c, n)
		raw, _ := n.Dial(t.Context(), "tcp", "backend:1")
		defer raw.Close()
		b.Slow(time.Hour)
		time.AfterFunc(time.Second, b.Kill)
		_, err := text(t.Context(), conn, "echo", "")
		failed(t, err, onramp.Unavailable, onramp.Wire)
		if _, err := n.Dial(t.Context(), "tcp", "backend:1"); err == nil {
			t.Fatal("a dead backend accepts")
		}
		if _, err := raw.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
			t.Fatalf("a connection to a backend that died: %v", err)
		}
		b.Slow(0)
		b.Kill()
		b.Restart()
		if _, err := text(t.Context(), dial(t, c, n), "echo", ""); err != nil {
			t.Fatal(err)
		}
		b.Freeze()
		b.Kill()
		b.Restart()
		if _, err := text(t.Context(), dial(t, c, n), "echo", ""); err != nil {
			t.Fatalf("killed while it was frozen: %v", err)
		}
	})
}

func TestFrozenBackendAnswersAfterTheThaw(t *testing.T) {
	backends(t, func(t *testing.T, c codec.Codec, n *onramptest.Network, b *onramptest.Backend) {
		conn := dial(t, c, n)
		b.Freeze()
		time.AfterFunc(3*time.Second, b.Thaw)
		start := time.Now()
		if _, err := text(t.Context(), conn, "echo", ""); err != nil || time.Since(start) != 3*time.Second {
			t.Fatal(err, time.Since(start))
		}
	})
}

func TestDrainedBackendFinishesWhatItHas(t *testing.T) {
	backends(t, func(t *testing.T, c codec.Codec, n *onramptest.Network, b *onramptest.Backend) {
		conn := dial(t, c, n)
		b.Slow(5 * time.Second)
		done := make(chan error)
		go func() { _, err := text(t.Context(), conn, "echo", ""); done <- err }()
		synctest.Wait()
		go func() { done <- b.Drain(t.Context()) }()
		for range 2 {
			if err := <-done; err != nil {
				t.Fatal(err)
			}
		}
		b.Restart()
		conn = dial(t, c, n)
		go func() { _, err := text(t.Context(), conn, "echo", ""); done <- err }()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := b.Drain(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
		failed(t, <-done, onramp.Unavailable, onramp.Wire)
	})
}

func failed(t *testing.T, err error, code onramp.Code, origin onramp.Origin) {
	t.Helper()
	if e := onramp.AsError(err); e == nil || e.Code != code || e.Origin != origin {
		t.Fatalf("%v; want %v (%v)", err, code, origin)
	}
}

// A script by Client serves on a backend as it does in a unit test.
func TestBackendServesAScript(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, c := onramptest.NewNetwork(), onramptest.StreamCodec()
		b := onramptest.NewBackend(t, n, "backend:1", c, onramptest.Client(t,
			onramptest.Fail("S/echo", onramp.Unavailable).Once(),
			onramptest.ReplyFunc("S/echo", func(_ context.Context, in *string) (*string, error) { return in, nil }),
		))
		conn := dial(t, c, n)
		_, err := text(t.Context(), conn, "echo", "a")
		failed(t, err, onramp.Unavailable, onramp.Remote)
		if got, err := text(t.Context(), conn, "echo", "a"); err != nil || got != "a" || b.Attempts() != 2 {
			t.Fatal(got, err)
		}
	})
}

// Whatever a package keeps for longer than a test must not hold a channel or a
// timer: a second bubble that met it would crash.
func TestTwoBubblesOneAfterTheOther(t *testing.T) {
	codecs := []codec.Codec{ // made outside, as a package's variable would be
		onramptest.StreamCodec(),
		framed.New(onramptest.PipeFramer{}, onramptest.PipeBody{}),
		framed.New(onramptest.LineFramer{}, onramptest.LineBody{}),
	}
	for range 2 {
		synctest.Test(t, func(t *testing.T) {
			for _, c := range codecs {
				everything(t, c)
			}
		})
	}
}

func everything(t *testing.T, c codec.Codec) {
	n, s := onramptest.NewNetwork(), onramptest.NewSource()
	var rec onramptest.Recorder
	b := onramptest.NewBackend(t, n, "backend:1", c, onramp.Chain(echo, rec.Intercept))
	found, _ := watch(t.Context(), s, "S")
	s.Push(b.Endpoint())
	if u := (*found)[len(*found)-1]; u.Endpoints[0].Addr != "backend:1" {
		t.Fatal(u)
	}
	conn := dial(t, c, n)
	for range 10 {
		if _, err := text(t.Context(), conn, "echo", "x"); err != nil {
			t.Fatal(err)
		}
	}
	time.Sleep(time.Minute)
	if err := conn.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := b.Drain(t.Context()); err != nil || len(rec.Calls("S/echo")) != 10 {
		t.Fatal(err, len(rec.Calls()))
	}
	h := onramptest.Client(t, onramptest.Delay(time.Second, onramptest.Messages("S/m", "a")))
	resp, err := h(t.Context(), &onramp.Request{Service: "S", Method: "m", Kind: onramp.ServerStream})
	var m string
	if err != nil || resp.Stream.Recv(&m) != nil || resp.Stream.Recv(&m) != io.EOF {
		t.Fatal(m, err)
	}
}
