package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"syscall"
	"time"
)

// listening is one listener that Serve runs.
type listening struct {
	net.Listener
	ctx    context.Context // ends when the listener does
	cancel context.CancelFunc
	addr   string // what is announced, "" without a registrar
	since  time.Time
}

// Serve accepts connections from l and serves them until the server is shut
// down or closed, or l fails for good. It owns l from then on. Several Serve may
// run, each with its own listener.
//
// When ctx ends the whole server is shut down with its default bounds; values and
// the end of ctx do not reach the handlers. Serve returns what the shutdown
// returned, nil when nothing was lost and after Close.
//
// A listener that fails for a passing reason (no file descriptor left) is asked
// again after 5 ms, doubling up to 1 s. When it fails for good Serve returns its
// error, while its connections are served on until Shutdown or Close.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	if l == nil {
		return errors.New("server: Serve: the listener is nil")
	}
	ln, err := s.listen(l)
	if err != nil {
		_ = l.Close()
		return err
	}
	stop := context.AfterFunc(ctx, func() { _ = s.Shutdown(context.Background()) })
	defer stop()
	err = s.accept(ln)
	s.unlisten(ln)
	s.acceptors.leave()
	if err != nil {
		return err
	}
	<-s.done
	return s.result()
}

// listen takes l up, unless the server is on its way out.
func (s *Server) listen(l net.Listener) (*listening, error) {
	ln := &listening{Listener: l, since: time.Now()}
	if len(s.cfg.registrars) > 0 {
		addr, err := s.advertised(l.Addr())
		if err != nil {
			return nil, err
		}
		ln.addr = addr
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.phase > serving {
		return nil, ErrClosed
	}
	s.phase = serving
	ln.ctx, ln.cancel = context.WithCancel(s.announcing)
	s.listeners[ln] = struct{}{}
	s.acceptors.join()
	s.announce()
	return ln, nil
}

func (s *Server) unlisten(ln *listening) {
	_ = ln.Close()
	s.mu.Lock()
	delete(s.listeners, ln)
	s.mu.Unlock()
	ln.cancel()
}

// refusing reports whether the server takes no more connections.
func (s *Server) refusing() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.phase == closed || s.phase == draining && s.stage >= StageSignal
}

// The pauses of a listener that cannot accept.
const (
	acceptPauseMin = 5 * time.Millisecond
	acceptPauseMax = time.Second
)

// accept takes connections until the server refuses them or l fails.
func (s *Server) accept(l *listening) error {
	var pause time.Duration
	for {
		nc, err := l.Accept()
		switch {
		case err == nil:
			pause = 0
			s.take(nc)
			continue
		case s.refusing():
			return nil
		case !passing(err):
			return fmt.Errorf("server: accepting on %s: %w", l.Addr(), err)
		}
		s.count.acceptErrors.Add(1)
		pause = min(max(2*pause, acceptPauseMin), acceptPauseMax)
		s.cfg.log.Warn("server: cannot accept a connection", slog.Any("err", err), slog.Duration("again_in", pause))
		if !sleep(s.serving, pause) {
			return nil
		}
	}
}

// passing reports whether an error of Accept says nothing about the listener
// itself: no descriptor or memory is left, or the new connection died.
func passing(err error) bool {
	var t interface{ Temporary() bool }
	if errors.As(err, &t) && t.Temporary() {
		return true
	}
	for _, e := range []syscall.Errno{syscall.ENOBUFS, syscall.ENOMEM, syscall.EPROTO, syscall.ENETDOWN, syscall.EHOSTUNREACH, syscall.ENETUNREACH} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}
