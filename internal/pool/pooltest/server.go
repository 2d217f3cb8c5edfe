package pooltest

import (
	"slices"
	"sync"
	"time"
)

// Server answers calls.
type Server struct {
	Addr string

	mu       sync.Mutex
	mode     Mode
	dialTime time.Duration
	frozen   bool
	latency  time.Duration
	answer   error
	conns    []*Conn
	dials    []time.Time
	dialing  int
	atOnce   int
	calls    int
	running  int
	most     int
}

// Set changes how dials are treated.
func (s *Server) Set(m Mode) { s.do(func() { s.mode = m }) }

// DialTime is how long a dial takes.
func (s *Server) DialTime(d time.Duration) { s.do(func() { s.dialTime = d }) }

// Latency is how long a call takes.
func (s *Server) Latency(d time.Duration) { s.do(func() { s.latency = d }) }

// Freeze makes the server accept and never answer, until Thaw.
func (s *Server) Freeze() { s.do(func() { s.frozen = true }) }

// Thaw ends Freeze for calls that come later.
func (s *Server) Thaw() { s.do(func() { s.frozen = false }) }

// Answer is the error of every call, nil for none.
func (s *Server) Answer(err error) { s.do(func() { s.answer = err }) }

// Kill breaks the connections and refuses new ones.
func (s *Server) Kill() {
	s.Set(Refusing)
	s.Break()
}

// Break breaks the connections.
func (s *Server) Break() {
	for _, c := range s.live() {
		c.breakOff()
	}
}

// GoAway tells the peers of all connections to send no more calls there.
func (s *Server) GoAway() {
	for _, c := range s.live() {
		c.goAway()
	}
}

// Conns returns how many connections are not closed.
func (s *Server) Conns() int { return len(s.live()) }

// Calls returns how many calls came.
func (s *Server) Calls() (n int) { s.do(func() { n = s.calls }); return n }

// Most returns how many calls ran at the same time at most.
func (s *Server) Most() (n int) { s.do(func() { n = s.most }); return n }

// Dials returns when dials came, and how many ran at the same time at most.
func (s *Server) Dials() (at []time.Time, atOnce int) {
	s.do(func() { at, atOnce = slices.Clone(s.dials), s.atOnce })
	return at, atOnce
}

func (s *Server) do(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
}

func (s *Server) live() (out []*Conn) {
	s.do(func() { out = slices.Clone(s.conns) })
	return out
}

func (s *Server) dialed() (Mode, time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dials = append(s.dials, time.Now())
	s.dialing++
	s.atOnce = max(s.atOnce, s.dialing)
	return s.mode, s.dialTime
}

func (s *Server) undialed() { s.do(func() { s.dialing-- }) }

// begin counts a call and says how it goes.
func (s *Server) begin() (frozen bool, latency time.Duration, answer error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls++
	s.running++
	s.most = max(s.most, s.running)
	return s.frozen, s.latency, s.answer
}

func (s *Server) finish() { s.do(func() { s.running-- }) }

func (s *Server) add(c *Conn) { s.do(func() { s.conns = append(s.conns, c) }) }

func (s *Server) drop(c *Conn) {
	s.do(func() {
		s.conns = slices.DeleteFunc(s.conns, func(x *Conn) bool { return x == c })
	})
}
