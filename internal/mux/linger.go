package mux

import (
	"errors"
	"io"
	"net"
	"sync"
	"time"
)

// Oneway calls that have arrived run to their end when the peer closes the
// connection: nobody waits for a reply, and nobody would send them again. The
// contexts of the other calls end at once.

const (
	// lingerMost is how long they have before their contexts end, too.
	lingerMost = 10 * time.Second
	// lingerEvery is how often it is looked whether this side closed the connection.
	lingerEvery = 100 * time.Millisecond
)

// lingers reports whether there are oneway calls for which the connection, which
// the peer has closed, is kept open.
func (s *serverConn) lingers() bool {
	return errors.Is(s.cause, io.EOF) && s.workers.oneways.Load() > 0
}

// linger closes the connection when every handler has returned. The hard stop
// is that somebody closes it before, which nobody reads any more.
func (s *serverConn) linger() {
	gone := make(chan struct{})
	var watch sync.WaitGroup
	if s.lingers() {
		watch.Go(func() { s.watchStop(gone) })
	}
	s.workers.wait(errors.Is(s.cause, io.EOF))
	s.readers.Wait()
	close(gone)
	watch.Wait()
	_ = s.nc.Close()
}

// watchStop cancels the calls that are left when the connection is closed, or
// their time is over.
func (s *serverConn) watchStop(gone chan struct{}) {
	t := time.NewTicker(lingerEvery)
	defer t.Stop()
	most := time.NewTimer(lingerMost)
	defer most.Stop()
	for {
		select {
		case <-gone:
			return
		case <-most.C:
			s.stop(s.cutOff(io.EOF))
			return
		case <-t.C:
			if err := s.nc.SetReadDeadline(time.Time{}); err != nil {
				s.stop(s.cutOff(net.ErrClosed))
				return
			}
		}
	}
}
