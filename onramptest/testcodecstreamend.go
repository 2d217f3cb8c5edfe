package onramptest

import (
	"context"
	"sync/atomic"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
)

func streamFails(t *checking, s *CodecSuite) {
	s.streams(t)
	r := s.rig(t, s.chat)
	defer r.close()
	for _, kind := range []onramp.Kind{onramp.ClientStream, onramp.ServerStream, onramp.BidiStream} {
		st, _ := r.stream(context.Background(), kind, "fail", "x")
		code := onramp.NotFound
		if s.Lacks&LacksCodes != 0 {
			code = onramp.OK
		}
		r.want(r.end(st), code, onramp.Remote)
	}
	r.works("after streams that failed")
}

func streamCanceled(t *checking, s *CodecSuite) {
	s.streams(t)
	var ended atomic.Bool
	r := s.rig(t, func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
		p, err := s.chat(ctx, req)
		if req.Method == "hang" {
			ended.Store(true)
		}
		return p, err
	})
	defer r.close()
	ctx, cancel := context.WithCancel(context.Background())
	st, e := r.stream(ctx, onramp.BidiStream, "hang", "")
	synctest.Wait()
	time.AfterFunc(time.Second, cancel)
	began := time.Now()
	r.want(r.end(st), onramp.Canceled, onramp.Wire, onramp.Local, onramp.Remote)
	if d := time.Since(began); d < time.Second || d > time.Second+slack {
		t.broken("the context was canceled after 1 s, and Recv returned after %v", d)
	}
	time.Sleep(time.Second)
	if !ended.Load() {
		t.broken("a second after the caller has canceled the stream its handler's context has not ended")
	}
	if n := e.n.Load(); n != 1 {
		t.broken("the observers of a canceled stream heard of its end %d times", n)
	}
	r.usable("after a stream that was canceled")
}

func streamLost(t *checking, s *CodecSuite) {
	s.streams(t)
	for how, lose := range map[string]func(r *codecRig){
		"closed here":    func(r *codecRig) { _ = r.conn.Close() },
		"cut on the way": func(r *codecRig) { r.link.Cut() },
	} {
		r := s.rig(t, s.chat)
		st, e := r.stream(context.Background(), onramp.BidiStream, "hang", "")
		time.AfterFunc(time.Second, func() { lose(r) })
		err := r.end(st)
		r.want(err, onramp.Unavailable, onramp.Wire)
		synctest.Wait()
		if n := e.n.Load(); n != 1 {
			t.broken("the observers of a stream whose connection was %s heard of its end %d times", how, n)
		}
		r.close()
	}
}

func streamObserved(t *checking, s *CodecSuite) {
	s.streams(t)
	var served ends
	r := s.rig(t, func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
		if req.Stream != nil {
			req.Observe(&served)
		}
		return s.chat(ctx, req)
	})
	defer r.close()
	st, e := r.stream(context.Background(), onramp.BidiStream, "talk", "")
	synctest.Wait()
	if n := e.n.Load(); n != 0 {
		t.broken("the observers of an open stream heard of its end %d times", n)
	}
	_ = st.CloseSend()
	_ = r.end(st)
	synctest.Wait()
	if c, v := e.n.Load(), served.n.Load(); c != 1 || v != 1 {
		t.broken("observers heard of a stream's end %d times on the client and %d times on the server; want once each", c, v)
	}
}

func streamHolds(t *checking, s *CodecSuite) {
	s.streams(t)
	r := s.rig(t, s.chat)
	defer r.close()
	free, _ := r.conn.Load()
	st, _ := r.stream(context.Background(), onramp.BidiStream, "talk", "")
	synctest.Wait()
	if now, _ := r.conn.Load(); now != free-1 {
		t.broken("with an open stream Load returns %d; it was %d before it", now, free)
	}
	_ = st.CloseSend()
	_ = r.end(st)
	synctest.Wait()
	if now, _ := r.conn.Load(); now != free {
		t.broken("after the stream Load returns %d; it was %d before it", now, free)
	}
}
