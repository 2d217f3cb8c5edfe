package hessian2_test

import (
	"testing"

	"github.com/onrampmesh/onramp/codec/hessian2"
)

func TestClosingTwiceGivesBackOnce(t *testing.T) {
	both(t, func(t *testing.T, s *hessian2.Serializer) {
		e := s.Encoder(nil)
		e.Int(1)
		if out := e.Close(); len(out) != 1 || e.Close() != nil {
			t.Errorf("%x", out)
		}
		d := s.Decoder([]byte{0x91})
		d.Close()
		d.Close()
		for range 100 {
			one, two := s.Encoder(nil), s.Encoder(nil)
			d1, d2 := s.Decoder([]byte{0x91}), s.Decoder([]byte{0x92, 0x92})
			if one == two || d1 == d2 {
				t.Fatal("one serves two bodies")
			}
			one.Close()
			two.Close()
			d1.Close()
			d2.Close()
		}
	})
}
