package streams_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/onramptest"
)

// Many calls of all kinds, cancelled at random, over a network that delays,
// stalls, tears frames apart and at last breaks: every stream ends once, no
// reply meets another call, and nothing is left.
func TestEveryCallEndsOnceWhateverTheNetworkDoes(t *testing.T) {
	for seed := range uint64(20) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			rigged(t, chat, func(t *testing.T, r *rig) { storm(t, r, rand.New(rand.NewPCG(seed, 1))) })
		})
	}
}

func storm(t *testing.T, r *rig, rnd *rand.Rand) {
	r.net.ShortReads(addr, rnd.IntN(30))
	r.net.Delay(addr, time.Duration(rnd.IntN(3))*time.Millisecond)
	time.AfterFunc(20*time.Millisecond, func() { r.net.Freeze(addr, onramptest.ToClient) })
	time.AfterFunc(40*time.Millisecond, func() { r.net.Thaw(addr) })
	end := []func(){func() { r.net.Cut(addr) }, r.drain, func() { r.Close() }, func() {}}[rnd.IntN(4)]
	time.AfterFunc(60*time.Millisecond, end)
	var wg sync.WaitGroup
	observers := make([]*ends, 60)
	for i := range observers {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		if rnd.IntN(4) == 0 {
			time.AfterFunc(time.Duration(rnd.IntN(60))*time.Millisecond, cancel)
		}
		start := time.Duration(rnd.IntN(80)) * time.Millisecond
		wg.Go(func() {
			time.Sleep(start)
			observers[i] = one(ctx, t, r, i)
		})
	}
	wg.Wait()
	time.Sleep(time.Minute)
	for i, e := range observers {
		if e != nil && e.n.Load() != 1 {
			t.Errorf("stream %d ended %d times", i, e.n.Load())
		}
	}
	if free, s := r.Load(); s == 0 && free != 128 {
		t.Errorf("%d places free of a connection without calls", free)
	}
}

// one makes a call; its observer is returned for a stream that was opened.
func one(ctx context.Context, t *testing.T, r *rig, i int) *ends {
	switch i % 3 {
	case 0:
		req, _ := request(onramp.Unary, "echo", fmt.Sprint(i))
		resp, err := r.RoundTrip(ctx, req)
		var s string
		if err == nil && (resp.Body.Decode(&s) != nil || s != fmt.Sprint("echo ", i)) {
			t.Errorf("call %d got %q", i, s)
		}
		typed(t, err)
		return nil
	case 1:
		return talk(ctx, t, r, i)
	}
	req, e := request(onramp.ServerStream, "count", i)
	resp, err := r.RoundTrip(ctx, req)
	if typed(t, err); err != nil {
		return nil
	}
	for want := 0; ; want++ {
		n := -1
		if err := resp.Stream.Recv(&n); err != nil {
			if typed(t, err); err == io.EOF && want != i {
				t.Errorf("stream %d ended well after %d messages", i, want)
			}
			return e
		}
		if n != want {
			t.Errorf("stream %d got %d, want %d", i, n, want)
		}
	}
}

func talk(ctx context.Context, t *testing.T, r *rig, i int) *ends {
	req, e := request(onramp.BidiStream, "bidi", nil)
	resp, err := r.RoundTrip(ctx, req)
	if typed(t, err); err != nil {
		return nil
	}
	s, sent := resp.Stream, make(chan struct{})
	go func() {
		defer close(sent)
		for k := range 10 {
			if err := s.Send(fmt.Sprint(i, " ", k)); err != nil {
				typed(t, err)
				return
			}
		}
		s.CloseSend()
	}()
	for k := 0; ; k++ {
		var m string
		if err := s.Recv(&m); err != nil {
			typed(t, err)
			<-sent
			return e
		}
		if m != fmt.Sprint("> ", i, " ", k) {
			t.Errorf("stream %d got %q as message %d", i, m, k)
		}
	}
}

// typed checks that an error is one of onramp, or the clean end.
func typed(t *testing.T, err error) {
	var e *onramp.Error
	if err != nil && err != io.EOF && !errors.As(err, &e) {
		t.Errorf("an error of type %T: %v", err, err)
	}
}
