package codec_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/internal/leak"
)

func TestMain(m *testing.M) { leak.Main(m) }

func TestNamesReturnWhatTheyWereGivenWhateverCollides(t *testing.T) {
	var n codec.Names
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for i := range 5000 {
				want := fmt.Sprintf("com.acme.Service%d/%d", i%300, w)
				if got := n.String([]byte(want)); got != want {
					t.Errorf("got %q, want %q", got, want)
					return
				}
			}
		})
	}
	wg.Wait()
	long := string(make([]byte, 200))
	if n.String([]byte(long)) != long || n.String(nil) != "" {
		t.Error("a long or an empty name is wrong")
	}
}

func TestANameThatComesAgainCostsNothing(t *testing.T) {
	var f codec.Frame
	f.Intern(new(codec.Names))
	b := []byte("com.acme.Greeter")
	f.String(b)
	if n := testing.AllocsPerRun(100, func() { f.String(b) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
	s := f.String(b)
	clear(b)
	if s != "com.acme.Greeter" {
		t.Errorf("the name changed with its frame: %q", s)
	}
}

func TestAResetFrameKeepsItsScratchBufferOnly(t *testing.T) {
	var f codec.Frame
	f.SetHeader(append(f.Scratch(), "header"...))
	f.Content, f.ID = []byte("x"), 7
	before := &f.Header[0]
	f.Reset()
	if f.Header != nil || f.Content != nil || f.ID != 0 {
		t.Errorf("left over: %+v", f)
	}
	if b := append(f.Scratch(), 'x'); &b[0] != before {
		t.Error("the scratch buffer was lost")
	}
	received := []byte("a received header")
	f.Header = received
	_ = append(f.Scratch(), "overwritten"...)
	if string(received) != "a received header" {
		t.Error("building a header wrote into a received frame")
	}
}
