package streams

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// A frame is nine bytes, kind, call and length, and as many bytes as it says.
type frame struct {
	kind    byte
	id      uint32
	payload []byte
}

const (
	frameOpen      byte = iota + 1 // client: a call begins; payload is an opening
	frameHeader                    // server: payload is a header
	frameMessage                   // both: one message
	frameCloseSend                 // client: no more messages
	frameCredit                    // both: the receiver takes one more message
	frameEnd                       // server: the call has ended; payload is a status
	frameCancel                    // client: the call is given up
	frameGoAway                    // server: calls after this one are not taken
)

const (
	headLen = 9
	// metaMax is the most bytes of a payload that is no message.
	metaMax = 64 << 10
	// readStep bounds what is allocated ahead of the bytes that have arrived.
	readStep = 16 << 10
)

var errProtocol = errors.New("stream protocol violated")

func violation(format string, args ...any) error {
	return fmt.Errorf("%w: %w", errProtocol, fmt.Errorf(format, args...))
}

// appendFrame appends a whole frame.
func appendFrame(dst []byte, kind byte, id uint32, payload []byte) []byte {
	dst = append(dst, kind)
	dst = binary.BigEndian.AppendUint32(dst, id)
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(payload)))
	return append(dst, payload...)
}

// readFrame reads one frame. Its payload is its own. io.EOF is an end between
// frames.
func readFrame(r *bufio.Reader, maxMessage int) (frame, error) {
	var head [headLen]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return frame{}, err
	}
	f := frame{kind: head[0], id: binary.BigEndian.Uint32(head[1:])}
	n, limit := int64(binary.BigEndian.Uint32(head[5:])), int64(metaMax)
	if f.kind == frameMessage {
		limit = int64(maxMessage)
	}
	if f.kind < frameOpen || f.kind > frameGoAway || n > limit {
		return f, violation("a frame of kind %d with %d bytes", f.kind, n)
	}
	for int64(len(f.payload)) < n {
		have := len(f.payload)
		f.payload = append(f.payload, make([]byte, min(n-int64(have), readStep))...)
		if _, err := io.ReadFull(r, f.payload[have:]); err != nil {
			return f, io.ErrUnexpectedEOF
		}
	}
	return f, nil
}
