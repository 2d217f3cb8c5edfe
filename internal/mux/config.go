// Package mux is the engine of framed protocols: one connection that carries
// many calls, on the client and on the server.
//
// On the path of a call it stands between the pool, or the server's listener,
// and the net.Conn. codec/framed is its only importer; it calls a codec.Framer
// to cut and build frames and a codec.Body to turn calls into them.
//
//	client  RoundTrip -> place -> encode -> batch -> flush        (no goroutine hop)
//	        reply: read by the lone caller itself, else by the connection's goroutine -> place -> caller
//	server  read -> queue -> decode, handler, encode -> batch -> flush
//	        handlers run on workers, or where their requests were read while they are quick
//
// A place (pending) belongs to one call at a time, and its ID is its number and a
// generation, so that a reply finds its call without a map and never another
// one. Whoever ends a call claims its place by one compare-and-swap: the reader
// by the reply, the sweeper by the deadline, the caller by its context, and the
// end of the connection. A call that was given up keeps its ID until its reply
// came or as long again as it had.
//
// One goroutine at a time reads a connection, and one flushes it. Nothing here
// trusts the peer: buffers grow with what arrived, a frame has its time to
// arrive, strays and heartbeats are counted, writes that make no progress end
// the connection, and a codec that panics harms its own connection only.
//
// Conn and Serve may be used by many goroutines. Every goroutine and timer ends
// with Conn.Close, and with Serve.
package mux

import (
	"sync/atomic"
	"time"

	"github.com/onrampmesh/onramp/codec"
)

// Config is what a connection needs beside its net.Conn. It is shared by all
// connections of a codec and not changed.
type Config struct {
	Framer codec.Framer
	Body   codec.Body
	// MaxInFlight is the most calls of one connection, 1..65536.
	MaxInFlight int
	// InFlightBytes is how many bytes of requests a server connection may have under
	// way, 8 MiB if 0. A larger request has to be alone.
	InFlightBytes int
	// WriteBuffer is how many bytes may wait to be written, 1 MiB.
	WriteBuffer int
	// Heartbeat is how long a peer may be silent, 10 s: after half of it a client
	// asks, and after 1 to 1.5 of it the peer is gone. 0 asks nothing.
	Heartbeat time.Duration
	// WriteTimeout is how long a write may make no progress, 10 s.
	WriteTimeout time.Duration
	// DrainIdle is how long a draining server connection stays without calls.
	DrainIdle time.Duration
	// Panic, which may be nil, is told what a handler, the encoding of its reply, or
	// the codec on a client's connection panicked with.
	Panic func(target string, value any, stack []byte)
	Stats *Stats
}

// Stats count what went wrong on the connections of one codec.
type Stats struct {
	// Unknown is replies with an ID that no call has, Duplicate is second replies,
	// Late is replies to calls that had been given up. None is delivered.
	Unknown, Duplicate, Late atomic.Int64
	// Refused is requests that a server answered busy, Panics is handlers that panicked.
	Refused, Panics atomic.Int64
}

// model returns how many calls the protocol carries on one connection.
func model(f codec.Framer) codec.Model {
	if m, ok := f.(codec.Modeler); ok {
		return m.Model()
	}
	return codec.Multiplexed
}

// pin returns the Framer of one connection.
func pin(f codec.Framer, client bool) codec.Framer {
	if p, ok := f.(codec.Pinned); ok {
		return p.ForConn(client)
	}
	return f
}

// ServesLate reports whether a draining server serves what crosses its go-away, for a
// moment: when the protocol has one that each peer understands. Those that only some
// peers understand, whom a Pinned Framer finds out, do not count.
func ServesLate(f codec.Framer) bool {
	_, ok := f.(codec.GoAwayer)
	return ok
}
