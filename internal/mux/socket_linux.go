package mux

import (
	"io"
	"net"
	"os"
	"sync/atomic"
	"syscall"
	"unsafe"
)

// socket is one direction of a TCP or Unix connection. Its system calls, which
// never block, are made without telling Go's scheduler: telling it wakes the
// scheduler's monitor thread after every moment without work, which is a seventh of
// the CPU of a process that often waits.
//
// The monitor is what takes the processor from goroutines that compute for long. It
// sleeps until the next timer at most, so a read keeps quiet only while a timer of
// this connection is set that is due in a few milliseconds.
type socket struct {
	nc    net.Conn
	raw   syscall.RawConn
	brisk *atomic.Bool          // such a timer is set; nil for writes
	try   func(fd uintptr) bool // of this direction, made once because it escapes
	b     []byte                // what is read or written
	vec   []syscall.Iovec       // or what is written in one call
	n     int                   // of the latest system call
	errno syscall.Errno
}

// maxVec is the most slices of one system call.
const maxVec = 1024

// readSocket returns nc's socket for reading, or nil when nc is none.
func readSocket(nc net.Conn, brisk *atomic.Bool) *socket {
	s := newSocket(nc)
	if s != nil {
		s.brisk, s.try = brisk, s.tryRead
	}
	return s
}

// writeSocket returns nc's socket for writing, or nil when nc is none.
func writeSocket(nc net.Conn) *socket {
	s := newSocket(nc)
	if s != nil {
		s.try = s.tryWrite
	}
	return s
}

// newSocket knows the net package's own types only: one that is built around them
// may have a Read and Write of its own.
func newSocket(nc net.Conn) *socket {
	s := &socket{nc: nc}
	switch c := nc.(type) {
	case *net.TCPConn:
		s.raw, _ = c.SyscallConn()
	case *net.UnixConn:
		s.raw, _ = c.SyscallConn()
	}
	if s.raw == nil {
		return nil
	}
	return s
}

// Read implements io.Reader.
func (s *socket) Read(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	s.b = b
	err := s.raw.Read(s.try)
	s.b = nil
	switch {
	case err != nil:
		return 0, err
	case s.errno != 0:
		return 0, s.failed("read")
	case s.n == 0:
		return 0, io.EOF
	}
	return s.n, nil
}

// Write implements io.Writer.
func (s *socket) Write(b []byte) (sent int, err error) {
	for sent < len(b) && err == nil {
		s.b = b[sent:]
		err = s.wrote(s.raw.Write(s.try))
		sent += s.n
	}
	s.b = nil
	return sent, err
}

// writeAll writes the slices of v, none of them empty. It changes v.
func (s *socket) writeAll(v net.Buffers) (sent int, err error) {
	for len(v) > 0 && err == nil {
		s.vec = s.vec[:0]
		for _, b := range v[:min(len(v), maxVec)] {
			e := syscall.Iovec{Base: &b[0]}
			e.SetLen(len(b))
			s.vec = append(s.vec, e)
		}
		err = s.wrote(s.raw.Write(s.try))
		clear(s.vec)
		sent += s.n
		v = behind(v, s.n)
	}
	s.vec = s.vec[:0]
	return sent, err
}

// behind is what is left of v after its first n bytes.
func behind(v net.Buffers, n int) net.Buffers {
	for len(v) > 0 && n >= len(v[0]) {
		n -= len(v[0])
		v = v[1:]
	}
	if n > 0 {
		v[0] = v[0][n:]
	}
	return v
}

// wrote returns why a write failed.
func (s *socket) wrote(err error) error {
	if err == nil && s.errno != 0 {
		err = s.failed("write")
	}
	if err != nil {
		s.n = 0
	}
	return err
}

// failed is what the net package says of a system call that failed.
func (s *socket) failed(op string) error {
	a := s.nc.LocalAddr()
	return &net.OpError{Op: op, Net: a.Network(), Source: a, Addr: s.nc.RemoteAddr(), Err: os.NewSyscallError(op, s.errno)}
}

// tryRead reports false when nothing is there to be read.
func (s *socket) tryRead(fd uintptr) bool {
	for {
		var r uintptr
		if s.brisk.Load() {
			r, _, s.errno = syscall.RawSyscall(syscall.SYS_READ, fd, uintptr(unsafe.Pointer(unsafe.SliceData(s.b))), uintptr(len(s.b)))
		} else {
			r, _, s.errno = syscall.Syscall(syscall.SYS_READ, fd, uintptr(unsafe.Pointer(unsafe.SliceData(s.b))), uintptr(len(s.b)))
		}
		if s.errno != syscall.EINTR {
			s.n = int(r)
			return s.errno != syscall.EAGAIN
		}
	}
}

// tryWrite reports false when there is no room.
func (s *socket) tryWrite(fd uintptr) bool {
	for {
		var r uintptr
		if len(s.vec) > 0 {
			r, _, s.errno = syscall.RawSyscall(syscall.SYS_WRITEV, fd, uintptr(unsafe.Pointer(unsafe.SliceData(s.vec))), uintptr(len(s.vec)))
		} else {
			r, _, s.errno = syscall.RawSyscall(syscall.SYS_WRITE, fd, uintptr(unsafe.Pointer(unsafe.SliceData(s.b))), uintptr(len(s.b)))
		}
		if s.errno != syscall.EINTR {
			s.n = int(r)
			return s.errno != syscall.EAGAIN
		}
	}
}
