package dubbo

import (
	"encoding/binary"

	"github.com/onrampmesh/onramp/codec"
)

// AppendHeartbeat appends a heartbeat as Java sends it.
func (r *Framer) AppendHeartbeat(dst []byte, id uint64) []byte {
	dst = appendEvent(dst, flagRequest|flagTwoWay|flagEvent|Hessian, 0, id, 1)
	return append(dst, hessianNull)
}

// AppendHeartbeatAck appends the answer to the heartbeat f. Its body is null in the
// heartbeat's own serialization: in Hessian, or as it came.
func (r *Framer) AppendHeartbeatAck(dst []byte, f *codec.Frame) []byte {
	body := f.Content
	if f.Serializer == Hessian {
		body = []byte{hessianNull}
	}
	body = body[:min(len(body), maxEvent)]
	dst = appendEvent(dst, flagEvent|f.Serializer&serializations, statusOK, f.ID, len(body))
	return append(dst, body...)
}

// AppendGoAway appends the event READONLY: a consumer that gets it sends its calls to
// other providers while it has any.
func (r *Framer) AppendGoAway(dst []byte, id uint64) []byte {
	dst = appendEvent(dst, flagRequest|flagEvent|Hessian, 0, id, len(readOnly))
	return append(dst, readOnly...)
}

func appendEvent(dst []byte, flag, status byte, id uint64, length int) []byte {
	dst = append(dst, magic0, magic1, flag, status)
	dst = binary.BigEndian.AppendUint64(dst, id)
	return binary.BigEndian.AppendUint32(dst, uint32(length))
}
