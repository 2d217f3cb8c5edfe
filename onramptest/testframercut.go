package onramptest

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
)

const sizeSays = "Size returns the length of the frame that src begins with, or 0 when src is too short to tell."

// framerGround is what every other check builds on.
func framerGround() []check[*FramerSuite] {
	return []check[*FramerSuite]{{
		name: "a call survives encoding and decoding",
		of:   "codec.Body", says: "Body says how a call becomes a frame's header and content, and back.",
		do:  "read in OpenRequest and OpenResponse what Request and Response have written, with Decode, Append and Seal between them",
		run: roundTrips,
	}}
}

func roundTrips(t *checking, s *FramerSuite) {
	f := s.framing(t)
	frame := f.request(7, f.call(onramp.Unary, "hello"))
	in, r := f.open(frame)
	if in.Kind != codec.Request || r.Service != rigService || r.Method != "sayHello" || r.Header.Get("tenant") != "acme" {
		t.broken("a request arrived as kind %d, %s, tenant %q", in.Kind, r.Target(), r.Header.Get("tenant"))
	}
	if left := in.Timeout; left < 2900*time.Millisecond || left > 3100*time.Millisecond {
		t.broken("a timeout of 3 s arrived as %v", left)
	}
	first, p := &onramp.Response{}, &onramp.Response{}
	value := f.decoded(f.response(frame, &onramp.Response{Body: onramp.Body{Value: s.Message("hello")}}, nil))
	if err := f.OpenResponse(value, r, first); err != nil {
		t.broken("an answer arrived as %.40q, %v", first.Body.Raw, err)
	}
	raw := &onramp.Response{Body: onramp.Body{Raw: bytes.Clone(first.Body.Raw), Encoding: first.Body.Encoding}}
	reply := f.decoded(f.response(frame, raw, nil))
	if err := f.OpenResponse(reply, r, p); err != nil || !bytes.Equal(p.Body.Raw, raw.Body.Raw) {
		t.broken("the answer %.40q arrived as %.40q, %v", raw.Body.Raw, p.Body.Raw, err)
	}
	failed := f.decoded(f.response(frame, nil, errors.New("no such greeting")))
	if err := f.OpenResponse(failed, r, p); err == nil || reply.Kind != codec.Response || failed.Kind != codec.Response {
		t.broken("an error arrived as kind %d, %v", failed.Kind, err)
	}
	if oneway := f.decoded(f.request(7, f.call(onramp.Oneway, "hello"))); oneway.Kind != codec.Oneway && oneway.Kind != codec.Request {
		t.broken("a oneway call arrived as kind %d", oneway.Kind)
	}
}

// framerCuts is how a stream of bytes becomes frames.
func framerCuts() []check[*FramerSuite] {
	return []check[*FramerSuite]{
		{
			name: "Size tells each frame's length at every prefix, or that it cannot",
			of:   "codec.Framer.Size", says: sizeSays,
			do:  "return 0 without an error until the fixed part is there, and from then on the same length, whatever follows",
			run: sizes,
		},
		{
			name: "Size allocates nothing",
			of:   "codec.Framer.Size", says: "Limits are checked here, from the fixed part alone, before anything is allocated.",
			do:  "read lengths in place; the engine calls Size for each read",
			run: sizeAllocates,
		},
		{
			name: "Decode neither changes nor keeps its bytes",
			of:   "codec.Framer", says: "It is pure: no I/O, no goroutine, no clock, no state, so that many goroutines may use it at once.",
			do:  "fill the frame with views of src, and keep nothing in the framer or the body",
			run: decodePure,
		},
	}
}

func sizes(t *checking, s *FramerSuite) {
	f := s.framing(t)
	all := f.frames()
	for i, g := range s.Golden {
		all[fmt.Sprint("golden frame ", i)] = g
	}
	tail := bytes.Repeat([]byte{0xa5}, 64)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		frame, known := all[name], false
		for _, n := range append(offsets(len(frame), 300), len(frame)) {
			got, err := f.Size(frame[:n:n])
			if err != nil || got != len(frame) && (got != 0 || known || n == len(frame)) {
				t.broken("Size of %d of the %d bytes of %s is %d, %v", n, len(frame), name, got, err)
				break
			}
			known = known || got > 0
		}
		if got, err := f.Size(append(bytes.Clone(frame), tail...)); err != nil || got != len(frame) {
			t.broken("Size of %s of %d bytes with others behind it is %d, %v", name, len(frame), got, err)
		}
		if err := f.Decode(frame, &codec.Frame{}); err != nil {
			t.broken("Decode of %s returned %v", name, err)
		}
	}
}

func sizeAllocates(t *checking, s *FramerSuite) {
	f := s.framing(t)
	for name, frame := range f.frames() {
		for _, n := range []int{1, len(frame) / 2, len(frame)} {
			var sum int
			if a := allocations(20, func() { got, _ := f.Size(frame[:n]); sum += got }); a >= 1 {
				t.broken("Size of %d bytes of %s makes %v allocations", n, name, a)
			}
		}
	}
}

func decodePure(t *checking, s *FramerSuite) {
	f := s.framing(t)
	for name, frame := range f.frames() {
		before := bytes.Clone(frame)
		want := digest(f.decoded(frame))
		if !bytes.Equal(frame, before) {
			t.broken("Decode changed %s", name)
		}
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for range 20 {
					var fr codec.Frame
					if err := f.Decode(bytes.Clone(frame), &fr); err != nil || digest(&fr) != want {
						t.broken("Decode of %s beside others gave %s, %v; alone it gave %s", name, digest(&fr), err, want)
						return
					}
				}
			})
		}
		wg.Wait()
	}
}

// digest prints what a frame says.
func digest(f *codec.Frame) string {
	return fmt.Sprintf("kind %d, version %d, flags %d, serializer %d, status %d, id %d, timeout %v, class %.80q, header %.200q, content %d bytes",
		f.Kind, f.Version, f.Flags, f.Serializer, f.Status, f.ID, f.Timeout, f.Class, f.Header, len(f.Content))
}
