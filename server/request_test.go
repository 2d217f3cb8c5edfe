package server_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/client"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/codec/bolt"
	"github.com/onrampmesh/onramp/onramptest"
	"github.com/onrampmesh/onramp/server"
)

func TestATypedHandlerReadsTheCallersHeaderAndAnswersWithOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := serveBolt(t)
		r.handle("who", func(ctx context.Context, _ *hello) (*greeting, error) {
			ctx, cancel := context.WithTimeout(ctx, time.Second) // a derived context knows the call too
			defer cancel()
			req := server.RequestOf(ctx)
			req.ReplyHeader().Set("cache", "hit")
			return &greeting{req.Header.Get("tenant") + " " + req.Peer.Protocol + " " + req.Method}, nil
		})
		who := client.MethodOf[hello, greeting](r.caller(), atGreeter+"who")
		for range 2 { // the second call must not see what the first one left
			var got onramp.Header
			out, err := who.CallWith(t.Context(), &hello{}, client.Header("tenant", "acme"), client.ReplyHeader(&got))
			if err != nil || out.Text != "acme bolt who" || got.Get("cache") != "hit" || len(got.Values("cache")) != 1 {
				t.Fatalf("got %+v, header %q, %v", out, got.Get("cache"), err)
			}
		}
		if out, err := who.Call(t.Context(), &hello{}); err != nil || out.Text != " bolt who" {
			t.Fatalf("a call without a header got %+v, %v", out, err)
		}
	})
}

func TestTheHeaderOfAnErrorReachesTheCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := serveBolt(t)
		r.handle("who", func(context.Context, *hello) (*greeting, error) {
			e := onramp.Business(onramp.PermissionDenied, "not yours")
			e.Header = new(onramp.Header)
			e.Header.Set("owner", "bob")
			return nil, e
		})
		var got onramp.Header
		_, err := client.MethodOf[hello, greeting](r.caller(), atGreeter+"who").CallWith(t.Context(), &hello{}, client.ReplyHeader(&got))
		if !errors.Is(err, onramp.PermissionDenied) || got.Get("owner") != "bob" {
			t.Errorf("got %v with the header %q", err, got.Get("owner"))
		}
	})
}

func TestTheRequestIsGoneWhenItsHandlerHasReturned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := serveBolt(t)
		left := make(chan context.Context, 1)
		r.handle("leave", func(ctx context.Context, _ *hello) (*greeting, error) { left <- ctx; return &greeting{}, nil })
		r.handle("panic", func(ctx context.Context, _ *hello) (*greeting, error) { left <- ctx; panic("x") })
		c := r.connect()
		for _, method := range []string{"leave", "panic"} {
			_, _ = boltCall(c, method, time.Second)
			if req := server.RequestOf(<-left); req != nil {
				t.Errorf("%s: the request of a call that is over is %s", method, req.Target())
			}
		}
		if server.RequestOf(t.Context()) != nil {
			t.Error("a context of no call has a request")
		}
	})
}

func TestATypedHandlersContextEndsWithItsCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := serveBolt(t)
		ended := make(chan error, 2)
		r.handle("slow", func(ctx context.Context, _ *hello) (*greeting, error) {
			derived, cancel := context.WithCancel(ctx)
			defer cancel()
			<-derived.Done()
			ended <- derived.Err()
			ended <- ctx.Err()
			return nil, ctx.Err()
		})
		_, _ = boltCall(r.connect(), "slow", time.Second)
		for range 2 {
			if err := <-ended; !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("it ended with %v", err)
			}
		}
	})
}

func TestAStreamHandlerReadsTheCallersHeaderAndAnswersWithOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := onramptest.NewNetwork()
		r := serveWith(t, server.WithCodec(onramptest.StreamCodec(), bolt.New()))
		err := server.HandleStream(r.Server, "com.acme.Greeter/chat", func(ctx context.Context, st *server.Stream[hello, greeting]) error {
			req := server.RequestOf(ctx)
			req.ReplyHeader().Set("cache", "hit")
			return st.Send(&greeting{req.Header.Get("tenant")})
		})
		if err != nil {
			t.Fatal(err)
		}
		l, err := n.Listen("greeter:1")
		if err != nil {
			t.Fatal(err)
		}
		go func() { _ = r.Serve(context.Background(), l) }()
		c, err := client.New(client.WithCodec(onramptest.StreamCodec()), client.WithDialer(n.Dial), client.WithLogger(quiet))
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		st, err := client.StreamOf[hello, greeting](c, "stream://greeter:1/com.acme.Greeter/chat", onramp.ServerStream).
			OpenWith(t.Context(), client.Header("tenant", "acme"))
		if err != nil {
			t.Fatal(err)
		}
		out, err := st.Recv()
		if err != nil || out.Text != "acme" {
			t.Fatalf("got %+v, %v", out, err)
		}
		if h, err := st.Header(); err != nil || h.Get("cache") != "hit" {
			t.Errorf("the stream's header is %v, %v", h, err)
		}
		if _, err := st.Recv(); err == nil {
			t.Error("the stream goes on")
		}
	})
}

func TestTheContextOfAHandlerThatIsCutOffSaysWhy(t *testing.T) {
	for want, end := range map[string]func(*boltRig, codec.Conn){
		"the server was shut down": func(r *boltRig, _ codec.Conn) { _ = r.Close() },
		"the peer closed":          func(_ *boltRig, c codec.Conn) { _ = c.Close() },
	} {
		synctest.Test(t, func(t *testing.T) {
			r := serveBolt(t)
			cause := make(chan error, 1)
			r.handle("slow", func(ctx context.Context, _ *hello) (*greeting, error) {
				<-ctx.Done()
				cause <- context.Cause(ctx)
				return nil, ctx.Err()
			})
			c := r.connect()
			go func() { _, _ = boltCall(c, "slow", time.Hour) }()
			synctest.Wait()
			end(r, c)
			if err := <-cause; !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), want) {
				t.Errorf("got %v, want %q", err, want)
			}
			synctest.Wait()
		})
	}
}

func TestATrailerArrivesInTheHeaderOverBolt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := serveBolt(t)
		err := r.HandleFunc("com.acme.Greeter/raw", func(_ context.Context, req *onramp.Request) (*onramp.Response, error) {
			p := req.Reply()
			p.Header.Set("a", "1")
			p.Trailer.Set("b", "2")
			p.Body.Value = &greeting{"x"}
			return p, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		var got onramp.Header
		_, err = client.MethodOf[hello, greeting](r.caller(), atGreeter+"raw").CallWith(t.Context(), &hello{}, client.ReplyHeader(&got))
		if err != nil || got.Get("a") != "1" || got.Get("b") != "2" {
			t.Errorf("got a=%q, b=%q, %v", got.Get("a"), got.Get("b"), err)
		}
	})
}
