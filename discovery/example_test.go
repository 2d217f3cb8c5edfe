package discovery_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/discovery"
)

// watch shows what a source says first. A client does this with a Cache.
func watch(src discovery.Source, t discovery.Target) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	err := src.Watch(ctx, t, func(u discovery.Update) {
		fmt.Println(u.State)
		for _, ep := range u.Endpoints {
			fmt.Println("  ", ep.Key(), "at", ep.Addr)
		}
		cancel()
	})
	fmt.Println(err)
}

func ExampleGrammar_Parse() {
	g := discovery.Grammar{
		Protocols: []string{"bolt"},
		Sources:   []discovery.Schemer{discovery.Static(), discovery.File("")},
	}
	for _, text := range []string{
		"com.acme.Greeter/sayHello?version=2.0",
		"bolt://10.0.0.1:12200,10.0.0.2:12200/com.acme.Greeter/sayHello",
		"static:///10.0.0.1:12200?service=com.acme.Greeter",
		"bolt://10.0.0.1:122000/com.acme.Greeter",
	} {
		t, err := g.Parse(text)
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Printf("%q %q %q\n", t.Scheme, t.Service, t.Method)
	}
	// Output:
	// "" "com.acme.Greeter" "sayHello"
	// "direct" "com.acme.Greeter" "sayHello"
	// "static" "com.acme.Greeter" ""
	// discovery: target "bolt://10.0.0.1:122000/com.acme.Greeter": "10.0.0.1:122000": port "122000": want a number from 1 to 65535
}

func ExampleTarget_String() {
	t := discovery.Target{Protocol: "bolt", Scheme: "consul", Service: "orders", Method: "get", Params: map[string]string{"version": "2.0"}}
	fmt.Println(t)
	t.Method = ""
	fmt.Println(t)
	// Output:
	// bolt+consul:///orders/get?version=2.0
	// bolt+consul:///orders?version=2.0
}

func ExampleStatic() {
	watch(discovery.Static("10.0.0.1:12200", "[::1]:12200"), discovery.Target{Service: "orders"})
	// Output:
	// known
	//    10.0.0.1:12200 at 10.0.0.1:12200
	//    [::1]:12200 at [::1]:12200
	// context canceled
}

func ExampleStaticEndpoints() {
	src := discovery.StaticEndpoints(
		onramp.Endpoint{ID: "orders-1", Addr: "10.0.0.1:12200", Weight: 3},
		onramp.Endpoint{ID: "orders-2", Addr: "10.0.0.2"},
	)
	fmt.Println(src.Err())
	// Output:
	// discovery: static endpoint [1]: "10.0.0.2": no port: write host:port
}

func ExampleFile() {
	dir, err := os.MkdirTemp("", "onramp")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "endpoints.json")
	text := `{
	  "orders": [
	    {"addr": "10.0.0.1:12200", "id": "orders-1", "weight": 2, "zone": "a"},
	    {"addr": "10.0.0.2:12200", "id": "orders-2", "labels": {"version": "v2"}}
	  ]
	}`
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		panic(err)
	}
	watch(discovery.File(path), discovery.Target{Service: "orders"})
	// Output:
	// known
	//    orders-1 at 10.0.0.1:12200
	//    orders-2 at 10.0.0.2:12200
	// context canceled
}

func ExampleCache() {
	cache := discovery.NewCache(discovery.Static("10.0.0.1:12200", "10.0.0.2:12200"))
	orders := discovery.Target{Service: "orders"}
	ctx, cancel := context.WithCancel(context.Background())
	alive := func(id string) bool { return true } // a cluster asks its connections
	err := cache.Watch(ctx, orders, alive, func(u discovery.Update) {
		s, _ := cache.Status(orders)
		fmt.Println(u.State, len(u.Endpoints), s.Err, s.Held.Reason == "")
		cancel()
	})
	fmt.Println(err)
	// Output:
	// known 2 <nil> true
	// context canceled
}
