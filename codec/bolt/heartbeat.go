package bolt

import (
	"time"

	"github.com/onrampmesh/onramp/codec"
)

// AppendHeartbeat appends a heartbeat as Java's Bolt sends it: no timeout, and in
// version 2 no switch, so that no checksum follows.
func (r *Framer) AppendHeartbeat(dst []byte, id uint64) []byte {
	f := codec.Frame{Kind: codec.Heartbeat, ID: id, Serializer: serializerOfNone, Timeout: -time.Millisecond, Version: r.version}
	return appendEmpty(dst, &f)
}

// AppendHeartbeatAck appends the answer to the heartbeat f, in its version and with
// its switches.
func (r *Framer) AppendHeartbeatAck(dst []byte, f *codec.Frame) []byte {
	ack := codec.Frame{Kind: codec.HeartbeatAck, ID: f.ID, Serializer: serializerOfNone, Version: f.Version, Flags: f.Flags}
	return appendEmpty(dst, &ack)
}

// appendEmpty appends a frame without class, header and content.
func appendEmpty(dst []byte, f *codec.Frame) []byte {
	f.ID &= 1<<32 - 1
	f.Content = []byte{} // nothing is to come
	if f.Version == protoV2 {
		dst, _ = appendV2(dst, f, f.Flags)
	} else {
		dst, _ = appendV1(dst, f)
	}
	return dst
}
