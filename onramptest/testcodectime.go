package onramptest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
)

// slack is how much later than asked a call may end in virtual time.
const slack = 50 * time.Millisecond

// codecDeadlines is when calls end.
func codecDeadlines() []check[*CodecSuite] {
	return []check[*CodecSuite]{
		{
			name: "a call ends at its deadline",
			of:   "codec.Conn.RoundTrip", says: "It ends by req.Deadline and by ctx.",
			do:  "arm a timer for req.Deadline, and return DeadlineExceeded with origin Wire when no reply came",
			run: deadlineEnds,
		},
		{
			name: "a call ends with its context",
			of:   "codec.Conn.RoundTrip", says: "It ends by req.Deadline and by ctx.",
			do:  "return Canceled with origin Wire as soon as ctx is canceled, and DeadlineExceeded when its deadline passes",
			run: contextEnds,
		},
		{
			name: "a call that has no time left is not sent",
			of:   "onramp.Local", says: "Local: nothing left this process.",
			do:  "look at req.Deadline and ctx before anything is written, and fail with origin Local",
			run: expiredUnsent,
		},
		{
			name: "the peer is told how long the caller waits",
			of:   "onramp.Request.Deadline", says: "Deadline is always set for unary calls; zero means none, for streams.",
			do:  "write the time that is left into the frame, and set Request.Deadline from it on the server",
			run: deadlineTold,
		},
	}
}

// silent returns a rig whose server reads and never answers.
func (s *CodecSuite) silent(t *checking) *codecRig {
	t.Helper()
	r := s.dial(t)
	peer := r.raw()
	go func() { _, _ = io.Copy(io.Discard, peer) }()
	r.open()
	return r
}

// timed makes a call to nobody and checks when and how it ends.
func (r *codecRig) timed(ctx context.Context, deadline, want time.Duration, code onramp.Code) {
	r.t.Helper()
	req := r.request("hang", "x")
	req.Deadline = time.Now().Add(deadline)
	began := time.Now()
	_, e := r.do(ctx, req)
	took := time.Since(began)
	if took < want || took > want+slack {
		r.t.broken("a call that was to end after %v ended after %v", want, took)
	}
	r.want(e, code, onramp.Wire)
}

func deadlineEnds(t *checking, s *CodecSuite) {
	for _, d := range []time.Duration{3 * time.Second, time.Millisecond, 4 * time.Second} {
		r := s.silent(t)
		r.timed(context.Background(), d, d, onramp.DeadlineExceeded)
		r.close()
	}
	r := s.rig(t, s.slow(10*time.Second)) // the peer answers, later
	defer r.close()
	var wg sync.WaitGroup
	free, _ := r.conn.Load()
	for i := range min(free, 3) {
		d := time.Duration(i+1) * time.Second
		wg.Go(func() {
			req, began := r.request("slow", "x"), time.Now()
			req.Deadline = began.Add(d)
			_, e := r.do(context.Background(), req)
			if took := time.Since(began); e == nil || e.Code != onramp.DeadlineExceeded && e.Code != onramp.Aborted || took > d+slack {
				t.broken("a call with a deadline of %v returned %v after %v", d, orNil(e), took)
			}
			if e != nil && e.Code == onramp.DeadlineExceeded && !errors.Is(e, context.DeadlineExceeded) {
				t.broken("errors.Is does not find context.DeadlineExceeded in %v", e)
			}
		})
	}
	wg.Wait()
}

func contextEnds(t *checking, s *CodecSuite) {
	for name, within := range map[string]func(time.Duration) (context.Context, context.CancelFunc){
		"cancel": func(d time.Duration) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(context.Background())
			time.AfterFunc(d, cancel)
			return ctx, cancel
		},
		"timeout": func(d time.Duration) (context.Context, context.CancelFunc) {
			return context.WithTimeout(context.Background(), d)
		},
	} {
		r := s.silent(t)
		ctx, cancel := within(time.Second)
		code := map[string]onramp.Code{"cancel": onramp.Canceled, "timeout": onramp.DeadlineExceeded}[name]
		r.timed(ctx, callTime, time.Second, code)
		cancel()
		r.close()
	}
}

func expiredUnsent(t *checking, s *CodecSuite) {
	var ran atomic.Int32
	r := s.rig(t, func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
		if req.Method == "never" {
			ran.Add(1)
		}
		return s.echo(ctx, req)
	})
	defer r.close()
	r.works("at first")
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	req := r.request("never", "x")
	_, e := r.do(ended, req)
	r.want(e, onramp.Canceled, onramp.Local)
	req = r.request("never", "x")
	req.Deadline = time.Now().Add(-time.Second)
	_, e = r.do(context.Background(), req)
	r.want(e, onramp.DeadlineExceeded, onramp.Local)
	synctest.Wait()
	if n := ran.Load(); n != 0 {
		t.broken("%d of two calls that had no time left reached the handler", n)
	}
	r.works("after them")
}

func deadlineTold(t *checking, s *CodecSuite) {
	s.lacks(t, LacksDeadline, "deadlines")
	var left atomic.Int64
	r := s.rig(t, func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
		left.Store(int64(time.Until(req.Deadline)))
		if req.Deadline.IsZero() {
			left.Store(0)
		}
		return s.echo(ctx, req)
	})
	defer r.close()
	for _, d := range []time.Duration{2 * time.Second, 90 * time.Millisecond, time.Minute} {
		req := r.request("echo", "x")
		req.Deadline = time.Now().Add(d)
		if _, e := r.do(context.Background(), req); e != nil {
			t.stop("the call returned %v", e)
		}
		if got := time.Duration(left.Load()); got < d-slack || got > d+slack {
			t.broken("the caller waits for %v, and the handler's Request.Deadline is in %v", d, got)
		}
	}
}

// codecAbandoned is what becomes of replies that nobody waits for.
func codecAbandoned() []check[*CodecSuite] {
	return []check[*CodecSuite]{
		{
			name: "a late reply is delivered to nobody",
			of:   "codec.Conn.RoundTrip", says: "RoundTrip sends req and returns its undecoded response.",
			do:  "keep the ID of a call that was given up until its reply came or as long again as it had; without IDs close the connection",
			run: lateReplies,
		},
		{
			name: "a call that is given up leaves a usable connection, or says why not",
			of:   "codec.Abandoner", says: "Abandoned reports whether this side closed the connection for that reason: its end then says nothing about the peer.",
			do:  "keep the connection, or close it and implement codec.Abandoner on the Conn",
			run: abandoned,
		},
		{
			name: "the places of calls that were given up come back",
			of:   "codec.Conn.Load", says: "Load returns how many more calls the connection takes now, and its state.",
			do:  "give a place back when the late reply came, or after twice the call's time",
			run: placesBack,
		},
	}
}

func lateReplies(t *checking, s *CodecSuite) {
	r := s.rig(t, s.slow(2*time.Second))
	defer r.close()
	for round := range 5 {
		req := r.request("slow", fmt.Sprint("late ", round))
		req.Deadline = time.Now().Add(time.Second)
		if _, e := r.do(context.Background(), req); e == nil {
			t.stop("a call with a deadline of 1 s got a reply that came after 2 s")
		}
		for i := range 40 { // the late reply comes in between
			if _, state := r.conn.Load(); state != codec.Ready {
				r.usable("after a call that was given up")
				return
			}
			want := fmt.Sprint(round, " ", i)
			got, e := r.call(want)
			if e == nil && got != "echo "+want {
				t.stop("the call %q got the reply %q of another call", want, got)
			}
			if e != nil && e.Origin != onramp.Local {
				t.stop("a call after one that was given up returned %v", e)
			}
			time.Sleep(50 * time.Millisecond)
		}
	}
}

func abandoned(t *checking, s *CodecSuite) {
	r := s.rig(t, s.slow(2*time.Second))
	defer r.close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if _, e := r.do(ctx, r.request("slow", "x")); e == nil {
		t.stop("a call got a reply that its context did not wait for")
	}
	synctest.Wait()
	r.usable("after a call that was given up")
	time.Sleep(5 * time.Second)
	r.usable("after its late reply")
}

func placesBack(t *checking, s *CodecSuite) {
	r := s.rig(t, s.slow(2*time.Second))
	defer r.close()
	free, _ := r.conn.Load()
	var wg sync.WaitGroup
	for range min(free, 50) {
		wg.Go(func() {
			req := r.request("slow", "x")
			req.Deadline = time.Now().Add(time.Second)
			_, _ = r.conn.RoundTrip(context.Background(), req)
		})
	}
	wg.Wait()
	time.Sleep(time.Minute)
	if now, state := r.conn.Load(); state == codec.Ready && now != free {
		t.broken("a minute after the last of some calls was given up there is room for %d calls; want %d as before", now, free)
	}
	r.usable("then")
}
