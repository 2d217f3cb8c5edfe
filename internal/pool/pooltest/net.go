// Package pooltest is servers in memory and a codec for them, for the tests of
// internal/pool and internal/cluster. Nothing else imports it. It works inside
// testing/synctest bubbles.
package pooltest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"
)

// Mode is how a Server treats dials.
type Mode uint8

const (
	// Up accepts.
	Up Mode = iota
	// Refusing answers a dial with a refusal at once.
	Refusing
	// Hanging never answers a dial: its accept queue is full.
	Hanging
)

// ErrRefused is why a dial fails at a server that is not there.
var ErrRefused = errors.New("connection refused")

// Net is servers by address.
type Net struct {
	mu      sync.Mutex
	servers map[string]*Server
}

// Server returns the server at addr, which is Up when it is first asked for.
func (n *Net) Server(addr string) *Server {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.servers == nil {
		n.servers = make(map[string]*Server)
	}
	s := n.servers[addr]
	if s == nil {
		s = &Server{Addr: addr}
		n.servers[addr] = s
	}
	return s
}

// Dial is a pool.DialFunc.
func (n *Net) Dial(ctx context.Context, _, addr string) (net.Conn, error) {
	s := n.Server(addr)
	mode, wait := s.dialed()
	if mode == Hanging {
		<-ctx.Done()
		s.undialed()
		return nil, ctx.Err()
	}
	if wait > 0 {
		t := time.NewTimer(wait)
		defer t.Stop()
		select {
		case <-t.C:
		case <-ctx.Done():
			s.undialed()
			return nil, ctx.Err()
		}
	}
	s.undialed()
	if mode == Refusing {
		return nil, fmt.Errorf("%s: %w", addr, ErrRefused)
	}
	return &link{server: s}, nil
}

// link is a network connection that the codec looks through.
type link struct {
	net.Conn
	server *Server
}

// Close implements net.Conn.
func (l *link) Close() error { return nil }
