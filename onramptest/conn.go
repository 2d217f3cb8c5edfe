package onramptest

import (
	"io"
	"net"
	"os"
	"syscall"
	"time"
)

// conn is one end of a Link: a net.Conn, with CloseWrite.
type conn struct {
	link          *Link
	in, out       *pipe
	local, remote address
	closed        bool // guarded by the link's lock
	abrupt        bool // Close resets; guarded by it too
}

// Read implements net.Conn.
func (c *conn) Read(b []byte) (int, error) {
	n, err := c.in.read(b)
	return n, c.wrap("read", err)
}

// Write implements net.Conn. An expired deadline returns how much was taken.
func (c *conn) Write(b []byte) (int, error) {
	n, err := c.out.write(b)
	return n, c.wrap("write", err)
}

// Close implements net.Conn. The peer reads what is under way, then io.EOF, or
// ECONNRESET after SetLinger(0).
func (c *conn) Close() error {
	c.link.mu.Lock()
	if c.closed {
		c.link.mu.Unlock()
		return c.wrap("close", net.ErrClosed)
	}
	c.closed = true
	if c.abrupt {
		c.in.closeRead(syscall.ECONNRESET)
		c.out.closeWrite(net.ErrClosed, os.NewSyscallError("read", syscall.ECONNRESET))
	} else {
		c.in.closeRead(syscall.EPIPE)
		c.out.closeWrite(net.ErrClosed, io.EOF)
	}
	c.link.open--
	last := c.link.open == 0
	c.link.mu.Unlock()
	if last {
		c.link.network.forget(c.link)
	}
	return nil
}

// CloseWrite ends the sending direction; reading goes on.
func (c *conn) CloseWrite() error {
	c.link.mu.Lock()
	defer c.link.mu.Unlock()
	if c.closed {
		return c.wrap("close", net.ErrClosed)
	}
	c.out.closeWrite(os.NewSyscallError("write", syscall.EPIPE), io.EOF)
	return nil
}

// SetLinger is as a TCP connection's: with 0, Close resets the connection.
func (c *conn) SetLinger(sec int) error {
	return c.set(func() { c.abrupt = sec == 0 })
}

// LocalAddr implements net.Conn.
func (c *conn) LocalAddr() net.Addr { return c.local }

// RemoteAddr implements net.Conn.
func (c *conn) RemoteAddr() net.Addr { return c.remote }

// SetDeadline implements net.Conn.
func (c *conn) SetDeadline(t time.Time) error {
	return c.set(func() { c.in.readBy.set(t); c.out.writeBy.set(t) })
}

// SetReadDeadline implements net.Conn.
func (c *conn) SetReadDeadline(t time.Time) error { return c.set(func() { c.in.readBy.set(t) }) }

// SetWriteDeadline implements net.Conn.
func (c *conn) SetWriteDeadline(t time.Time) error { return c.set(func() { c.out.writeBy.set(t) }) }

func (c *conn) set(change func()) error {
	c.link.mu.Lock()
	defer c.link.mu.Unlock()
	if c.closed {
		return c.wrap("set", net.ErrClosed)
	}
	change()
	return nil
}

// wrap gives an error the form that package net has.
func (c *conn) wrap(op string, err error) error {
	if err == nil || err == io.EOF {
		return err
	}
	return &net.OpError{Op: op, Net: c.local.network, Source: c.local, Addr: c.remote, Err: err}
}
