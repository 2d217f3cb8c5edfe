package onramptest_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/codec/framed"
	"github.com/onrampmesh/onramp/discovery"
	"github.com/onrampmesh/onramp/onramptest"
)

// The author of a codec writes one test, in a _test.go file beside the codec.
func ExampleTestCodec() {
	TestConformance := func(t *testing.T) {
		onramptest.TestCodec(t, onramptest.CodecSuite{
			New: func() codec.Codec { return framed.New(onramptest.LineFramer{}, onramptest.LineBody{}) },
			// What a client of somebody else has sent: Match must know it.
			Golden: [][]byte{[]byte("CALL 1000000 com.acme.Greeter/sayHello - Ada\n")},
			// The protocol's limits, in bytes of text: a line has at most 64 KiB.
			Large:    60_000,
			TooLarge: 70_000,
		})
	}
	fmt.Printf("go test runs a %T\n", TestConformance)
	// Output: go test runs a func(*testing.T)
}

// A framed protocol has a suite of its own, which needs no connection: it finds
// what a hostile peer would.
func ExampleTestFramer() {
	TestFrames := func(t *testing.T) {
		onramptest.TestFramer(t, onramptest.FramerSuite{
			New: func() (codec.Framer, codec.Body) { return onramptest.LineFramer{}, onramptest.LineBody{} },
		})
	}
	fmt.Printf("go test runs a %T\n", TestFrames)
	// Output: go test runs a func(*testing.T)
}

// The author of a source gives the hands that move its registry as well.
func ExampleTestSource() {
	TestConformance := func(t *testing.T) {
		onramptest.TestSource(t, onramptest.SourceSuite{
			New: func(*testing.T) onramptest.SourceUnderTest {
				registry := onramptest.NewSource() // yours asks a registry that the test runs
				return onramptest.SourceUnderTest{
					Source: registry,
					Set: func(service string, endpoints ...onramp.Endpoint) {
						registry.PushTo(service, endpoints...)
					},
					Break: func() {
						down := discovery.Update{State: discovery.Failed, Err: errors.New("registry down")}
						registry.Update("com.acme.Suite", down)
					},
				}
			},
		})
	}
	fmt.Printf("go test runs a %T\n", TestConformance)
	// Output: go test runs a func(*testing.T)
}
