package server

import (
	"io"
	"net"
)

// replay returns nc as a connection whose first bytes are those of p. Only
// reading goes through it: what writes use (ReadFrom, CloseWrite, SyscallConn and
// vectored writes) is nc's own, so that writes are as fast as on nc.
func replay(nc net.Conn, p prefix) net.Conn {
	switch nc := nc.(type) {
	case *net.TCPConn:
		return &replayTCP{TCPConn: nc, prefix: p}
	case *net.UnixConn:
		return &replayUnix{UnixConn: nc, prefix: p}
	case halfCloser:
		return &replayHalf{halfCloser: nc, prefix: p}
	}
	return &replayConn{Conn: nc, prefix: p}
}

type halfCloser interface {
	net.Conn
	CloseWrite() error
}

type replayTCP struct {
	*net.TCPConn
	prefix prefix
}

func (c *replayTCP) Read(b []byte) (int, error) { return c.prefix.readFirst(c.TCPConn, b) }

func (c *replayTCP) WriteTo(w io.Writer) (int64, error) { return c.prefix.writeFirst(c.TCPConn, w) }

// BehindReadAhead is the connection itself, for an engine that has read the prefix.
func (c *replayTCP) BehindReadAhead() net.Conn { return c.TCPConn }

type replayUnix struct {
	*net.UnixConn
	prefix prefix
}

func (c *replayUnix) Read(b []byte) (int, error) { return c.prefix.readFirst(c.UnixConn, b) }

// BehindReadAhead is what it is of replayTCP.
func (c *replayUnix) BehindReadAhead() net.Conn { return c.UnixConn }

type replayHalf struct {
	halfCloser
	prefix prefix
}

func (c *replayHalf) Read(b []byte) (int, error) { return c.prefix.readFirst(c.halfCloser, b) }

type replayConn struct {
	net.Conn
	prefix prefix
}

func (c *replayConn) Read(b []byte) (int, error) { return c.prefix.readFirst(c.Conn, b) }

// readFirst reads the prefix, and from r when it is used up.
func (p *prefix) readFirst(r io.Reader, b []byte) (int, error) {
	if p.r == p.n {
		return r.Read(b)
	}
	n := copy(b, p.buf[p.r:p.n])
	p.r += n
	return n, nil
}

// writeFirst writes the prefix and then all of src to w.
func (p *prefix) writeFirst(src io.WriterTo, w io.Writer) (int64, error) {
	n := 0
	if p.r < p.n {
		var err error
		n, err = w.Write(p.buf[p.r:p.n])
		p.r += n
		if err != nil {
			return int64(n), err
		}
	}
	m, err := src.WriteTo(w)
	return int64(n) + m, err
}
