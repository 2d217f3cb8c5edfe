package bolt_test

import (
	"testing"

	"github.com/onrampmesh/onramp/codec/bolt"
	"github.com/onrampmesh/onramp/internal/oracle"
)

// FuzzBoltWire takes bytes for what a peer sent: first and later frames, of
// requests and of responses.
func FuzzBoltWire(f *testing.F) {
	seeds(f, func(b []byte) { f.Add(b) })
	w := newWire(f)
	p := oracle.Protocol{Framer: w.framer, Body: w.body, Most: 22 + 1024 + 32767 + bolt.DefaultMaxFrame}
	f.Fuzz(func(t *testing.T, src []byte) {
		for range 4 {
			frame := p.Check(t, src)
			if frame == nil {
				return
			}
			src = src[len(frame.Raw):]
		}
	})
}
