package dubbo_test

import (
	"testing"

	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/codec/dubbo"
	"github.com/onrampmesh/onramp/onramptest"
)

// text makes the messages of the suites: Dubbo's serializer has nothing for an
// encoding.TextMarshaler.
func text(s string) any { return &s }

func TestDubboConformsToTheContractOfACodec(t *testing.T) {
	onramptest.TestCodec(t, onramptest.CodecSuite{
		New:      func() codec.Codec { return dubbo.New(dubbo.MaxFrame(2 << 20)) },
		Golden:   first(t),
		Message:  text,
		Empty:    func() any { return new(string) },
		Text:     func(m any) string { return *m.(*string) },
		TooLarge: 3 << 20,
		Lacks:    onramptest.LacksEmpty,
	})
}

func TestDubbosFramesConformToTheContractOfAFramer(t *testing.T) {
	var frames [][]byte
	for _, v := range golden(t) {
		frames = append(frames, v.frame)
	}
	onramptest.TestFramer(t, onramptest.FramerSuite{
		New: func() (codec.Framer, codec.Body) {
			w := newWire(t)
			return w.framer, w.body
		},
		Message: text,
		Golden:  frames,
	})
}

// first are the golden frames that a client may begin with.
func first(t *testing.T) [][]byte {
	t.Helper()
	var out [][]byte
	for _, v := range golden(t) {
		if v.frame[2]&0x80 != 0 {
			out = append(out, v.frame)
		}
	}
	return out
}
