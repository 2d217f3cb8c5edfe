package mux

import (
	"bytes"
	"errors"
	"io"
	"math"
	"net"
	"slices"
	"testing"
	"testing/iotest"

	"github.com/onrampmesh/onramp/codec"
)

// stream is a net.Conn that reads from r.
type stream struct {
	net.Conn
	r io.Reader
}

func (s stream) Read(b []byte) (int, error) { return s.r.Read(b) }

// chunks reads the given pieces, one for each Read at most.
type chunks struct{ left [][]byte }

func (c *chunks) Read(b []byte) (int, error) {
	if len(c.left) == 0 {
		return 0, io.EOF
	}
	n := copy(b, c.left[0])
	if c.left[0] = c.left[0][n:]; len(c.left[0]) == 0 {
		c.left = c.left[1:]
	}
	return n, nil
}

// sizer is a framer that says what size is.
type sizer struct {
	plain
	size func(src []byte) (int, error)
}

func (s sizer) Size(src []byte) (int, error) { return s.size(src) }

// frames reads until an error, and returns copies of the frames.
func frames(r *reader, quiet func() bool) (out [][]byte, err error) {
	defer r.release()
	for {
		if err := r.fill(quiet()); err != nil {
			return out, err
		}
		for {
			f, err := r.next()
			if err != nil {
				return out, err
			}
			if f == nil {
				break
			}
			out = append(out, bytes.Clone(f))
		}
	}
}

func never() bool { return false }

func TestReaderRefusesWhatIsNoSize(t *testing.T) {
	for name, size := range map[string]func([]byte) (int, error){
		"negative":     func([]byte) (int, error) { return -1, nil },
		"never enough": func([]byte) (int, error) { return 0, nil },
		"an error":     func([]byte) (int, error) { return 0, errors.New("no") },
	} {
		zeros := &io.LimitedReader{R: zero{}, N: 100 << 20}
		r := &reader{nc: stream{r: zeros}, framer: sizer{size: size}}
		_, err := frames(r, never)
		if err == nil || errors.Is(err, io.EOF) {
			t.Errorf("%s: %v", name, err)
		}
		if used := 100<<20 - zeros.N; used > 4*undecided {
			t.Errorf("%s: found after %d bytes", name, used)
		}
	}
}

type zero struct{}

func (zero) Read(b []byte) (int, error) { clear(b); return len(b), nil }

func TestReaderGrowsWithWhatArrivesAndNotWithWhatIsClaimed(t *testing.T) {
	claim := func([]byte) (int, error) { return math.MaxInt, nil }
	for _, piece := range []int{1, 100, 1 << 20} {
		src := &chunks{}
		r := &reader{nc: stream{r: src}, framer: sizer{size: claim}}
		for arrived := 0; arrived < 6<<20; {
			n := piece
			if piece < 1000 && arrived > 100<<10 {
				break
			}
			src.left = append(src.left, make([]byte, n))
			for len(src.left) > 0 {
				before := r.end - r.start
				if err := r.fill(arrived == 0); err != nil {
					t.Fatal(err)
				}
				arrived += r.end - r.start - before
				if f, err := r.next(); f != nil || err != nil {
					t.Fatal(f, err)
				}
				if held := cap(r.held()); held > max(2<<10, 4*arrived, min(smallRead, 32*arrived)) {
					t.Fatalf("pieces of %d: %d bytes are held for %d that arrived", piece, held, arrived)
				}
			}
		}
		r.release()
	}
}

func TestReaderHoldsTwiceTheLargestFrameAtMostAndGivesItBack(t *testing.T) {
	const large = 9<<20 + 123
	size := func(src []byte) (int, error) {
		if src[0] == 1 {
			return large, nil
		}
		return 1, nil
	}
	src := &chunks{left: [][]byte{append([]byte{1}, make([]byte, large-1)...), {0}}}
	r := &reader{nc: stream{r: src}, framer: sizer{size: size}}
	for {
		old := 0
		if r.buf != nil {
			old = cap(r.held())
		}
		if err := r.fill(false); err != nil {
			t.Fatal(err)
		}
		if now := cap(r.held()); now != old && now+old > 2*large {
			t.Errorf("%d bytes beside %d are held for a frame of %d", now, old, large)
		}
		f, err := r.next()
		if err != nil {
			t.Fatal(err)
		}
		if len(f) == large {
			break
		}
	}
	if err := r.fill(false); err != nil {
		t.Fatal(err)
	}
	if held := cap(r.held()); held > 2<<20 {
		t.Errorf("%d bytes are held for the next frame, of one byte", held)
	}
	r.release()
}

func TestReaderGivesUpAConnectionThatReadsNothingForEver(t *testing.T) {
	for _, quiet := range []bool{false, true} {
		r := &reader{nc: stream{r: nothing{}}, framer: plain{}}
		if _, err := frames(r, func() bool { return quiet }); !errors.Is(err, io.ErrNoProgress) {
			t.Errorf("quiet %v: %v", quiet, err)
		}
	}
}

type nothing struct{}

func (nothing) Read([]byte) (int, error) { return 0, nil }

func TestReaderTakesBytesThatComeWithAnError(t *testing.T) {
	in := slices.Concat(frameOf(codec.Request, 1, "a"), frameOf(codec.Request, 2, "b"))
	for _, quiet := range []bool{false, true} {
		r := &reader{nc: stream{r: iotest.DataErrReader(bytes.NewReader(in))}, framer: plain{}}
		if got, err := frames(r, func() bool { return quiet }); len(got) != 2 || !errors.Is(err, io.EOF) {
			t.Errorf("quiet %v: %d frames, %v", quiet, len(got), err)
		}
	}
}

func TestAReaderThatWasBusyComesBackToASmallBuffer(t *testing.T) {
	for _, burst := range []int{100 << 10, 1 << 20} {
		src := &chunks{}
		r := &reader{nc: stream{r: src}, framer: plain{}}
		read := func(frame []byte) {
			src.left = append(src.left, frame)
			for left := len(frame); left > 0; {
				if err := r.fill(false); err != nil {
					t.Fatal(err)
				}
				for {
					f, err := r.next()
					if err != nil {
						t.Fatal(err)
					}
					if f == nil {
						break
					}
					left -= len(f)
					r.keep(f).Release()
				}
			}
		}
		read(frameOf(codec.Request, 1, string(make([]byte, burst-plainHead))))
		small := frameOf(codec.Request, 1, "poll")
		for range 2 {
			read(small)
		}
		if n := len(r.held()); n > largeRead {
			t.Errorf("behind %d bytes: %d are held after two small frames", burst, n)
		}
		for range 100 {
			read(small)
		}
		if n := len(r.held()); n > smallRead {
			t.Errorf("behind %d bytes: %d are held after a hundred small frames", burst, n)
		}
		r.release()
	}
}
