// Package codec holds the contracts of a wire protocol: interfaces and data, no
// engine.
//
// On the path of a call it is the last stop before the connection. The pool
// calls Codec.Dial and Conn.RoundTrip, the server calls Codec.Match and
// Codec.Serve. A protocol that consists of frames is a Framer and a Body, which
// codec/framed makes into a Codec; a protocol with a library of its own (gRPC,
// HTTP) implements Codec directly.
package codec

import (
	"context"
	"net"

	"github.com/onrampmesh/onramp"
)

// Codec is one wire protocol. It is used by many goroutines at once.
type Codec interface {
	// Name is the protocol's name in targets and errors, "bolt".
	Name() string
	// Match tells from the first bytes of a connection whether they are this
	// protocol. It keeps nothing and never asks for more than 24 bytes.
	Match(prefix []byte) Match
	// Dial makes a client connection of nc, whose TLS handshake is done. It owns
	// nc from then on, also when it fails. ctx bounds only the set-up.
	Dial(ctx context.Context, nc net.Conn) (Conn, error)
	// Serve answers calls on nc until the peer or ctx ends it. When ctx ends it
	// drains in the protocol's own way, refuses new calls as Refused, finishes
	// the rest and returns; closing nc is the hard stop. It closes nc, and no
	// goroutine of its own is left when it returns.
	Serve(ctx context.Context, nc net.Conn, h onramp.Handler) error
}

// ALPN is an optional interface of a Codec: the protocol names for TLS.
type ALPN interface{ ALPN() []string }

// LateServer is an optional interface of a Codec whose peers are told by a go-away that
// a server drains. What they send until they have read it crosses the go-away: Serve
// runs it, for a moment, and refuses calls by itself later. Without it a server refuses
// all calls from the end of Serve's context on.
type LateServer interface{ ServesLate() bool }

// Streamer is an optional interface of a Codec: it tells whether the protocol has
// streams, so that a method that needs them fails before its first call. A Codec
// without it may have them.
type Streamer interface{ Streams() bool }

// Match is the answer of a detector.
type Match uint8

const (
	// No: these bytes are another protocol.
	No Match = iota
	// More: too few bytes to tell.
	More
	// Yes: this protocol.
	Yes
)

// Conn is one client connection. Its methods may run at the same time.
type Conn interface {
	// RoundTrip sends req and returns its undecoded response. It encodes
	// req.Body before it returns and never touches it afterwards. It ends by
	// req.Deadline and by ctx. On a full, draining or closed connection it fails
	// with origin Local. Every error is an *onramp.Error.
	RoundTrip(ctx context.Context, req *onramp.Request) (*onramp.Response, error)
	// Load returns how many more calls the connection takes now, and its state.
	Load() (free int, s ConnState)
	// Changed is closed when the state leaves the one it had, or when a full
	// connection has room again; ask again after each change.
	Changed() <-chan struct{}
	// Drain takes no new calls, waits for those under way until ctx ends, and
	// closes the connection.
	Drain(ctx context.Context) error
	// Close ends the calls under way with origin Wire and returns when the
	// connection's goroutines are gone. It may be called more than once.
	Close() error
}

// Abandoner is an optional interface of a Conn whose protocol can only drop the
// reply of a call that was given up by closing the connection.
type Abandoner interface {
	// Abandoned reports whether this side closed the connection for that reason: its
	// end then says nothing about the peer.
	Abandoned() bool
}

// ConnState is what a connection can take.
type ConnState uint8

const (
	// Ready takes calls.
	Ready ConnState = iota
	// Draining finishes what it has: the peer said that it goes away, or Drain was called.
	Draining
	// Closed takes nothing and has nothing.
	Closed
)

// String returns the state in lower case.
func (s ConnState) String() string {
	switch s {
	case Ready:
		return "ready"
	case Draining:
		return "draining"
	}
	return "closed"
}

// Serializer turns values into bytes and back. It is used by many goroutines at
// once and keeps nothing of what it is given.
type Serializer interface {
	// Name is the serializer's name, "json".
	Name() string
	// Accepts reports whether Append can encode v.
	Accepts(v any) bool
	// Append appends the encoding of v to dst.
	Append(dst []byte, v any) ([]byte, error)
	// Decode stores the decoded value in what v points to. The value never
	// aliases src.
	Decode(src []byte, v any) error
}
