package onramptest_test

import (
	"testing"

	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/onramptest"
)

func TestTheFramersOfTheTextProtocolsConform(t *testing.T) {
	for _, p := range protocols() {
		t.Run(p.Name(), func(t *testing.T) {
			onramptest.TestFramer(t, onramptest.FramerSuite{
				New: func() (codec.Framer, codec.Body) { return p.Framer, p.body },
			})
		})
	}
}
