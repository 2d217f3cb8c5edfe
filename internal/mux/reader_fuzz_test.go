package mux

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"testing"

	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/internal/oracle"
)

// FuzzReader cuts a stream at any places, and has the reads of an idle and of a
// busy connection mixed: the frames are those of the whole stream, and memory
// follows what arrived.
func FuzzReader(f *testing.F) {
	three := slices.Concat(frameOf(codec.Request, 1, "a"), frameOf(codec.Response, 2, string(make([]byte, 3000))), frameOf(codec.Oneway, 3, ""))
	f.Add(three, []byte{1, 200, 3}, uint8(0))
	f.Add(three, []byte{}, uint8(255))
	f.Add(append(three, garbage...), []byte{9}, uint8(1))
	f.Add([]byte{0, 0xf, 0xff, 0xff, 0}, []byte{1, 1}, uint8(3))
	f.Add([]byte{0xf, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 1, 2}, []byte{11, 1}, uint8(0))
	f.Fuzz(func(t *testing.T, src, cuts []byte, quiet uint8) {
		var got [][]byte
		var err error
		// A buffer that grows was allocated twice over, one that was hardly used is taken
		// anew, and frames are copied here.
		limits := oracle.Limits{Bytes: 8*largeRead + 16*uint64(len(src)), Time: oracle.For(oracle.Frame, 10*len(src)).Time}
		limits.Check(t, func() { got, err = readAll(t, src, cuts, quiet) })
		want, wantErr := whole(src)
		if !slices.EqualFunc(got, want, bytes.Equal) {
			t.Fatalf("%d frames, want %d, or they differ", len(got), len(want))
		}
		if errors.Is(err, io.EOF) != (wantErr == nil) {
			t.Fatalf("ended by %v, want %v", err, wantErr)
		}
		if why := (oracle.Text{}).Judge(err, src); why != "" {
			t.Fatal(why)
		}
	})
}

// readAll reads src in pieces. A bit of quiet says that a read expects nothing.
func readAll(t *testing.T, src, cuts []byte, quiet uint8) ([][]byte, error) {
	reads := 0
	r := &reader{nc: stream{r: split(src, cuts)}, framer: roomy{}}
	return frames(r, func() bool {
		if r.buf != nil && cap(r.held()) > largeRead+4*len(src) {
			t.Errorf("%d bytes are held for %d", cap(r.held()), len(src))
		}
		reads++
		return quiet>>(reads%8)&1 == 1
	})
}

// whole cuts a stream that is there at once.
func whole(src []byte) (out [][]byte, err error) {
	for {
		n, err := roomy{}.Size(src)
		if err != nil || n == 0 || n > len(src) {
			return out, err
		}
		out, src = append(out, src[:n]), src[n:]
	}
}

// split cuts src into pieces of the sizes in cuts, again and again; a size of 255 is 8 KiB.
func split(src, cuts []byte) *chunks {
	c := &chunks{}
	for i := 0; len(src) > 0; i++ {
		n := len(src)
		if len(cuts) > 0 {
			if n = int(cuts[i%len(cuts)]); n == 255 {
				n = 8 << 10
			}
			n = min(max(n, 1), len(src))
		}
		c.left, src = append(c.left, src[:n]), src[n:]
	}
	return c
}
