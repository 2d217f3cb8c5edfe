package streams

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"time"

	"github.com/onrampmesh/onramp"
)

// linger is how long a server that has drained waits for the peer to close.
const linger = time.Second

// server is one connection of Serve.
type server struct {
	cfg    *Config
	nc     net.Conn
	w      *writer
	h      onramp.Handler
	ctx    context.Context // of the handlers
	cancel context.CancelCauseFunc
	done   sync.WaitGroup

	mu       sync.Mutex
	calls    map[uint32]*serverCall
	active   int    // calls whose handlers have not returned
	last     uint32 // the newest call that was seen
	draining bool
}

// Serve implements codec.Codec. When ctx ends it says GoAway and takes no new
// calls. It returns nil when the peer has closed the connection, and when it has
// drained.
func (c *Codec) Serve(ctx context.Context, nc net.Conn, h onramp.Handler) error {
	s := &server{cfg: &c.cfg, nc: nc, w: newWriter(nc), h: h, calls: make(map[uint32]*serverCall)}
	s.ctx, s.cancel = context.WithCancelCause(context.WithoutCancel(ctx))
	s.done.Go(func() { s.w.run(func(err error) { s.w.fail(err); _ = nc.Close() }) })
	s.done.Add(1) // for drain, which may run once
	stop := context.AfterFunc(ctx, func() { defer s.done.Done(); s.drain() })
	err := s.read()
	if stop() {
		s.done.Done()
	}
	s.cancel(errGone)
	s.w.fail(errGone)
	_ = nc.Close()
	s.done.Wait()
	return err
}

// read reads until the connection ends, and says what was wrong with it.
func (s *server) read() error {
	r := bufio.NewReader(s.nc)
	var hello [len(preface)]byte
	if _, err := io.ReadFull(r, hello[:]); err != nil {
		return s.verdict(err)
	}
	if string(hello[:]) != preface {
		return violation("the connection begins with %q", hello[:])
	}
	for {
		f, err := readFrame(r, s.cfg.MaxMessage)
		if err == nil {
			err = s.take(f)
		}
		if err != nil {
			return s.verdict(err)
		}
	}
}

// verdict turns the end of reading into what Serve returns.
func (s *server) verdict(err error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if errors.Is(err, io.EOF) || s.draining && !errors.Is(err, errProtocol) {
		return nil
	}
	return err
}

// drain says that no new calls are taken, and ends the connection after the
// last one.
func (s *server) drain() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.draining = true
	_ = s.w.put(appendFrame(nil, frameGoAway, s.last, nil))
	s.settle()
}

// settle ends the connection when it has drained. s.mu is held.
func (s *server) settle() {
	if s.draining && len(s.calls) == 0 {
		s.w.finish()
		_ = s.nc.SetReadDeadline(time.Now().Add(linger))
	}
}

// take handles one frame.
func (s *server) take(f frame) error {
	if f.kind == frameOpen {
		return s.open(f)
	}
	s.mu.Lock()
	k, last := s.calls[f.id], s.last
	s.mu.Unlock()
	switch {
	case f.id > last:
		return violation("a frame of call %d, which was never made", f.id)
	case k == nil:
		return nil // ended, or refused
	}
	return k.take(f)
}

// open begins a call, or refuses it.
func (s *server) open(f frame) error {
	k := &serverCall{s: s, id: f.id}
	left, err := readOpening(f.payload, &k.req)
	if err != nil {
		return violation("call %d: a bad opening: %w", f.id, err)
	}
	s.mu.Lock()
	if f.id <= s.last {
		s.mu.Unlock()
		return violation("call %d comes after call %d", f.id, s.last)
	}
	s.last = f.id
	draining, full := s.draining, s.active >= s.cfg.MaxCalls
	if !draining && !full {
		k.init(left)
		s.calls[f.id] = k
		s.active++
	}
	s.mu.Unlock()
	switch {
	case draining: // the client knows by GoAway
		return nil
	case full:
		busy := &onramp.Error{Code: onramp.ResourceExhausted, Origin: onramp.Refused, Err: errors.New("the server is at its limit of calls on this connection")}
		return s.w.send(appendFrame(nil, frameEnd, f.id, encodeStatus(busy, new(onramp.Header))), nil)
	case k.req.Kind.Streaming():
		s.done.Go(k.run)
	}
	return nil
}

// free gives a call's place back. It comes before the last frame of the call, so
// that a client that has its reply finds the place.
func (s *server) free(k *serverCall) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.freeLocked(k)
}

// freeLocked is free with s.mu held.
func (s *server) freeLocked(k *serverCall) {
	if !k.freed {
		k.freed = true
		s.active--
	}
}

// forget ends a call.
func (s *server) forget(k *serverCall) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.freeLocked(k)
	delete(s.calls, k.id)
	s.settle()
}
