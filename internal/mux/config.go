// Package mux is the engine of framed protocols: one connection that carries
// many calls, on the client and on the server.
//
// On the path of a call it stands between the pool and the net.Conn.
// codec/framed is its only importer; it calls a codec.Framer to cut and build
// frames and a codec.Body to turn calls into them.
//
//	client  RoundTrip -> slot -> encode -> batch -> flush       (no goroutine hop)
//	        reply: read by the lone caller itself, else by the connection's goroutine -> slot -> caller
//	server  read -> queue -> worker: decode, handler, encode -> batch -> flush
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
	// WriteBuffer is how many bytes may wait to be written, 1 MiB.
	WriteBuffer int
	// Heartbeat is the silence after which a heartbeat is sent, 10 s; a peer that
	// stays silent for half of that again is gone. 0 switches heartbeats off.
	Heartbeat time.Duration
	// WriteTimeout is how long a write may make no progress, 10 s.
	WriteTimeout time.Duration
	// DrainIdle is how long a draining server connection stays without calls.
	DrainIdle time.Duration
	// Panic, which may be nil, is told what a handler panicked with.
	Panic func(target string, value any, stack []byte)
	Stats *Stats
}

// Stats count what went wrong on the connections of one codec.
type Stats struct {
	// Unknown is replies with an ID that no call had, Duplicate is second replies,
	// Late is replies to calls that had been given up.
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
