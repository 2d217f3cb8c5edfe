package onramptest_test

import (
	"testing"

	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/codec/framed"
	"github.com/onrampmesh/onramp/onramptest"
)

func newStream() codec.Codec {
	return onramptest.StreamCodec(onramptest.StreamMaxMessage(2 << 20))
}

func TestTheStreamingProtocolConforms(t *testing.T) {
	onramptest.TestCodec(t, onramptest.CodecSuite{
		New:      newStream,
		Golden:   [][]byte{[]byte("ONSTREAM")},
		TooLarge: 3 << 20,
	})
}

func TestTheLineProtocolConforms(t *testing.T) {
	onramptest.TestCodec(t, onramptest.CodecSuite{
		New: func() codec.Codec {
			return framed.New(onramptest.LineFramer{Max: 1 << 20}, onramptest.LineBody{})
		},
		Golden:   [][]byte{[]byte("CALL 1000000 com.acme.Greeter/sayHello tenant=7 ada\n"), []byte("SEND 0 com.acme.Greeter/wave - ada\n")},
		Large:    512 << 10,
		TooLarge: 2 << 20,
	})
}

func TestThePipeProtocolConforms(t *testing.T) {
	onramptest.TestCodec(t, onramptest.CodecSuite{
		New: func() codec.Codec {
			return framed.New(onramptest.PipeFramer{}, onramptest.PipeBody{})
		},
	})
}
