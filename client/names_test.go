package client_test

import (
	"context"
	"log/slog"
	"testing"
	"testing/synctest"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/client"
	"github.com/onrampmesh/onramp/codec/bolt"
	"github.com/onrampmesh/onramp/discovery"
	"github.com/onrampmesh/onramp/onramptest"
	"github.com/onrampmesh/onramp/server"
)

// boltServer serves S/m at addr by these handlers, which tell their name.
func boltServer(t *testing.T, n *onramptest.Network, addr string, handlers map[string][]server.HandlerOption) *server.Server {
	t.Helper()
	s, err := server.New(server.WithCodec(bolt.New()), server.WithLogger(slog.New(slog.DiscardHandler)))
	if err != nil {
		t.Fatal(err)
	}
	for name, opts := range handlers {
		if err := server.Handle(s, "S/m", func(context.Context, *HelloRequest) (*HelloReply, error) {
			return &HelloReply{name}, nil
		}, opts...); err != nil {
			t.Fatal(err)
		}
	}
	l, err := n.Listen(addr)
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = s.Serve(context.Background(), l) }()
	return s
}

func boltClient(t *testing.T, n *onramptest.Network, opts ...client.Option) *client.Client {
	t.Helper()
	c, err := client.New(append(opts, client.WithCodec(bolt.New()), client.WithDialer(n.Dial), client.WithLogger(slog.New(slog.DiscardHandler)))...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestVersionAndUniqueIDOfATargetReachTheHandlerOfThatName(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := onramptest.NewNetwork()
		s := boltServer(t, n, "srv:1", map[string][]server.HandlerOption{
			"any": nil, "2.0": {server.Version("2.0")}, "blue": {server.UniqueID("blue")}, "blue 2.0": {server.UniqueID("blue"), server.Version("2.0")},
		})
		c := boltClient(t, n, client.WithDiscovery(discovery.Static("srv:1")))
		for query, want := range map[string]string{
			"": "any", "?version=3.0": "any", "?version=2.0": "2.0", "?uniqueId=blue": "blue",
			"?uniqueId=red": "any", "?version=2.0&uniqueId=red": "2.0", "?version=2.0&uniqueId=blue": "blue 2.0",
		} {
			m := client.MethodOf[HelloRequest, HelloReply](c, "S/m"+query)
			for range 2 { // the second time with a request that was used before
				if out, err := m.Call(t.Context(), &HelloRequest{}); err != nil || out.Text != want {
					t.Errorf("Method %s: %v, %v, want %s", query, out, err, want)
				}
			}
			if out, err := client.Call[HelloReply](t.Context(), c, "S/m"+query, &HelloRequest{}); err != nil || out.Text != want {
				t.Errorf("Call %s: %v, %v, want %s", query, out, err, want)
			}
		}
		req := &onramp.Request{Service: "S", Method: "m", Version: "2.0", Body: onramp.Body{Value: &HelloRequest{}}}
		req.Header.Set(onramp.UniqueID, "blue")
		var out HelloReply
		if resp, err := c.Do(t.Context(), req); err != nil || resp.Body.Decode(&out) != nil || out.Text != "blue 2.0" {
			t.Errorf("Do: %v, %v", out, err)
		}
		if got := len(c.Status("S")); got != 7 {
			t.Errorf("%d services, want one for each name: Do and Call share those of Method", got)
		}
		_ = c.Close()
		_ = s.Close()
	})
}

func TestTargetsThatListTheirAddressesGoThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := onramptest.NewNetwork()
		a, b := boltServer(t, n, "a:1", map[string][]server.HandlerOption{"a": nil}), boltServer(t, n, "b:1", map[string][]server.HandlerOption{"b": nil})
		c := boltClient(t, n)
		for target, want := range map[string]string{
			"static:///a:1?service=S/m": "a", "static:///b:1?service=S/m": "b", "bolt://a:1/S/m": "a", "bolt://b:1/S/m": "b",
		} {
			if out, err := client.Call[HelloReply](t.Context(), c, target, &HelloRequest{}); err != nil || out.Text != want {
				t.Errorf("%s: %v, %v, want %s", target, out, err, want)
			}
		}
		_ = c.Close()
		_ = a.Close()
		_ = b.Close()
	})
}

func TestATargetThatSpellsTheDefaultsOutIsTheSameService(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := onramptest.NewNetwork()
		s := boltServer(t, n, "srv:1", map[string][]server.HandlerOption{"any": nil})
		source := onramptest.NewSource()
		source.PushAddrs("srv:1")
		c := boltClient(t, n, client.WithDiscovery(source))
		for _, target := range []string{"S/m", "bolt://S/m", "test:///S/m", "bolt+test:///S/m"} {
			if _, err := client.Call[HelloReply](t.Context(), c, target, &HelloRequest{}); err != nil {
				t.Errorf("%s: %v", target, err)
			}
		}
		if st := c.Status("S"); len(st) != 1 || n.Dials("srv:1") != 1 {
			t.Errorf("%d connections, %+v", n.Dials("srv:1"), st)
		}
		_ = c.Close()
		_ = s.Close()
	})
}
