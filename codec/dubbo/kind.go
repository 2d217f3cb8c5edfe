package dubbo

import "github.com/onrampmesh/onramp/codec"

// The flag byte: three bits, and the serialization id below them.
const (
	flagRequest    = 0x80
	flagTwoWay     = 0x40
	flagEvent      = 0x20
	serializations = 0x1f
)

// maxEvent is the most bytes of an event's body, as Java has it.
const maxEvent = 15

// Bodies of events in Hessian.
const (
	hessianNull = 'N'
	readOnly    = "\x01R"
)

// kindOf tells what a frame is for. Events that want no answer are acknowledgements:
// one-way heartbeats, "W" (writeable again) and those that nobody knows. Java answers
// none of them either.
func kindOf(flag byte, body []byte) codec.FrameKind {
	switch flag & (flagRequest | flagEvent) {
	case flagRequest:
		if flag&flagTwoWay == 0 {
			return codec.Oneway
		}
		return codec.Request
	case 0:
		return codec.Response
	case flagEvent:
		return codec.HeartbeatAck
	}
	switch hessian := flag&serializations == Hessian; {
	case isReadOnly(body, hessian):
		return codec.GoAway
	case flag&flagTwoWay != 0 && (!hessian || len(body) == 0 || body[0] == hessianNull):
		return codec.Heartbeat
	}
	return codec.HeartbeatAck
}

// isReadOnly reports whether an event says that the peer takes no new calls. Java writes
// events in the serialization of the connection's URL: each of them ends a string of
// one letter with that letter.
func isReadOnly(body []byte, hessian bool) bool {
	if hessian {
		return len(body) >= len(readOnly) && string(body[:len(readOnly)]) == readOnly
	}
	return len(body) > 1 && body[len(body)-1] == 'R'
}

// flagsOf returns the flags of a frame of kind k.
func flagsOf(k codec.FrameKind) byte {
	switch k {
	case codec.Request:
		return flagRequest | flagTwoWay
	case codec.Oneway:
		return flagRequest
	case codec.Heartbeat:
		return flagRequest | flagTwoWay | flagEvent
	case codec.HeartbeatAck:
		return flagEvent
	case codec.GoAway:
		return flagRequest | flagEvent
	case codec.Response:
	}
	return 0
}
