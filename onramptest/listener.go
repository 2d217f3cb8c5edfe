package onramptest

import (
	"net"
	"sync"
)

// backlog is how many connections may wait to be accepted.
const backlog = 1024

// listener hands out the server ends of dialled connections.
type listener struct {
	network *Network
	addr    string
	ready   chan struct{} // holds one token while queue is not empty
	done    chan struct{}

	mu     sync.Mutex
	queue  []*conn
	closed bool
}

// push offers a connection; false means that the listener does not take it.
func (l *listener) push(c *conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed || len(l.queue) == backlog {
		return false
	}
	l.queue = append(l.queue, c)
	l.signal()
	return true
}

func (l *listener) signal() {
	select {
	case l.ready <- struct{}{}:
	default:
	}
}

func (l *listener) pop() *conn {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.queue) == 0 {
		return nil
	}
	c := l.queue[0]
	l.queue = l.queue[1:]
	if len(l.queue) > 0 {
		l.signal()
	}
	return c
}

// Accept implements net.Listener.
func (l *listener) Accept() (net.Conn, error) {
	for {
		select {
		case <-l.done:
			return nil, l.closedError("accept")
		default:
		}
		if c := l.pop(); c != nil {
			return c, nil
		}
		select {
		case <-l.ready:
		case <-l.done:
		}
	}
}

// Close implements net.Listener. Connections that nobody accepted are reset.
func (l *listener) Close() error {
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return l.closedError("close")
	}
	queue := l.queue
	l.closed, l.queue = true, nil
	close(l.done)
	l.mu.Unlock()

	l.network.mu.Lock()
	delete(l.network.listeners, l.addr)
	l.network.mu.Unlock()
	for _, c := range queue {
		c.link.Cut()
		_ = c.Close()
	}
	return nil
}

// Addr implements net.Listener.
func (l *listener) Addr() net.Addr { return address{"tcp", l.addr} }

func (l *listener) closedError(op string) error {
	return &net.OpError{Op: op, Net: "tcp", Addr: l.Addr(), Err: net.ErrClosed}
}
