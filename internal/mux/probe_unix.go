//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package mux

import (
	"errors"
	"sync"
	"syscall"
)

// eye is what a look needs, so that it allocates nothing.
type eye struct {
	b    [1]byte
	seen sight
	look func(fd uintptr)
}

// eyes hold no channel, timer or cond.
var eyes = sync.Pool{New: func() any { //nolint:gochecknoglobals // see above
	e := new(eye)
	e.look = e.peek
	return e
}}

// peek looks at what the socket has to read, without waiting and taking nothing.
func peek(raw syscall.RawConn) sight {
	e := eyes.Get().(*eye)
	defer eyes.Put(e)
	e.seen = open
	if raw.Control(e.look) != nil { // closed by this process, as its state says
		return open
	}
	return e.seen
}

func (e *eye) peek(fd uintptr) {
	n, _, err := syscall.Recvfrom(int(fd), e.b[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
	switch {
	case err == nil && n > 0:
		e.seen = unread
	case errors.Is(err, syscall.EAGAIN), errors.Is(err, syscall.EINTR):
	default: // the end, or a reset
		e.seen = ended
	}
}
