package bolt_test

import (
	"bytes"
	"testing"

	"github.com/onrampmesh/onramp/codec/bolt"
	"github.com/onrampmesh/onramp/internal/oracle"
)

// FuzzBoltWire takes bytes for what a peer sent: first and later frames, of
// requests and of responses, of both versions. A checksum is made right, because
// no fuzzer can guess one.
func FuzzBoltWire(f *testing.F) {
	seeds(f, func(b []byte) { f.Add(b) })
	w := newWire(f)
	p := oracle.Protocol{Framer: w.framer, Body: w.body, Most: 24 + 1024 + 32767 + bolt.DefaultMaxFrame + 4, Version: "1.0"}
	f.Fuzz(func(t *testing.T, src []byte) {
		for range 4 {
			frame := p.Check(t, src)
			if frame == nil && len(src) > 0 && src[0] == 2 {
				src = bytes.Clone(src)
				if n, err := w.framer.Size(src); err == nil && n > 0 && n <= len(src) {
					_, id := w.framer.Correlate(src[:n])
					w.framer.Renumber(src[:n], id)
				}
				frame = p.Check(t, src)
			}
			if frame == nil {
				return
			}
			src = src[len(frame.Raw):]
		}
	})
}
