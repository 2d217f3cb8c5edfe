package codec

// The powers of a codec beyond framing are optional interfaces of its Framer (or
// of its Body), asserted once when the codec is made. A feature that needs a
// power the codec lacks is a configuration error that names the power.

// Model is how many calls one connection carries.
type Model uint8

const (
	// Multiplexed: many calls at once, answered in any order, paired by ID.
	Multiplexed Model = iota
	// Pipelined: many calls at once, answered in the order they were sent.
	Pipelined
	// PingPong: one call at a time.
	PingPong
)

// Modeler is a Framer that is not Multiplexed.
type Modeler interface{ Model() Model }

// Correlator reads and writes a request's ID in place, so that the reader need
// not decode a whole frame to route it.
type Correlator interface {
	// Correlate returns the kind and ID of a frame that Size accepted.
	Correlate(frame []byte) (FrameKind, uint64)
	// Renumber writes id into frame, and a checksum over it anew.
	Renumber(frame []byte, id uint64)
}

// Pinned is a Framer whose details (a protocol version) are fixed by the first
// frame of a connection: the engine asks for one Framer for each connection. Unlike
// others, that Framer may keep state, for the connection's goroutines, which use it
// at once. The engine asserts the other powers on it, but for Modeler.
type Pinned interface {
	// ForConn returns the Framer of a new connection, on the client's side or on the
	// server's.
	ForConn(client bool) Framer
}

// Heartbeater is a Framer that can prove an idle connection alive.
type Heartbeater interface {
	// AppendHeartbeat appends a heartbeat request.
	AppendHeartbeat(dst []byte, id uint64) []byte
	// AppendHeartbeatAck appends the answer to the heartbeat f.
	AppendHeartbeatAck(dst []byte, f *Frame) []byte
}

// Drainer is a Body that can tell a draining peer by its responses.
type Drainer interface {
	// DrainResponse makes f the refusal of a request by a server that goes away.
	// The engine has set f.ID, f.Version and f.Flags; no content follows.
	DrainResponse(f *Frame, request *Frame)
	// DrainSignal reports whether a response's frame says that the peer goes
	// away: the connection then takes no new calls.
	DrainSignal(f *Frame) bool
}

// Refuser is a Body that can refuse a request because of load, without a handler.
type Refuser interface {
	// BusyResponse makes f the refusal of request by a server at its limit. No
	// content follows.
	BusyResponse(f *Frame, request *Frame)
}

// GoAwayer is a Framer with a frame that ends a connection gracefully.
type GoAwayer interface {
	// AppendGoAway appends that frame, or nothing for a peer that may not know it. A
	// server that begins to drain calls it once.
	AppendGoAway(dst []byte, id uint64) []byte
}

// Canceler is a Framer with a frame that cancels a request.
type Canceler interface {
	AppendCancel(dst []byte, id uint64) []byte
}
