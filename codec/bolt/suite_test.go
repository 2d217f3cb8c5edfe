package bolt_test

import (
	"testing"

	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/codec/bolt"
	"github.com/onrampmesh/onramp/onramptest"
)

func TestBoltConformsToTheContractOfACodec(t *testing.T) {
	for version, name := range map[uint8]string{1: "version 1", 2: "version 2"} {
		t.Run(name, func(t *testing.T) {
			onramptest.TestCodec(t, onramptest.CodecSuite{
				New:      func() codec.Codec { return bolt.New(bolt.Version(int(version))) },
				Golden:   openings(t, version),
				TooLarge: 9 << 20,
			})
		})
	}
}

// openings are the golden frames that a client may begin with.
func openings(t *testing.T, version uint8) [][]byte {
	t.Helper()
	var out [][]byte
	for _, v := range vectors(t, version) {
		if v.frame[1] != 0 { // a response
			out = append(out, v.frame)
		}
	}
	return out
}
