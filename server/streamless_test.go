package server_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/client"
	"github.com/onrampmesh/onramp/codec/bolt"
	"github.com/onrampmesh/onramp/onramptest"
	"github.com/onrampmesh/onramp/server"
)

func TestAStreamingMethodNeedsAProtocolThatHasStreams(t *testing.T) {
	register := func(opts ...server.Option) error {
		s, err := server.New(opts...)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		return server.HandleStream(s, "S/chat", func(context.Context, *server.Stream[hello, greeting]) error { return nil })
	}
	if err := register(server.WithCodec(bolt.New())); err == nil || !strings.Contains(err.Error(), "no protocol of this server has streams (bolt)") {
		t.Errorf("a server of Bolt alone: %v", err)
	}
	if err := register(server.WithCodec(bolt.New(), onramptest.StreamCodec())); err != nil {
		t.Errorf("a server that has streams beside: %v", err)
	}
	c, err := client.New(client.WithCodec(bolt.New(), onramptest.StreamCodec()))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	m := client.StreamOf[hello, greeting](c, "bolt://h:1/S/chat", onramp.BidiStream)
	if _, err := m.Open(t.Context()); err != m.Err() || !errors.Is(err, onramp.Unimplemented) || !strings.Contains(err.Error(), "the protocol bolt has no streams") {
		t.Errorf("a client's method over Bolt: %v", err)
	}
	if err := client.StreamOf[hello, greeting](c, "stream://h:1/S/chat", onramp.BidiStream).Err(); err != nil {
		t.Errorf("a client's method over a protocol with streams: %v", err)
	}
}

func TestAMessageThatIsTooLargeIsTriedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := serveBolt(t)
		attempts := 0
		count := func(next onramp.Handler) onramp.Handler {
			return func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
				attempts++
				return next(ctx, req)
			}
		}
		small := bolt.New(bolt.MaxFrame(1 << 10))
		c, err := client.New(client.WithCodec(small), client.WithDialer(r.net.Dial), client.WithLogger(quiet), client.WithAttemptInterceptor(count))
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		_, err = client.MethodOf[hello, greeting](c, atGreeter+"sayHello", client.Idempotent()).Call(t.Context(), &hello{Name: strings.Repeat("x", 2000)})
		if e := onramp.AsError(err); e.Code != onramp.InvalidArgument || e.Origin != onramp.Local || attempts != 1 {
			t.Errorf("%d attempts, %v", attempts, err)
		}
	})
}
