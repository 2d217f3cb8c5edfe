package client_test

import (
	"context"
	"fmt"
	"time"

	"github.com/onrampmesh/onramp/client"
	"github.com/onrampmesh/onramp/codec/bolt"
	"github.com/onrampmesh/onramp/discovery"
	"github.com/onrampmesh/onramp/feature"
)

func ExampleWithPool() {
	n, stop := network("10.0.0.1:12200")
	defer stop()
	c, err := client.New(client.WithCodec(bolt.New()), client.WithDialer(n.Dial), client.WithLogger(silent),
		client.WithPool(client.PoolConfig{MaxConns: 8, MaxAge: 10 * time.Minute}))
	if err != nil {
		panic(err)
	}
	defer c.Close()
	out, err := client.Call[HelloReply](context.Background(), c, "bolt://10.0.0.1:12200/com.acme.Greeter/sayHello", &HelloRequest{Name: "ann"})
	fmt.Println(out.Text, err)

	_, err = client.New(client.WithCodec(bolt.New()), client.WithPool(client.PoolConfig{MaxConns: 800}))
	fmt.Println(err)
	// Output:
	// hello ann <nil>
	// client: WithPool: pool: Config.MaxConns is 800, want 1..64
}

// A registry that loses endpoints is believed after ten seconds and not a minute.
func ExampleWithCache() {
	n, stop := network("10.0.0.1:12200")
	defer stop()
	c, err := client.New(client.WithCodec(bolt.New()), client.WithDialer(n.Dial), client.WithLogger(silent),
		client.WithDiscovery(discovery.Static("10.0.0.1:12200")),
		client.WithCache(discovery.WithHold(10*time.Second)))
	if err != nil {
		panic(err)
	}
	defer c.Close()
	out, err := client.Call[HelloReply](context.Background(), c, "com.acme.Greeter/sayHello", &HelloRequest{Name: "ann"})
	fmt.Println(out.Text, err)
	// Output: hello ann <nil>
}

type userID struct{}

// The calls of one user stay on one side while half of all calls are split off.
func ExampleWithKey() {
	n, stop := network("10.0.0.1:12200")
	defer stop()
	hashes := map[uint16]int{}
	c, err := client.New(client.WithCodec(bolt.New()), client.WithDialer(n.Dial), client.WithLogger(silent),
		client.WithDiscovery(discovery.Static("10.0.0.1:12200")),
		client.WithRecorder(func(r client.Record) { hashes[r.Hash%feature.Scale]++ }),
		client.WithKey(func(ctx context.Context) string {
			user, _ := ctx.Value(userID{}).(string)
			return user
		}))
	if err != nil {
		panic(err)
	}
	defer c.Close()
	ctx := context.WithValue(context.Background(), userID{}, "ann")
	for range 3 {
		if _, err := client.Call[HelloReply](ctx, c, "com.acme.Greeter/sayHello", &HelloRequest{Name: "ann"}); err != nil {
			panic(err)
		}
	}
	fmt.Println("different hashes:", len(hashes))
	// Output: different hashes: 1
}
