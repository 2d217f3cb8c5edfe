package mux

import (
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/onrampmesh/onramp"
)

// panicError is what a codec panicked with, where no call is to blame: it ends
// the connection. A panic of a handler, or while its reply is encoded, is one
// error reply instead.
type panicError struct {
	value any
	stack []byte
}

func panicked(v any) *panicError { return &panicError{v, debug.Stack()} }

// Error implements error. The stack is in it, because the goroutine is gone.
func (p *panicError) Error() string {
	return fmt.Sprintf("the codec panicked: %v\n\n%s", p.value, p.stack)
}

var (
	// errExit is why a connection ends when one of its goroutines did.
	errExit = errors.New("a handler ended its goroutine by runtime.Goexit")
	// errEncode stands in the error reply for what must not be told to the peer.
	errEncode = errors.New("it panicked")
)

// settle frees a job. One that was not answered to the end means that the codec
// panicked, or that the handler ended its goroutine. It is deferred.
func (s *serverConn) settle(j *job) {
	if !j.settled {
		if v := recover(); v != nil {
			s.fail(panicked(v))
		} else {
			s.fail(errExit)
		}
	}
	if j.oneway {
		s.workers.oneways.Add(-1)
	}
	j.free()
}

// caught makes an error of a panic while a reply is encoded. It is deferred.
func (s *serverConn) caught(j *job, err *error) {
	if v := recover(); v != nil {
		s.tell(&j.req, v)
		*err = errEncode
	}
}

// tell counts a panic of a call, and hands it on.
func (s *serverConn) tell(req *onramp.Request, v any) {
	s.cfg.Stats.Panics.Add(1)
	if s.cfg.Panic != nil {
		s.cfg.Panic(req.Target(), v, debug.Stack())
	}
}

// guard makes an error of a codec's panic on what the peer sent, so that it ends
// this connection and not the process. It is deferred.
func (c *Conn) guard(resp **onramp.Response, err *error) {
	v := recover()
	if v == nil {
		return
	}
	c.cfg.Stats.Panics.Add(1)
	if c.cfg.Panic != nil {
		c.cfg.Panic("a reply", v, debug.Stack())
	}
	if *err = fmt.Errorf("the codec panicked on a frame of the peer: %v", v); resp != nil {
		*resp = nil
	}
}
