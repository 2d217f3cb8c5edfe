package onramptest

import (
	"bytes"
	"math/rand/v2"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
)

// framerHostile is what bytes of a peer that lies may do.
func framerHostile() []check[*FramerSuite] {
	return []check[*FramerSuite]{
		{
			name: "Size bounds what a frame may claim",
			of:   "codec.Framer.Size", says: "Limits are checked here, from the fixed part alone, before anything is allocated. An error ends the connection.",
			do:  "compare each length of the fixed part with its limit, without overflow, and return an error; or set FramerSuite.MaxFrame to your limit",
			run: claims,
		},
		{
			name: "no bytes make a framer or a body panic",
			of:   "codec.Framer.Decode", says: "Decode fills f from src, which is exactly one frame. f views src.",
			do:  "check each length against what is left of src before it is used, in Decode and in whatever reads the header later",
			run: noPanic,
		},
		{
			name: "a frame's views end with the frame",
			of:   "codec.Framer.Decode", says: "Decode fills f from src, which is exactly one frame. f views src.",
			do:  "cut Class, Header and Content out of src, and nothing beyond its length, even when its capacity is larger",
			run: viewsInside,
		},
	}
}

// heads calls try with beginnings of frames whose bytes were changed.
func (f *framing) heads(try func(b []byte)) {
	random := rand.New(rand.NewPCG(3, 5))
	for _, frame := range f.frames() {
		for at := range min(len(frame), 48) {
			for _, width := range []int{1, 2, 4, 8} {
				for _, v := range []byte{0xff, 0x7f, 0x80} {
					m := bytes.Clone(frame[:min(len(frame), 4096)])
					for i := at; i < min(at+width, len(m)); i++ {
						m[i] = 0xff
					}
					m[at] = v
					try(m)
				}
			}
		}
		for range 300 {
			m := bytes.Clone(frame[:min(len(frame), 4096)])
			for range 1 + random.IntN(6) {
				m[random.IntN(len(m))] = byte(random.Uint32())
			}
			try(m[:1+random.IntN(len(m))])
		}
	}
}

func claims(t *checking, s *FramerSuite) {
	f := s.framing(t)
	worst, example := 0, []byte(nil)
	f.heads(func(b []byte) {
		n, err := f.Size(b)
		if err == nil && (n < 0 || n > s.MaxFrame) && (example == nil || n > worst) {
			worst, example = n, bytes.Clone(b[:min(len(b), 48)])
		}
	})
	if example != nil {
		t.broken("Size of %x is %d: the most is %d", example, worst, s.MaxFrame)
	}
}

func noPanic(t *checking, s *FramerSuite) {
	f := s.framing(t)
	found := false
	f.heads(func(b []byte) {
		if found {
			return
		}
		defer func() {
			if v := recover(); v != nil {
				found = true
				t.broken("the bytes %.120x panic: %v", b, v)
			}
		}()
		f.swallow(b)
	})
}

// swallow does with bytes what both engines do.
func (f *framing) swallow(b []byte) {
	n, err := f.Size(b)
	if err != nil || n <= 0 || n > len(b) {
		return
	}
	frame := b[:n:n]
	if c, ok := f.Framer.(codec.Correlator); ok {
		c.Correlate(frame)
	}
	for _, side := range []func(fr *codec.Frame){
		func(fr *codec.Frame) {
			r := &onramp.Request{}
			_ = f.OpenRequest(fr, r)
			walk(&r.Header)
			_ = r.Body.Decode(&note{})
		},
		func(fr *codec.Frame) {
			p := &onramp.Response{}
			_ = f.OpenResponse(fr, f.call(onramp.Unary, ""), p)
			walk(&p.Header)
			walk(&p.Trailer)
			_ = p.Body.Decode(&note{})
		},
	} {
		fr := &codec.Frame{}
		if f.Decode(frame, fr) == nil {
			side(fr)
		}
	}
}

// walk reads a header whole.
func walk(h *onramp.Header) {
	for k := range h.All() {
		_, _ = h.Peek(k)
	}
}

func viewsInside(t *checking, s *FramerSuite) {
	f := s.framing(t)
	for name, frame := range f.frames() {
		long := append(bytes.Clone(frame), bytes.Repeat([]byte{'!'}, 64)...)
		want, got := f.decoded(bytes.Clone(frame)), f.decoded(long[:len(frame)])
		if digest(got) != digest(want) {
			t.broken("%s is %s, and with other bytes behind it %s", name, digest(want), digest(got))
		}
	}
}
