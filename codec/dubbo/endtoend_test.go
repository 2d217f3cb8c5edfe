package dubbo_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"reflect"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	onrampclient "github.com/onrampmesh/onramp/client"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/codec/dubbo"
	"github.com/onrampmesh/onramp/codec/hessian2"
	"github.com/onrampmesh/onramp/discovery"
	"github.com/onrampmesh/onramp/onramptest"
	onrampserver "github.com/onrampmesh/onramp/server"
)

// serializer knows the classes of these tests.
func serializer() hessian2.Stream { return hessian2.New(hessian2.Register(&soldOut{}, greeted{})) }

// shop registers the service com.acme.Shop.
func shop(t *testing.T, s *onrampserver.Server) {
	t.Helper()
	for _, err := range []error{
		onrampserver.Handle(s, "com.acme.Shop/greet", func(_ context.Context, in *greeted) (*greeted, error) {
			return &greeted{"hello " + in.Name, in.Times + 1}, nil
		}),
		onrampserver.Handle(s, "com.acme.Shop/join", func(_ context.Context, in *onramp.Args) (*string, error) {
			return new(fmt.Sprint(*in...)), nil
		}),
		onrampserver.Handle(s, "com.acme.Shop/count", func(_ context.Context, in *onramp.Args) (*int64, error) {
			return new(int64(len(*in))), nil
		}),
		onrampserver.Handle(s, "com.acme.Shop/buy", func(context.Context, *string) (*string, error) {
			return nil, &soldOut{DetailMessage: "no more cars", Item: "car", Left: 7}
		}),
		onrampserver.Handle(s, "com.acme.Shop/fail", func(context.Context, *string) (*string, error) {
			return nil, onramp.NewError(onramp.Internal, onramp.Remote, "the database is gone")
		}),
		onrampserver.Handle(s, "com.acme.Shop/panic", func(context.Context, *string) (*string, error) { panic("x") }),
		onrampserver.Handle(s, "com.acme.Shop/slow", func(ctx context.Context, _ *string) (*string, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}),
		onrampserver.Handle(s, "com.acme.Shop/color", func(context.Context, *onramp.Args) (*string, error) { return new("blue"), nil }, onrampserver.Group("blue"), onrampserver.Version("2.0")),
		onrampserver.Handle(s, "com.acme.Shop/color", func(context.Context, *onramp.Args) (*string, error) { return new("plain"), nil }),
		onrampserver.Handle(s, "com.acme.Shop/headers", func(ctx context.Context, _ *onramp.Args) (*string, error) {
			r := onrampserver.RequestOf(ctx)
			onrampserver.RequestOf(ctx).ReplyHeader().Set("cache", "hit")
			return new(r.Header.Get("tenant")), nil
		}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
}

// market is a client and a server over a network in memory, in a bubble.
func market(t *testing.T, f func(t *testing.T, c *onrampclient.Client)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s, err := onrampserver.New(onrampserver.WithCodec(dubbo.New(dubbo.Hessian2(serializer()))), onrampserver.WithLogger(slog.New(slog.DiscardHandler)))
		if err != nil {
			t.Fatal(err)
		}
		shop(t, s)
		network := onramptest.NewNetwork()
		l, err := network.Listen("shop:1")
		if err != nil {
			t.Fatal(err)
		}
		served := make(chan error, 1)
		go func() { served <- s.Serve(context.Background(), l) }()
		c, err := onrampclient.New(onrampclient.WithCodec(dubbo.New(dubbo.Hessian2(serializer()))), onrampclient.WithDiscovery(discovery.Static("shop:1")),
			onrampclient.WithDialer(network.Dial), onrampclient.WithLogger(slog.New(slog.DiscardHandler)))
		if err != nil {
			t.Fatal(err)
		}
		f(t, c)
		_ = c.Close()
		if err := s.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
}

func TestClientAndServerCallEachOther(t *testing.T) {
	market(t, func(t *testing.T, c *onrampclient.Client) {
		ctx := t.Context()
		greet := onrampclient.MethodOf[greeted, greeted](c, "com.acme.Shop/greet")
		if out, err := greet.Call(ctx, &greeted{"ann", 1}); err != nil || *out != (greeted{"hello ann", 2}) {
			t.Errorf("%v, %v", out, err)
		}
		join := onrampclient.MethodOf[onramp.Args, string](c, "com.acme.Shop/join", hessian2.Signature("java.lang.String", "int", "java.lang.String"))
		if out, err := join.Call(ctx, &onramp.Args{"a", int32(7), "b"}); err != nil || *out != "a7b" {
			t.Errorf("%v, %v", out, err)
		}
		if _, err := join.Call(ctx, &onramp.Args{"a"}); !errors.Is(err, onramp.InvalidArgument) || onramp.Classify(err).Origin != onramp.Local {
			t.Errorf("a wrong number of arguments: %v", err)
		}
		if out, err := onrampclient.Call[int64](ctx, c, "com.acme.Shop/count", nil); err != nil || *out != 0 {
			t.Errorf("without arguments: %v, %v", out, err)
		}
		for target, want := range map[string]string{"com.acme.Shop/color": "plain", "dubbo://shop:1/com.acme.Shop/color?group=blue&version=2.0": "blue", "dubbo://shop:1/com.acme.Shop/color?group=red": "plain"} {
			if out, err := onrampclient.Call[string](ctx, c, target, &onramp.Args{}); err != nil || *out != want {
				t.Errorf("%s: %v, %v", target, out, err)
			}
		}
		var got onramp.Header
		headers := onrampclient.MethodOf[onramp.Args, string](c, "com.acme.Shop/headers")
		if out, err := headers.CallWith(ctx, &onramp.Args{}, onrampclient.Header("tenant", "acme"), onrampclient.ReplyHeader(&got)); err != nil || *out != "acme" || got.Get("cache") != "hit" {
			t.Errorf("%v, cache %q, %v", out, got.Get("cache"), err)
		}
		tell := onrampclient.MethodOf[greeted, greeted](c, "com.acme.Shop/greet", onrampclient.Oneway())
		if _, err := tell.Call(ctx, &greeted{"ann", 1}); err != nil {
			t.Errorf("oneway: %v", err)
		}
	})
}

func TestErrorsOfAServerReachTheClientsCaller(t *testing.T) {
	market(t, func(t *testing.T, c *onrampclient.Client) {
		call := func(method string) *onramp.Error {
			_, err := onrampclient.MethodOf[string, string](c, "com.acme.Shop/"+method, onrampclient.Timeout(300*time.Millisecond)).Call(t.Context(), new("x"))
			return asError(t, err)
		}
		sold := call("buy")
		var x *soldOut
		if !errors.As(sold, &x) || !reflect.DeepEqual(x, &soldOut{DetailMessage: "no more cars", Item: "car", Left: 7}) || !sold.Business || onramp.Classify(sold).Failed() {
			t.Errorf("a business error: %v", sold)
		}
		for method, want := range map[string]struct {
			code   onramp.Code
			origin onramp.Origin
		}{
			"fail": {onramp.Internal, onramp.Remote}, "panic": {onramp.Internal, onramp.Remote}, "absent": {onramp.Unimplemented, onramp.Refused},
		} {
			if e := call(method); e.Code != want.code || e.Origin != want.origin || e.Business {
				t.Errorf("%s: %v, business %v", method, e, e.Business)
			}
		}
		if e := call("slow"); e.Code != onramp.DeadlineExceeded || e.Origin.Resendable() { // both sides' clocks ring at once
			t.Errorf("slow: %v", e)
		}
		if _, err := onrampclient.Call[string](t.Context(), c, "com.acme.Missing/greet", new("x")); !errors.Is(err, onramp.Unimplemented) {
			t.Errorf("a missing service: %v", err)
		}
		_, err := onrampclient.Call[string](t.Context(), c, "com.acme.Shop/greet", &onramp.Args{"a", "b"})
		if !errors.Is(err, onramp.InvalidArgument) || onramp.Classify(err).Origin != onramp.Remote {
			t.Errorf("two arguments for a handler of one: %v", err)
		}
		if out, err := onrampclient.Call[string](t.Context(), c, "com.acme.Shop/$echo", new("there?")); err != nil || *out != "there?" {
			t.Errorf("echo: %v, %v", out, err)
		}
	})
}

func TestAMethodIsCalledByNameWithoutItsTypes(t *testing.T) {
	market(t, func(t *testing.T, c *onrampclient.Client) {
		greet := onrampclient.MethodOf[onramp.Args, any](c, "com.acme.Shop/greet", dubbo.Generic("com.acme.Greeted"))
		out, err := greet.Call(t.Context(), &onramp.Args{map[string]any{"class": "com.acme.Greeted", "name": "ann", "times": 1}})
		if err != nil {
			t.Fatal(err)
		}
		m, ok := (*out).(*hessian2.Map)
		if !ok || len(m.Entries) != 3 {
			t.Errorf("got %#v", *out)
		}
		buy := onrampclient.MethodOf[onramp.Args, any](c, "com.acme.Shop/buy", dubbo.Generic("java.lang.String"))
		_, err = buy.Call(t.Context(), &onramp.Args{"car"})
		var x *hessian2.Exception
		if !errors.As(err, &x) || x.Class != "com.acme.SoldOut" || x.Message != "no more cars" {
			t.Errorf("an exception by name: %v", err)
		}
		join := onrampclient.MethodOf[onramp.Args, string](c, "com.acme.Shop/join", dubbo.Generic("java.lang.String", "int"))
		if out, err := join.Call(t.Context(), &onramp.Args{"a", 7}); err != nil || *out != "a7" {
			t.Errorf("%v, %v", out, err)
		}
	})
}

// fleet is two servers, of which one is replaced after the other.
type fleet struct {
	t       *testing.T
	listen  func(addr string) (net.Listener, error)
	addrs   [2]string
	servers [2]*onrampserver.Server
}

func (f *fleet) start(i int) {
	f.t.Helper()
	s, err := onrampserver.New(onrampserver.WithCodec(dubbo.New(dubbo.Hessian2(serializer()))), onrampserver.WithLogger(slog.New(slog.DiscardHandler)))
	if err != nil {
		f.t.Fatal(err)
	}
	shop(f.t, s)
	l, err := f.listen(f.addrs[i])
	if err != nil {
		f.t.Fatal(err)
	}
	f.addrs[i], f.servers[i] = l.Addr().String(), s
	go func() { _ = s.Serve(context.Background(), l) }()
}

// restart replaces servers, one after the other, when both have calls, under a client
// of four callers, none of whose calls may fail.
func (f *fleet) restart(restarts int, pause func(), opts ...onrampclient.Option) {
	f.t.Helper()
	f.start(0)
	f.start(1)
	c, err := onrampclient.New(append(opts, onrampclient.WithCodec(dubbo.New(dubbo.Hessian2(serializer()))), onrampclient.WithDiscovery(discovery.Static(f.addrs[:]...)), onrampclient.WithLogger(slog.New(slog.DiscardHandler)))...)
	if err != nil {
		f.t.Fatal(err)
	}
	greet := onrampclient.MethodOf[greeted, greeted](c, "com.acme.Shop/greet", onrampclient.Timeout(10*time.Second))
	ctx, stop := context.WithCancel(context.Background())
	var callers sync.WaitGroup
	var calls, failed atomic.Int64
	for range 4 {
		callers.Go(func() {
			for ctx.Err() == nil {
				if out, err := greet.Call(context.Background(), &greeted{"ann", 1}); err != nil || out.Times != 2 {
					failed.Add(1)
					f.t.Errorf("call %d failed: %v", calls.Load(), err)
					stop()
				}
				calls.Add(1)
				pause()
			}
		})
	}
	for i := range restarts {
		for n := calls.Load() + 200; ctx.Err() == nil && (calls.Load() < n || f.servers[0].Stats().Accepted == 0 || f.servers[1].Stats().Accepted == 0); {
			pause()
		}
		if err := f.servers[i%2].Shutdown(context.Background()); err != nil {
			f.t.Error(err)
		}
		f.start(i % 2)
	}
	stop()
	callers.Wait()
	if failed.Load() != 0 {
		f.t.Errorf("%d of %d calls failed", failed.Load(), calls.Load())
	}
	_ = c.Close()
	for _, s := range f.servers {
		if err := s.Close(); err != nil {
			f.t.Error(err)
		}
	}
}

func TestARollingRestartLosesNoCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := onramptest.NewNetwork()
		f := &fleet{t: t, listen: network.Listen, addrs: [2]string{"shop:1", "shop:2"}}
		f.restart(4, func() { time.Sleep(5 * time.Millisecond) }, onrampclient.WithDialer(network.Dial))
	})
}

func TestARestartOverSocketsLosesNoCall(t *testing.T) {
	f := &fleet{t: t, addrs: [2]string{"127.0.0.1:0", "127.0.0.1:0"}}
	f.listen = func(addr string) (net.Listener, error) { return net.Listen("tcp", addr) }
	f.restart(1, runtime.Gosched)
}

// What a client has sent before it reads that the server drains is served, by the server
// too, not by the codec alone.
func TestACallThatCrossesTheGoAwayIsServed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, err := onrampserver.New(onrampserver.WithCodec(dubbo.New(dubbo.Hessian2(serializer()))))
		if err != nil {
			t.Fatal(err)
		}
		shop(t, s)
		network := onramptest.NewNetwork()
		l, err := network.Listen("shop:1")
		if err != nil {
			t.Fatal(err)
		}
		served, down := make(chan error, 1), make(chan error, 1)
		go func() { served <- s.Serve(context.Background(), l) }()
		nc, err := network.Dial(t.Context(), "tcp", "shop:1")
		if err != nil {
			t.Fatal(err)
		}
		p := &peer{t, nc, newWire(t)}
		ask := func(id uint64) byte {
			out, err := p.w.request(&onramp.Request{Service: "com.acme.Shop", Method: "count"})
			if err != nil {
				t.Fatal(err)
			}
			p.w.framer.Renumber(out, id)
			p.write(out)
			return p.frame()[3]
		}
		if status := ask(1); status != 20 {
			t.Errorf("status %d", status)
		}
		go func() { down <- s.Shutdown(context.Background()) }()
		if f := p.w.decode(p.frame()); f.Kind != codec.GoAway {
			t.Errorf("got %+v", f)
		}
		if status := ask(2); status != 20 {
			t.Errorf("a call that crossed the go-away got status %d", status)
		}
		if p.frame() != nil {
			t.Error("the connection was not closed")
		}
		_ = nc.Close()
		if err := <-down; err != nil {
			t.Error(err)
		}
		<-served
	})
}
