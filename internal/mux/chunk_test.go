package mux

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
)

// TestFramesThatAreKeptStayAsTheyWereReadWhateverIsReadMeanwhile has a reader read
// frames of any size in any pieces, while calls give theirs back in any order.
func TestFramesThatAreKeptStayAsTheyWereReadWhateverIsReadMeanwhile(t *testing.T) {
	type kept struct {
		b    *Buffer
		want []byte
	}
	rapid.Check(t, func(t *rapid.T) {
		sizes := rapid.SliceOfN(rapid.OneOf(rapid.IntRange(0, 2000), rapid.IntRange(0, 200<<10)), 1, 60).Draw(t, "sizes")
		var in []byte
		for i, n := range sizes {
			in = append(in, frameOf(codec.Request, uint64(i), string(bytes.Repeat([]byte{byte(i)}, n)))...)
		}
		src := split(in, rapid.SliceOfN(rapid.Byte(), 0, 200).Draw(t, "cuts"))
		r := &reader{nc: stream{r: src}, framer: plain{}}
		var out []kept
		giveBack := func(i int) {
			if !bytes.Equal(out[i].b.B, out[i].want) {
				t.Fatalf("a frame of %d bytes changed while it was out", len(out[i].want))
			}
			out[i].b.Release()
			out = slices.Delete(out, i, i+1)
		}
		for n := 0; ; {
			if r.fill(false) != nil {
				break
			}
			for {
				f, err := r.next()
				if err != nil {
					t.Fatal(err)
				}
				if f == nil {
					break
				}
				n++
				out = append(out, kept{r.keep(f), bytes.Clone(f)})
				for len(out) > 0 && rapid.IntRange(0, 2).Draw(t, "back") > 0 {
					giveBack(rapid.IntRange(0, len(out)-1).Draw(t, "which"))
				}
			}
			if p := r.pins.Load(); p > pinMost {
				t.Fatalf("%d chunks wait for their frames", p)
			}
		}
		r.release()
		for len(out) > 0 {
			giveBack(0)
		}
		if p := r.pins.Load(); p != 0 {
			t.Fatalf("%d chunks wait for frames, and all came back", p)
		}
	})
}

func TestCallsThatTakeLongHoldTheirOwnFramesOnly(t *testing.T) {
	frame := frameOf(codec.Request, 1, strings.Repeat("x", 1000))
	src := &chunks{}
	r := &reader{nc: stream{r: src}, framer: plain{}, size: largeRead}
	copied := 0
	for i := range 20_000 {
		src.left = [][]byte{frame}
		if err := r.fill(false); err != nil {
			t.Fatal(err)
		}
		f, err := r.next()
		if f == nil || err != nil {
			t.Fatal(err)
		}
		switch b := r.keep(f); {
		case i%100 > 0:
			b.Release()
		case b.from == nil:
			copied++ // and never comes back
		}
	}
	if p := r.pins.Load(); p > pinMost {
		t.Errorf("%d chunks are held", p)
	}
	if copied < 100 {
		t.Errorf("%d of 200 frames that were held were copied", copied)
	}
}

// viewBody has errors that come with a view of their reply.
type viewBody struct{ plainBody }

func (b viewBody) OpenResponse(f *codec.Frame, r *onramp.Request, p *onramp.Response) error {
	err := b.plainBody.OpenResponse(f, r, p)
	p.Body = onramp.Received(f.Content, 0, nil)
	return err
}

// TestAnErrorThatIsKeptDoesNotChangeWithLaterTraffic reads the views of an error's
// response after the reader has gone on.
func TestAnErrorThatIsKeptDoesNotChangeWithLaterTraffic(t *testing.T) {
	fails := func(_ context.Context, r *onramp.Request) (*onramp.Response, error) {
		text := string(r.Body.Raw)
		return nil, onramp.NewError(onramp.Internal, onramp.Remote, text)
	}
	cfg := testConfig(correlated{})
	cfg.Body = viewBody{}
	c := loopback(t, cfg, fails)
	first := strings.Repeat("a", 2000)
	req := &onramp.Request{Body: onramp.Body{Raw: []byte(first)}, Deadline: time.Now().Add(10 * time.Second)}
	resp, err := c.RoundTrip(context.Background(), req)
	if err == nil || resp == nil {
		t.Fatalf("%v, %v", resp, err)
	}
	kept := resp.Body.Raw
	for range 500 {
		_, _ = call(context.Background(), c, strings.Repeat("b", 2000), 10*time.Second)
	}
	if !strings.HasSuffix(string(kept), first) {
		t.Errorf("the view became %.40q", kept)
	}
}

// TestEveryReplyHasItsOwnContentWhileBuffersAreLent has many callers compare what
// they got, late, with what they sent.
func TestEveryReplyHasItsOwnContentWhileBuffersAreLent(t *testing.T) {
	c := loopback(t, testConfig(correlated{}), echo)
	var wg sync.WaitGroup
	for w := range 32 {
		wg.Go(func() {
			for i := range 200 {
				text := strings.Repeat(fmt.Sprintf("%d.%d;", w, i), 1+(w*i)%3000)
				req := &onramp.Request{Body: onramp.Body{Raw: []byte(text)}, Deadline: time.Now().Add(30 * time.Second)}
				resp, err := c.RoundTrip(context.Background(), req)
				if err != nil {
					t.Error(err)
					return
				}
				if i%7 == 0 {
					_, _ = call(context.Background(), c, text, 30*time.Second) // meanwhile
				}
				if string(resp.Body.Raw) != text {
					t.Errorf("%.40q became %.40q", text, resp.Body.Raw)
					return
				}
				resp.Body.Release()
			}
		})
	}
	wg.Wait()
}

func TestACallersContextIsSeenWithinMilliseconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, testConfig(correlated{}), sleepy(time.Minute))
		defer b.close()
		var wg sync.WaitGroup
		for _, after := range []time.Duration{0, time.Millisecond, 7 * time.Millisecond, 20 * time.Millisecond, time.Second} {
			wg.Go(func() {
				ctx, cancel := context.WithCancel(context.Background())
				defer time.AfterFunc(after, cancel).Stop()
				began := time.Now()
				_, err := call(ctx, b.c, "x", 30*time.Second)
				if took := time.Since(began); err == nil || took > after+12*time.Millisecond {
					t.Errorf("canceled after %v, returned after %v: %v", after, took, err)
				}
			})
		}
		wg.Wait()
	})
}
