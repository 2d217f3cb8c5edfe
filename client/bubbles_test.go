package client_test

import (
	"context"
	"io"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/client"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/codec/bolt"
	"github.com/onrampmesh/onramp/codec/framed"
	"github.com/onrampmesh/onramp/codec/protobuf"
	"github.com/onrampmesh/onramp/onramptest"
	"github.com/onrampmesh/onramp/server"
)

// What a package or a codec keeps for longer than a client must hold no channel,
// timer or cond: a second bubble that met one would end the process. The codecs
// are made outside, as a variable of a user's package would be.
func TestBubblesMayFollowEachOtherOverEveryPool(t *testing.T) {
	codecs := []codec.Codec{
		bolt.New(bolt.With(bolt.Protobuf, protobuf.New())), onramptest.StreamCodec(),
		framed.New(onramptest.LineFramer{}, onramptest.LineBody{}), framed.New(onramptest.PipeFramer{}, onramptest.PipeBody{}),
	}
	for range 3 {
		synctest.Test(t, func(t *testing.T) {
			for _, k := range codecs {
				wholeLife(t, k)
			}
		})
	}
}

// wholeLife has a server and a client call each other in every way the codec has,
// with a deadline that passes, an idle quarter of an hour and a drain.
func wholeLife(t *testing.T, k codec.Codec) {
	n, source := onramptest.NewNetwork(), onramptest.NewSource()
	s, err := server.New(server.WithCodec(k), server.WithLogger(slog.New(slog.DiscardHandler)))
	if err != nil {
		t.Fatal(err)
	}
	err = s.HandleFunc("S/echo", func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
		for in := ""; req.Stream != nil && req.Stream.Recv(&in) == nil; {
			_ = req.Stream.Send(in)
		}
		p := req.Reply()
		p.Body = onramp.Body{Raw: req.Body.Raw, Encoding: req.Body.Encoding}
		return p, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	_ = s.HandleFunc("S/slow", func(ctx context.Context, _ *onramp.Request) (*onramp.Response, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	})
	l, err := n.Listen("srv:1")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve(context.Background(), l) }()
	c, err := client.New(client.WithCodec(k), client.WithDialer(n.Dial), client.WithDiscovery(source), client.WithLogger(slog.New(slog.DiscardHandler)))
	if err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(100*time.Millisecond, func() { source.PushAddrs("srv:1") })
	for range 100 {
		text := "x"
		if out, err := client.Call[string](t.Context(), c, "S/echo", text); err != nil || *out != "x" {
			t.Fatal(k.Name(), out, err)
		}
	}
	switch k.Name() {
	case "bolt":
		if out, err := client.Call[wrapperspb.StringValue](t.Context(), c, "S/echo", wrapperspb.String("x")); err != nil || out.Value != "x" {
			t.Fatal(out, err)
		}
	case "stream":
		stream, err := client.StreamOf[string, string](c, "S/echo", onramp.BidiStream).Open(t.Context())
		text := "x"
		if err != nil || stream.Send(&text) != nil || stream.CloseSend() != nil {
			t.Fatal(err)
		}
		if out, err := stream.Recv(); err != nil || *out != "x" {
			t.Fatal(out, err)
		}
		for err == nil {
			_, err = stream.Recv()
		}
		if err != io.EOF {
			t.Fatal(err)
		}
	}
	if _, err := client.Call[string](t.Context(), c, "S/slow", "x"); err == nil {
		t.Fatal("no deadline")
	}
	time.Sleep(15 * time.Minute) // connections become idle and close
	if _, err := client.Call[string](t.Context(), c, "S/echo", "x"); err != nil {
		t.Fatal(err)
	}
	if err := s.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-served; err != nil {
		t.Fatal(err)
	}
}
