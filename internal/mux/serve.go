package mux

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
)

// serverConn is one connection of a server.
type serverConn struct {
	nc      net.Conn
	cfg     *Config
	framer  codec.Framer
	body    codec.Body
	corr    codec.Correlator
	handler onramp.Handler
	peer    onramp.Peer
	names   codec.Names

	// serving is Serve's own context: its end begins the drain.
	serving context.Context
	// ctx is the parent of every call's context: it ends with the connection, and its
	// cause says why. That of a oneway call is base, see linger.
	ctx, base    context.Context
	cancel, stop context.CancelCauseFunc

	r        *reader
	w        *writer
	warm     bool        // a request came since the connection was idle; of the reader
	holding  atomic.Bool // the reader waits with a buffer
	workers  workers
	turn     chan struct{} // of the one reply that waits for room
	inline   inline
	readers  sync.WaitGroup // that took over from Serve's goroutine
	arrival  arrival
	beats    rate          // heartbeats and the like, of the reader
	strays   rate          // replies, of the reader
	ended    chan struct{} // closed when nobody reads any more
	endOnce  sync.Once
	late     bool          // what crosses the go-away is served
	leaving  atomic.Bool   // the drain has begun
	draining atomic.Bool   // and calls are refused
	drained  chan struct{} // closed when drain has returned
	requests atomic.Uint64
	tick     serverTick
	failed   atomic.Bool
	cause    error         // of the first fail
	closed   chan struct{} // closed when that has done its work
}

// Serve answers calls on nc: it is codec.Codec's Serve for framed protocols.
// When the codec panics it closes nc, ends what it has begun, and panics.
func Serve(ctx context.Context, nc net.Conn, h onramp.Handler, cfg *Config) (err error) {
	s := &serverConn{
		nc: nc, cfg: cfg, framer: pin(cfg.Framer, false), body: cfg.Body, handler: h,
		peer: onramp.Peer{Protocol: cfg.Framer.Name()},
	}
	if a := nc.RemoteAddr(); a != nil {
		s.peer.Addr = a.String()
	}
	s.corr, _ = s.framer.(codec.Correlator)
	s.late = ServesLate(cfg.Framer)
	s.serving = ctx
	s.base, s.stop = context.WithCancelCause(context.WithoutCancel(ctx))
	s.ctx, s.cancel = context.WithCancelCause(s.base)
	s.r = newReader(nc, s.framer, &s.inline.watching)
	s.w = newWriter(nc, cfg.WriteBuffer, s.fail)
	s.turn = make(chan struct{}, 1)
	s.ended, s.drained, s.closed = make(chan struct{}), make(chan struct{}), make(chan struct{})
	s.workers.init(s, model(cfg.Framer))
	s.inline.init(s)
	s.tick.init(s)
	stop := context.AfterFunc(ctx, s.drain)
	// Deferred, because a handler that runs inline may end this goroutine.
	defer func() { err = s.end(stop) }()
	s.readOn()
	return nil
}

// end returns why the connection ended, when everything that was begun for it is gone.
func (s *serverConn) end(stopDrain func() bool) error {
	<-s.ended
	<-s.closed
	s.linger()
	s.stop(nil)
	s.inline.stop()
	s.w.flushers.Wait()
	draining := !stopDrain()
	if draining {
		<-s.drained
	}
	s.tick.stop()
	s.r.release()
	if p, ok := s.cause.(*panicError); ok {
		panic(p)
	}
	if draining || errors.Is(s.cause, io.EOF) {
		return nil
	}
	return s.cause
}

// readOn reads until the connection ends, or until another goroutine took over.
func (s *serverConn) readOn() {
	err := errExit
	defer func() {
		if v := recover(); v != nil {
			err = panicked(v)
		}
		if errors.Is(err, errReplaced) {
			return
		}
		s.fail(err) // a handler that runs inline in Serve's goroutine hears of it
		s.endOnce.Do(func() { close(s.ended) })
	}()
	err = s.read()
}

// read cuts requests until the connection ends.
func (s *serverConn) read() error {
	var f codec.Frame
	f.Intern(&s.names)
	for {
		if err := s.fill(); err != nil {
			return err
		}
		s.w.unheard.Store(0)
		now := time.Now() // one stamp for all that came together
		if err := s.cut(&f, now); err != nil {
			return err
		}
		if jobs := s.workers.idle(); jobs == 0 || !s.inline.may(jobs) {
			s.startWorkers()
		} else if err := s.inline.batch(jobs, now); err != nil {
			return err
		}
		if s.w.crowded() {
			s.arrival.stop()
			s.w.pause()
		}
		s.arrival.note(s.r)
	}
}

// startWorkers starts those that the queue needs, when there is room for replies.
func (s *serverConn) startWorkers() {
	for !s.workers.start() {
		s.arrival.stop()
		s.w.pause()
	}
}

// fill reads once. Between calls a connection that was busy lately reads into the
// buffer that it has, until the tick finds it idle.
func (s *serverConn) fill() error {
	for {
		s.holding.Store(s.warm)
		err := s.r.fill(!s.warm && s.workers.quiet())
		if !s.warm || !errors.Is(err, os.ErrDeadlineExceeded) {
			return err
		}
		s.warm = false
		_ = s.nc.SetReadDeadline(time.Time{})
	}
}

// cut takes every whole frame that was read at now. f is scratch.
func (s *serverConn) cut(f *codec.Frame, now time.Time) error {
	for {
		frame, err := s.r.next()
		if frame == nil || err != nil {
			return err
		}
		s.arrival.stop()
		if err := s.accept(frame, f, now); err != nil {
			return err
		}
	}
}

// fail closes the connection once. Whoever comes later does not wait.
func (s *serverConn) fail(err error) {
	if !s.failed.CompareAndSwap(false, true) {
		return
	}
	defer close(s.closed)
	s.cause = err
	s.w.close()
	if s.lingers() {
		_ = s.nc.SetWriteDeadline(time.Unix(1, 0)) // what is being written has no reader
		s.cancel(s.cutOff(err))
		return
	}
	s.stop(s.cutOff(err))
	_ = s.nc.Close() // last, because that of TLS may wait for a peer
}

// cutOff is the cause of a handler's context that ends because of err.
func (s *serverConn) cutOff(err error) error {
	switch {
	case s.serving.Err() != nil && errors.Is(err, net.ErrClosed):
		return fmt.Errorf("%w: the server was shut down and could wait for the call no longer", context.Canceled)
	case errors.Is(err, io.EOF):
		return fmt.Errorf("%w: the peer closed the connection", context.Canceled)
	}
	return fmt.Errorf("%w: the connection ended: %w", context.Canceled, err)
}

// drain is called when the context of Serve ends: new requests are refused, at once or
// when the peer has had time to hear of it, and the connection ends when the peer closes
// it or has been quiet for a while.
func (s *serverConn) drain() {
	defer close(s.drained)
	s.leaving.Store(true)
	s.draining.Store(!s.late)
	if g, ok := s.framer.(codec.GoAwayer); ok {
		if b := g.AppendGoAway(nil, 0); len(b) > 0 {
			_ = s.w.writeWait(&out{b, true}, false)
		}
	}
	s.tick.drain()
}
