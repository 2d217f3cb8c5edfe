package server

import (
	"encoding/hex"
	"errors"
	"log/slog"
	"net"
	"time"

	"github.com/onrampmesh/onramp/codec"
)

const (
	// prefixMax is the most that a detector sees, and all that is read ahead.
	prefixMax = 24
	// silentTime is how long a peer that has to show its protocol may send nothing,
	// and detectTime how long it may take from its first byte on.
	silentTime = 10 * time.Second
	detectTime = 5 * time.Second
	// detectDrain is what is left of that when a shutdown signals its peers.
	detectDrain = time.Second
)

var errUndetected = errors.New("no codec knows the protocol of the first bytes")

// detect finds the codec of a new connection and returns a connection that
// begins with the bytes that were read for it. With one codec it reads nothing.
func (c *conn) detect(codecs []codec.Codec) (codec.Codec, net.Conn, error) {
	if len(codecs) == 1 {
		return codecs[0], c.nc, nil
	}
	c.within(silentTime)
	if c.server.refusing() {
		c.within(detectDrain)
	}
	var p prefix
	cd, err := p.read(c.nc, codecs, func() { c.within(detectTime) })
	if err != nil {
		c.undetected(&p, err)
		return nil, nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.undecided = false
	if err := c.nc.SetReadDeadline(time.Time{}); err != nil {
		return nil, nil, err
	}
	return cd, replay(c.nc, p), nil
}

// within shortens the time of a connection that has not shown its protocol.
func (c *conn) within(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if by := time.Now().Add(d); c.undecided && (c.by.IsZero() || by.Before(c.by)) {
		c.by = by
		_ = c.nc.SetReadDeadline(by) // a connection that is closed says so when it is read
	}
}

// undetected counts a connection that is closed for want of a protocol, and logs
// it. One that sent nothing (a port scan, a TCP health check) is neither.
func (c *conn) undetected(p *prefix, err error) {
	if p.n == 0 {
		return
	}
	s := c.server
	s.count.undetected.Add(1)
	if ok, skipped := s.refusals.allow(time.Now()); ok {
		s.cfg.log.Warn("server: connection closed, its protocol is unknown", slog.String("peer", c.peer.Addr), slog.Any("err", err),
			slog.String("first_bytes", hex.EncodeToString(p.bytes())), slog.Int("skipped", skipped))
	}
}

// prefix is the beginning of a connection.
type prefix struct {
	buf  [prefixMax]byte
	r, n int // buf[r:n] is not read again yet
}

func (p *prefix) bytes() []byte { return p.buf[:p.n] }

// read reads until a codec is chosen. It reads no more than prefixMax bytes, and
// no more than it must ask for. begun is called before it waits for more than the
// first bytes.
func (p *prefix) read(nc net.Conn, codecs []codec.Codec, begun func()) (codec.Codec, error) {
	for p.n < prefixMax {
		first := p.n == 0
		n, err := nc.Read(p.buf[p.n:])
		p.n += n
		if n > 0 {
			cd, more := choose(codecs, p.bytes())
			if cd != nil {
				return cd, nil
			}
			if !more {
				return nil, errUndetected
			}
		}
		if err != nil {
			return nil, err
		}
		if first && n > 0 {
			begun()
		}
	}
	return nil, errUndetected
}

// choose asks the codecs in their order. One that needs more bytes is waited
// for, so that the order decides between codecs that know the same bytes.
func choose(codecs []codec.Codec, prefix []byte) (cd codec.Codec, more bool) {
	for _, c := range codecs {
		switch c.Match(prefix) {
		case codec.Yes:
			return c, false
		case codec.More:
			return nil, true
		}
	}
	return nil, false
}
