package server

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/onrampmesh/onramp"
)

// conn is one connection. Its goroutine runs serve and nothing else.
type conn struct {
	server *Server
	nc     net.Conn
	peer   onramp.Peer
	ip     netip.Addr // zero for peers without one

	mu        sync.Mutex // guards what follows
	undecided bool       // the protocol is being found out
	by        time.Time  // when it must be
}

// take starts to serve nc, or closes it when a limit says so.
func (s *Server) take(nc net.Conn) {
	watchPeer(nc)
	c := &conn{server: s, nc: nc, ip: peerIP(nc.RemoteAddr()), undecided: len(s.cfg.codecs) > 1}
	if a := nc.RemoteAddr(); a != nil {
		c.peer.Addr = a.String()
	}
	if option := s.admit(c); option != "" {
		_ = nc.Close()
		s.refused(c, option)
		return
	}
	s.count.accepted.Add(1)
	go c.run()
}

// admit counts c in. It returns what keeps it out, or "".
func (s *Server) admit(c *conn) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.phase == closed || s.phase == draining && s.stage == StageClose { // the list of what to cut off is complete
		return "none: the server is closed"
	}
	if len(s.open) >= s.cfg.maxConns {
		s.count.overConns.Add(1)
		return "WithMaxConns"
	}
	if c.ip.IsValid() {
		if s.perPeer[c.ip] >= s.cfg.maxConnsPerPeer {
			s.count.overPeer.Add(1)
			return "WithMaxConnsPerPeer"
		}
		s.perPeer[c.ip]++
	}
	s.open[c] = struct{}{}
	s.conns.join()
	return ""
}

func (s *Server) refused(c *conn, option string) {
	if ok, skipped := s.refusals.allow(time.Now()); ok {
		s.cfg.log.Warn("server: connection closed because of a limit", slog.String("peer", c.peer.Addr), slog.String("option", option), slog.Int("skipped", skipped))
	}
}

// release forgets c.
func (s *Server) release(c *conn) {
	_ = c.nc.Close()
	s.mu.Lock()
	delete(s.open, c)
	if c.ip.IsValid() {
		if s.perPeer[c.ip]--; s.perPeer[c.ip] == 0 {
			delete(s.perPeer, c.ip)
		}
	}
	s.mu.Unlock()
	s.conns.leave()
}

// run serves the connection to its end.
func (c *conn) run() {
	s := c.server
	defer s.release(c)
	defer c.rescue()
	cd, nc, err := c.detect(s.cfg.codecs)
	if err == nil {
		c.peer.Protocol = cd.Name()
		err = cd.Serve(s.serving, nc, c.handle)
	}
	if err != nil && !ended(err) {
		s.cfg.log.Debug("server: connection ended", slog.String("peer", c.peer.Addr), slog.String("protocol", c.peer.Protocol), slog.Any("err", err))
	}
}

// rescue keeps the fault of one connection's codec from the others, unless
// WithCrashOnPanic asks for the opposite. It is deferred.
func (c *conn) rescue() {
	if v := recover(); v != nil {
		c.server.panicked("the connection of "+c.peer.Addr, v)
	}
}

// ended reports whether err is the usual end of a connection.
func ended(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, net.ErrClosed) || errors.Is(err, context.Canceled)
}

// handle is what the codec calls for each call.
func (c *conn) handle(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
	if req.Peer.Addr == "" {
		req.Peer = c.peer
	}
	t := c.server.table.Load()
	r := t.find(req)
	if r == nil {
		c.server.count.missing.Add(1)
		return nil, t.missing(req)
	}
	return r.handler(ctx, req)
}

// cut closes the connection under its codec. A TLS connection says no farewell,
// which could block.
func (c *conn) cut() {
	nc := c.nc
	if t, ok := nc.(interface{ NetConn() net.Conn }); ok {
		nc = t.NetConn()
	}
	_ = nc.Close()
}

// peerIP returns the address that connections are counted by.
func peerIP(a net.Addr) netip.Addr {
	switch a := a.(type) {
	case *net.TCPAddr:
		return a.AddrPort().Addr().Unmap().WithZone("")
	case nil:
		return netip.Addr{}
	}
	ap, err := netip.ParseAddrPort(a.String())
	if err != nil {
		return netip.Addr{}
	}
	return ap.Addr().Unmap().WithZone("")
}
