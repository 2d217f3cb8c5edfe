package bolt_test

import (
	"slices"
	"testing"

	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/codec/bolt"
	"github.com/onrampmesh/onramp/onramptest"
)

func TestBoltConformsToTheContractOfACodec(t *testing.T) {
	for version, name := range map[uint8]string{1: "version 1", 2: "version 2"} {
		t.Run(name, func(t *testing.T) {
			onramptest.TestCodec(t, onramptest.CodecSuite{
				New:      func() codec.Codec { return bolt.New(bolt.Version(int(version)), bolt.MaxFrame(2<<20)) },
				Golden:   openings(t, version),
				TooLarge: 3 << 20,
			})
		})
	}
}

func TestBoltsFramesConformToTheContractOfAFramer(t *testing.T) {
	for name, opts := range map[string][]bolt.Option{
		"version 1": {bolt.Version(1)}, "version 2": {bolt.Version(2)}, "version 2 without checksums": {bolt.Version(2), bolt.Checksum(false)},
	} {
		t.Run(name, func(t *testing.T) {
			onramptest.TestFramer(t, onramptest.FramerSuite{
				New: func() (codec.Framer, codec.Body) {
					w := newWire(t, opts...)
					return w.framer, w.body
				},
				Golden: slices.Concat(frames(t, 1), frames(t, 2)),
			})
		})
	}
}

// frames are the golden frames of a version.
func frames(t *testing.T, version byte) [][]byte {
	t.Helper()
	var out [][]byte
	for _, v := range vectors(t, version) {
		out = append(out, v.frame)
	}
	return out
}

// openings are the golden frames that a client may begin with.
func openings(t *testing.T, version uint8) [][]byte {
	t.Helper()
	var out [][]byte
	for _, f := range frames(t, version) {
		if f[1] != 0 { // a response
			out = append(out, f)
		}
	}
	return out
}
