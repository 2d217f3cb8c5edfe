package bolt

import (
	"encoding/binary"
	"fmt"

	"github.com/onrampmesh/onramp/codec"
)

// Types and commands, as one number: type<<16 | command.
const (
	wireAck       = 0
	wireHeartbeat = 1 << 16
	wireRequest   = 1<<16 | 1
	wireOneway    = 2<<16 | 1
	wireResponse  = 2
	wireGoAway    = 1<<16 | 100
)

// serializerOfNone is the codec byte of heartbeats, as Java sends it.
const serializerOfNone = Hessian

// asksMore is how many bytes the fixed part of a request is longer than that of a
// response: it has a timeout where the response has a status.
const asksMore = 2

// kindOf tells from type and command what a frame is for, and how much longer than
// a response's its fixed part is: -1 when these are no frame's.
func kindOf(t, high, low byte) (kind codec.FrameKind, more int) {
	switch uint32(t)<<16 | uint32(high)<<8 | uint32(low) {
	case wireRequest:
		return codec.Request, asksMore
	case wireResponse:
		return codec.Response, 0
	case wireOneway:
		return codec.Oneway, asksMore
	case wireHeartbeat:
		return codec.Heartbeat, asksMore
	case wireAck:
		return codec.HeartbeatAck, 0
	case wireGoAway:
		return codec.GoAway, asksMore
	}
	return 0, -1
}

// wireOf is the reverse of kindOf.
func wireOf(k codec.FrameKind) (wire uint32, ok bool) {
	switch k {
	case codec.Request:
		return wireRequest, true
	case codec.Oneway:
		return wireOneway, true
	case codec.Response:
		return wireResponse, true
	case codec.Heartbeat:
		return wireHeartbeat, true
	case codec.HeartbeatAck:
		return wireAck, true
	case codec.GoAway:
		return wireGoAway, true
	}
	return 0, false
}

// asks reports whether a frame of this kind has the fixed part of a request.
func asks(k codec.FrameKind) bool { return k != codec.Response && k != codec.HeartbeatAck }

// matchKind tells whether p begins with a type of 0..2, a command of 0, 1, 2 or
// 100, and ver2, which is 1.
func matchKind(p []byte) codec.Match {
	switch {
	case len(p) > 0 && p[0] > 2,
		len(p) > 1 && p[1] != 0,
		len(p) > 2 && p[2] > 2 && p[2] != 100,
		len(p) > 3 && p[3] != 1:
		return codec.No
	case len(p) < 4:
		return codec.More
	}
	return codec.Yes
}

// notKind says why the bytes whole, of which p is type, command and ver2 as far as
// they are there, are no frame.
func notKind(whole, p []byte) error {
	switch {
	case len(p) > 3 && p[3] != 1:
		return fmt.Errorf("bolt: command version %d, want 1", p[3])
	case len(p) > 2:
		return fmt.Errorf("bolt: type %d with command %d is no frame of Bolt", p[0], binary.BigEndian.Uint16(p[1:]))
	}
	return fmt.Errorf("bolt: the bytes %x begin no frame of Bolt", whole)
}
