package bolt

import (
	"sync/atomic"

	"github.com/onrampmesh/onramp/codec"
)

// MOSN passes a request on byte for byte but for the ID, and its heartbeats are
// Java's: nothing that it does by itself tells it from the client behind it. It
// shows what it is by a go-away of its own, or by this pair, which its
// configuration can add to the requests of a route (request_headers_to_add).
const (
	keyPeer  = "onramp-peer"
	peerMOSN = "mosn"
)

// mosnLooks is how many requests of a connection are searched for the pair, which
// MOSN adds to each.
const mosnLooks = 8

// mosn is what a connection's peer has shown. Many goroutines use it at once.
type mosn struct {
	looks  atomic.Uint32
	marked atomic.Bool // by the pair
	sent   atomic.Bool // a go-away
}

// look takes a frame that the peer has sent.
func (m *mosn) look(f *codec.Frame) {
	switch {
	case f.Kind == codec.GoAway:
		m.sent.Store(true)
	case m.looks.Load() < mosnLooks && f.Kind != codec.Response:
		m.looks.Add(1)
		if marked(f.Header) {
			m.marked.Store(true)
		}
	}
}

// understands reports whether the peer takes a go-away of this version for what it
// is. MOSN's own version 2 takes it for a call.
func (m *mosn) understands(version uint8) bool {
	return m.sent.Load() || version == protoV1 && m.marked.Load()
}

func marked(block []byte) bool {
	for {
		key, value, rest, ok := next(block)
		if !ok {
			return false
		}
		if string(key) == keyPeer && string(value) == peerMOSN {
			return true
		}
		block = rest
	}
}
