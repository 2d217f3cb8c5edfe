package server

import "sync/atomic"

// counters count what is not the usual course of a call.
type counters struct {
	accepted, acceptErrors, overConns, overPeer, undetected atomic.Int64
	busy, drained, expired, late, missing, panics           atomic.Int64
}

// Stats is what a server did since it was made, and what it does now.
type Stats struct {
	// Conns and Running are the connections and handlers of this moment.
	Conns, Running int
	// Accepted is connections taken; AcceptErrors is failed attempts to take one.
	Accepted, AcceptErrors int64
	// OverConns and OverPeer are connections closed because of WithMaxConns and
	// WithMaxConnsPerPeer; Undetected is those that no codec knew.
	OverConns, OverPeer, Undetected int64
	// Busy, Drained, Expired and Missing are calls that were refused: because of
	// WithMaxConcurrent, because of a shutdown, because the caller had given up,
	// and because no handler takes them.
	Busy, Drained, Expired, Missing int64
	// Late is answers that came behind the deadline of their call, and were answered
	// as DeadlineExceeded instead.
	Late int64
	// Panics is calls whose handler panicked, and connections whose codec did.
	Panics int64
}

// Stats returns the counts of now.
func (s *Server) Stats() Stats {
	c := &s.count
	return Stats{
		Conns: s.conns.size(), Running: int(s.load.running.n.Load()),
		Accepted: c.accepted.Load(), AcceptErrors: c.acceptErrors.Load(),
		OverConns: c.overConns.Load(), OverPeer: c.overPeer.Load(), Undetected: c.undetected.Load(),
		Busy: c.busy.Load(), Drained: c.drained.Load(), Expired: c.expired.Load(), Late: c.late.Load(), Missing: c.missing.Load(),
		Panics: c.panics.Load(),
	}
}
