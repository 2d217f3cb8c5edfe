package onramptest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp/client"
	"github.com/onrampmesh/onramp/onramptest"
)

// A client behind a slow network: 50 ms each way, and no real time passes.
func ExampleNewProxy() {
	inTest(func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			n, stream := onramptest.NewNetwork(), onramptest.StreamCodec()
			onramptest.NewBackend(t, n, "greeter:8080", stream, onramptest.Client(t,
				onramptest.Reply("com.acme.Greeter/sayHello", &HelloReply{Text: "hello"})))
			slow := onramptest.Toxics{Latency: 50 * time.Millisecond}
			p, err := onramptest.NewProxy(onramptest.ProxyConfig{Target: "greeter:8080", Network: n, ToServer: slow, ToClient: slow})
			if err != nil {
				t.Fatal(err)
			}
			defer p.Close()

			source := onramptest.NewSource()
			source.PushAddrs(p.Addr())
			c, err := client.New(client.WithCodec(stream), client.WithDiscovery(source), client.WithDialer(n.Dial),
				client.WithLogger(slog.New(slog.DiscardHandler)))
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()

			start := time.Now()
			fmt.Println(Welcome(t.Context(), c, "Ada"))
			fmt.Println(time.Since(start))

			p.Set(onramptest.ToClient, onramptest.Toxics{}) // from now on, one way only
			start = time.Now()
			fmt.Println(Welcome(t.Context(), c, "Ada"))
			fmt.Println(time.Since(start))
		})
	})
	// Output:
	// hello <nil>
	// 100ms
	// hello <nil>
	// 50ms
}

// greeting returns a server that answers a byte with a text, over TCP.
func greeting(text string) net.Listener {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go func() {
		for {
			nc, err := ln.Accept()
			if err != nil {
				return
			}
			nc.Read(make([]byte, 1))
			io.WriteString(nc, text)
			nc.Close()
		}
	}()
	return ln
}

// Over TCP: the next connection is reset after five bytes, those after it are not.
func ExampleResetAfter() {
	server := greeting("hello, Ada")
	defer server.Close()
	p, err := onramptest.NewProxy(onramptest.ProxyConfig{Target: server.Addr().String()})
	if err != nil {
		panic(err)
	}
	defer p.Close()

	p.Next(onramptest.ToClient, onramptest.Toxics{End: onramptest.ResetAfter(5)})
	for range 2 {
		nc, _ := net.Dial("tcp", p.Addr())
		fmt.Fprint(nc, "?")
		got, err := io.ReadAll(nc)
		fmt.Printf("%q, reset: %v\n", got, errors.Is(err, syscall.ECONNRESET))
		nc.Close()
	}
	// Output:
	// "hello", reset: true
	// "hello, Ada", reset: false
}

func ExampleCloseAfter() {
	server := greeting("hello, Ada")
	defer server.Close()
	p, err := onramptest.NewProxy(onramptest.ProxyConfig{
		Target: server.Addr().String(), ToClient: onramptest.Toxics{End: onramptest.CloseAfter(5)},
	})
	if err != nil {
		panic(err)
	}
	defer p.Close()

	nc, _ := net.Dial("tcp", p.Addr())
	defer nc.Close()
	fmt.Fprint(nc, "?")
	got, err := io.ReadAll(nc)
	fmt.Printf("%q, %v\n", got, err)
	// Output: "hello", <nil>
}

// Half a message arrives, and the rest when the stall is lifted.
func ExampleStallAfter() {
	inTest(func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			n := onramptest.NewNetwork()
			ln, _ := n.Listen("greeter:8080")
			defer ln.Close()
			p, err := onramptest.NewProxy(onramptest.ProxyConfig{
				Target: "greeter:8080", Network: n, ToServer: onramptest.Toxics{End: onramptest.StallAfter(3)},
			})
			if err != nil {
				t.Fatal(err)
			}
			defer p.Close()
			nc, _ := n.Dial(context.Background(), "tcp", p.Addr())
			defer nc.Close()
			server, _ := ln.Accept()
			defer server.Close()

			fmt.Fprint(nc, "hello!")
			time.AfterFunc(time.Minute, func() { p.Set(onramptest.ToServer, onramptest.Toxics{}) })
			b := make([]byte, 9)
			for range 2 {
				k, _ := server.Read(b)
				fmt.Printf("%q\n", b[:k])
			}
		})
	})
	// Output:
	// "hel"
	// "lo!"
}
