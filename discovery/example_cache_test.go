package discovery_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/onrampmesh/onramp/discovery"
)

// A cache with its defaults changed: what a registry loses at once is not
// believed for five minutes.
func ExampleNewCache() {
	cache := discovery.NewCache(discovery.Static("10.0.0.1:12200"),
		discovery.WithDebounce(250*time.Millisecond),
		discovery.WithHold(5*time.Minute),
		discovery.WithLogger(slog.New(slog.DiscardHandler)),
		discovery.WithSeed(1), // of the delays between restarts, for tests
	)
	ctx, cancel := context.WithCancel(context.Background())
	err := cache.Watch(ctx, discovery.Target{Service: "orders"}, nil, func(u discovery.Update) {
		fmt.Println(u.State, u.Endpoints[0].Addr)
		cancel()
	})
	fmt.Println(err)
	_, known := cache.Status(discovery.Target{Service: "orders"})
	fmt.Println("without a watcher it is known:", known)
	// Output:
	// known 10.0.0.1:12200
	// context canceled
	// without a watcher it is known: false
}

// The file is read again when it changes, and looked at every so often.
func ExamplePollEvery() {
	dir, err := os.MkdirTemp("", "onramp")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "endpoints.json")
	write := func(addr string) {
		text := `{"orders": [{"addr": "` + addr + `"}]}`
		if err := os.WriteFile(path+".new", []byte(text), 0o600); err != nil {
			panic(err)
		}
		if err := os.Rename(path+".new", path); err != nil { // nobody reads half a file
			panic(err)
		}
	}
	write("10.0.0.1:12200")
	ctx, cancel := context.WithCancel(context.Background())
	err = discovery.File(path, discovery.PollEvery(10*time.Millisecond)).Watch(ctx, discovery.Target{Service: "orders"}, func(u discovery.Update) {
		addr := u.Endpoints[0].Addr
		fmt.Println(addr)
		if addr == "10.0.0.1:12200" {
			write("10.0.0.2:12200")
			return
		}
		cancel()
	})
	fmt.Println(err)
	// Output:
	// 10.0.0.1:12200
	// 10.0.0.2:12200
	// context canceled
}
