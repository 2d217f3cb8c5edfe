package bolt_test

import (
	"fmt"
	"time"

	"github.com/onrampmesh/onramp/codec/bolt"
	"github.com/onrampmesh/onramp/codec/framed"
)

// What carries the frames is the engine, which takes options of its own.
func ExampleEngine() {
	c := bolt.New(
		bolt.MaxFrame(32<<20),
		bolt.Engine(framed.MaxInFlight(4096), framed.Heartbeat(30*time.Second)),
	)
	fmt.Println(c.Name())
	// Output: bolt
}
