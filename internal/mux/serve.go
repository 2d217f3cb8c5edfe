package mux

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
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

	// ctx is the parent of every call's context: it ends with the connection.
	ctx    context.Context
	cancel context.CancelFunc

	r        *reader
	w        *writer
	workers  workers
	inline   inline
	readers  sync.WaitGroup // that took over from Serve's goroutine
	ended    chan struct{}  // closed when nobody reads any more
	endOnce  sync.Once
	draining atomic.Bool
	drained  chan struct{} // closed when drain has returned
	frames   atomic.Uint64
	tick     serverTick
	failOnce sync.Once
	cause    error
}

// Serve answers calls on nc: it is codec.Codec's Serve for framed protocols.
// When the codec panics it closes nc, ends what it has begun, and panics.
func Serve(ctx context.Context, nc net.Conn, h onramp.Handler, cfg *Config) (err error) {
	s := &serverConn{
		nc: nc, cfg: cfg, framer: pin(cfg.Framer, false), body: cfg.Body, handler: h,
		peer: onramp.Peer{Addr: nc.RemoteAddr().String(), Protocol: cfg.Framer.Name()},
	}
	s.corr, _ = s.framer.(codec.Correlator)
	s.ctx, s.cancel = context.WithCancel(context.WithoutCancel(ctx))
	s.r = &reader{nc: nc, framer: s.framer}
	s.w = newWriter(nc, cfg.WriteBuffer, s.fail)
	s.ended, s.drained = make(chan struct{}), make(chan struct{})
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
	s.workers.wait()
	s.readers.Wait()
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
		if err := s.r.fill(s.workers.quiet()); err != nil {
			return err
		}
		s.w.unheard.Store(0)
		now := time.Now() // one stamp for all that came together
		for {
			frame, err := s.r.next()
			if err != nil {
				return err
			}
			if frame == nil {
				break
			}
			if err := s.accept(frame, &f, now); err != nil {
				return err
			}
		}
		if j := s.lone(); j == nil {
			s.workers.start()
		} else if err := s.inline.do(j); err != nil {
			return err
		}
		s.w.pause()
	}
}

// lone returns the one request that is under way when the reader may run it.
func (s *serverConn) lone() *job {
	if !s.inline.may() || s.r.partial() || !s.workers.alone() {
		return nil
	}
	return s.workers.only()
}

// accept takes one frame that was read at now. f is scratch.
func (s *serverConn) accept(frame []byte, f *codec.Frame, now time.Time) error {
	s.frames.Add(1)
	kind := codec.Request
	if s.corr != nil {
		kind, _ = s.corr.Correlate(frame)
	}
	if s.corr == nil || kind != codec.Request && kind != codec.Oneway {
		f.Reset()
		if err := s.framer.Decode(frame, f); err != nil {
			return fmt.Errorf("bad frame: %w", err)
		}
		kind = f.Kind
	}
	switch kind {
	case codec.Request, codec.Oneway:
		return s.queue(frame, kind, now)
	case codec.Heartbeat:
		if hb, ok := s.framer.(codec.Heartbeater); ok {
			return s.w.writeWait(hb.AppendHeartbeatAck(nil, f), s.workers.quiet())
		}
	}
	return nil
}

// queue hands a request to the workers, or refuses it.
func (s *serverConn) queue(frame []byte, kind codec.FrameKind, now time.Time) error {
	refused := s.draining.Load() || !s.workers.room()
	if refused && !s.workers.ordered {
		return s.refuse(frame, kind)
	}
	if refused && int(s.workers.busy.Load()) >= 2*s.cfg.MaxInFlight {
		return errors.New("the peer goes on sending requests without waiting for replies")
	}
	j := newJob(frame)
	j.oneway, j.at, j.refused = kind == codec.Oneway, now, refused
	s.workers.push(j)
	return nil
}

// refuse answers a request that will not run: the server goes away, or is at
// its limit. The connection goes on.
func (s *serverConn) refuse(frame []byte, kind codec.FrameKind) error {
	s.cfg.Stats.Refused.Add(1)
	if kind == codec.Oneway {
		return nil
	}
	j := newJob(frame)
	defer j.free()
	return s.refuseJob(j)
}

// refuseJob writes the refusal.
func (s *serverConn) refuseJob(j *job) error {
	if err := s.framer.Decode(j.in.B, &j.frame); err != nil {
		return fmt.Errorf("bad frame: %w", err)
	}
	req := j.frame
	drainer, drains := s.body.(codec.Drainer)
	refuser, refuses := s.body.(codec.Refuser)
	out := &j.reply
	out.Reset()
	out.ID, out.Version, out.Serializer = req.ID, req.Version, req.Serializer
	switch {
	case s.draining.Load() && drains:
		drainer.DrainResponse(out, &req)
	case refuses:
		refuser.BusyResponse(out, &req)
	default:
		return s.refuseAsError(j)
	}
	var err error
	if j.out, err = s.framer.Append(j.out[:0], out); err != nil {
		return err
	}
	if err = s.framer.Seal(j.out, out); err != nil {
		return err
	}
	return s.w.writeWait(j.out, false)
}

// refuseAsError is refuse for protocols that have no word of their own for it.
func (s *serverConn) refuseAsError(j *job) error {
	_ = s.body.OpenRequest(&j.frame, &j.req)
	text := "the server is at its limit of calls on this connection"
	if s.draining.Load() {
		text = "the server goes away"
	}
	return s.reply(j, nil, onramp.NewError(onramp.ResourceExhausted, onramp.Refused, text))
}

// reply encodes and writes the answer of a call.
func (s *serverConn) reply(j *job, p *onramp.Response, err error) error {
	if j.oneway {
		return nil
	}
	out, eerr := s.encode(j, p, err)
	if eerr != nil {
		// The reply cannot be sent as it is: the caller learns why.
		e := &onramp.Error{Code: onramp.Internal, Origin: onramp.Remote, Err: fmt.Errorf("the reply could not be encoded: %w", eerr)}
		if out, eerr = s.encode(j, nil, e); eerr != nil {
			return fmt.Errorf("the error reply could not be encoded: %w", eerr)
		}
	}
	return s.w.writeWait(out, s.workers.alone())
}

// encode builds a reply in j.out.
func (s *serverConn) encode(j *job, p *onramp.Response, err error) (out []byte, failed error) {
	defer s.caught(j, &failed)
	f := &j.reply
	f.Reset()
	f.Kind, f.ID, f.Version, f.Serializer = codec.Response, j.frame.ID, j.frame.Version, j.frame.Serializer
	if e := s.body.Response(f, &j.req, p, err); e != nil {
		return nil, e
	}
	out, e := s.framer.Append(j.out[:0], f)
	j.out = out
	if e != nil {
		return nil, e
	}
	if f.Content == nil {
		out, e = s.body.AppendResponse(out, f, &j.req, p, err)
		j.out = out
		if e != nil {
			return nil, e
		}
	}
	return out, s.framer.Seal(out, f)
}

// fail closes the connection once.
func (s *serverConn) fail(err error) {
	s.failOnce.Do(func() {
		s.cause = err
		_ = s.nc.Close()
		s.w.close()
		s.cancel()
	})
}

// drain is called when the context of Serve ends: new requests are refused, and
// the connection ends when the peer closes it or has been quiet for a while.
func (s *serverConn) drain() {
	defer close(s.drained)
	s.draining.Store(true)
	if g, ok := s.framer.(codec.GoAwayer); ok {
		if b := g.AppendGoAway(nil, 0); len(b) > 0 {
			_ = s.w.writeWait(b, false)
		}
	}
	s.tick.drain()
}

// serverTick looks after a connection in the background: a writer that makes no
// progress, idle workers and buffers, and the end of a drain.
type serverTick struct {
	s       *serverConn
	every   time.Duration
	mu      sync.Mutex
	timer   *time.Timer
	ended   bool
	half    bool
	writes  uint64
	stalled time.Duration
	frames  uint64
}

func (t *serverTick) init(s *serverConn) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.s, t.every = s, 5*time.Second
	t.timer = time.AfterFunc(t.every, t.run)
}

func (t *serverTick) run() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.ended {
		return
	}
	_, flushing := t.s.w.waiting()
	if n := t.s.w.writes.Load(); !flushing || n != t.writes {
		t.writes, t.stalled = n, 0
	} else if t.stalled += t.every; t.stalled >= t.s.cfg.WriteTimeout {
		t.s.fail(fmt.Errorf("the peer has taken no bytes for %v", t.stalled))
	}
	if n := t.s.frames.Load(); n != t.frames {
		t.frames = n
	} else {
		t.idle()
	}
	t.timer.Reset(t.every)
}

// idle is called when no frame came for one interval.
func (t *serverTick) idle() {
	t.s.workers.trim()
	t.s.w.trim()
	if !t.s.draining.Load() || t.half || !t.s.workers.quiet() {
		return
	}
	// Quiet says that every reply is in the batch; now they must be out of it.
	if waiting, flushing := t.s.w.waiting(); waiting == 0 && !flushing {
		t.half = true
		t.closeWrite()
	}
}

// drain makes the ticks shorter, so that an idle connection ends soon.
func (t *serverTick) drain() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.ended {
		t.every = t.s.cfg.DrainIdle
		t.frames = t.s.frames.Load()
		t.timer.Reset(t.every)
	}
}

// closeWrite tells the peer that nothing more comes. A peer that has nothing
// under way closes in turn, and the reader sees it.
func (t *serverTick) closeWrite() {
	if c, ok := t.s.nc.(interface{ CloseWrite() error }); ok {
		_ = c.CloseWrite()
		return
	}
	t.s.fail(io.EOF)
}

func (t *serverTick) stop() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ended = true
	t.timer.Stop()
}
