package dubbo

import (
	"encoding/binary"
	"fmt"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
)

// The header of a frame: magic 2, flag 1, status 1, id 8, length of the body 4.
const (
	headSize = 16
	flagAt   = 2
	statusAt = 3
	idAt     = 4
	lengthAt = 12

	magic0 = 0xda
	magic1 = 0xbb
)

// Framer cuts and builds the frames of Dubbo. It implements codec.Framer,
// codec.Correlator, codec.Heartbeater and codec.GoAwayer. It has no state, so that many
// goroutines may use it at once; the zero Framer has the default limits.
//
// Frame.Status is the status byte, 20 for a good response. Frame.Serializer is the
// serialization id. Frame.Content is the whole body.
type Framer struct {
	max int
}

// NewFramer returns the Framer that New would use, for tools and tests.
func NewFramer(opts ...Option) (*Framer, error) {
	c, err := configure(opts)
	if err != nil {
		return nil, err
	}
	return newFramer(c), nil
}

func newFramer(c *config) *Framer { return &Framer{max: c.max} }

// Name returns "dubbo".
func (r *Framer) Name() string { return name }

// Match tells a Dubbo connection from both bytes of the magic.
func (r *Framer) Match(prefix []byte) codec.Match {
	switch {
	case len(prefix) > 0 && prefix[0] != magic0, len(prefix) > 1 && prefix[1] != magic1:
		return codec.No
	case len(prefix) < 2:
		return codec.More
	}
	return codec.Yes
}

// Size returns the length of the frame that src begins with, or 0 when that takes more
// bytes. Bytes that cannot become a frame are an error at once: Dubbo for Java looks
// for the next magic in them, and answers some as a telnet server does.
func (r *Framer) Size(src []byte) (int, error) {
	if len(src) < headSize {
		if r.Match(src) == codec.No {
			return 0, notMagic(src)
		}
		return 0, nil
	}
	if src[0] != magic0 || src[1] != magic1 {
		return 0, notMagic(src)
	}
	n := binary.BigEndian.Uint32(src[lengthAt:])
	switch {
	case uint64(n) > uint64(r.limit()):
		return 0, fmt.Errorf("dubbo: a body of %d bytes, at most %d are allowed: see dubbo.MaxFrame", int32(n), r.limit())
	case src[flagAt]&flagEvent != 0 && n > maxEvent:
		return 0, fmt.Errorf("dubbo: an event of %d bytes, at most %d are allowed", n, maxEvent)
	}
	return headSize + int(n), nil
}

// notMagic says why the bytes, of any number, are no frame.
func notMagic(p []byte) error {
	return fmt.Errorf("dubbo: a frame begins with the bytes %x, want dabb: the peer speaks another protocol", p[:min(len(p), 2)])
}

// Decode fills f from the frame src.
func (r *Framer) Decode(src []byte, f *codec.Frame) error {
	n, err := r.Size(src)
	if err != nil {
		return err
	}
	if n == 0 || n != len(src) {
		return fmt.Errorf("dubbo: %d bytes are not one whole frame", len(src))
	}
	f.Content = src[headSize:n:n]
	f.Kind = kindOf(src[flagAt], f.Content)
	f.Serializer = src[flagAt] & serializations
	f.Flags = src[flagAt]&^serializations ^ flagsOf(f.Kind)
	f.Version, f.Status = 0, uint16(src[statusAt])
	f.ID, f.Timeout = binary.BigEndian.Uint64(src[idAt:]), 0
	f.Class, f.Header, f.Raw = nil, nil, src
	return nil
}

// Append appends what stands before the body, and f.Content. With a content the frame
// is complete.
func (r *Framer) Append(dst []byte, f *codec.Frame) ([]byte, error) {
	switch {
	case f.Kind > codec.GoAway:
		return dst, invalid("a frame of kind %d has no form in Dubbo", f.Kind)
	case f.Serializer > serializations:
		return dst, invalid("serialization id %d: there are 0 to %d", f.Serializer, serializations)
	case f.Status > 255:
		return dst, invalid("status %d: it has one byte", f.Status)
	case len(f.Content) > r.limit():
		return dst, tooMuch(len(f.Content), r.limit())
	}
	flag := flagsOf(f.Kind) ^ f.Flags&^serializations | f.Serializer
	dst = append(dst, magic0, magic1, flag, byte(f.Status))
	dst = binary.BigEndian.AppendUint64(dst, f.ID)
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(f.Content)))
	return append(dst, f.Content...), nil
}

// Seal patches the length of the body that was appended behind Append.
func (r *Framer) Seal(frame []byte, _ *codec.Frame) error {
	n := len(frame) - headSize
	if n < 0 {
		return invalid("a frame of %d bytes is shorter than its header", len(frame))
	}
	if n > r.limit() {
		return tooMuch(n, r.limit())
	}
	binary.BigEndian.PutUint32(frame[lengthAt:], uint32(n))
	return nil
}

// Correlate returns the kind and the ID of a frame.
func (r *Framer) Correlate(frame []byte) (codec.FrameKind, uint64) {
	return kindOf(frame[flagAt], frame[headSize:]), binary.BigEndian.Uint64(frame[idAt:])
}

// Renumber writes id.
func (r *Framer) Renumber(frame []byte, id uint64) {
	binary.BigEndian.PutUint64(frame[idAt:], id)
}

// limit is the most bytes of a body.
func (r *Framer) limit() int {
	if r.max == 0 {
		return DefaultMaxFrame
	}
	return r.max
}

func tooMuch(n, limit int) error {
	return invalid("a body of %d bytes, at most %d are allowed: see dubbo.MaxFrame", n, limit)
}

// invalid is the error of a call that was not sent, and that cannot be sent anywhere:
// it is not tried again.
func invalid(format string, args ...any) error {
	return &onramp.Error{Code: onramp.InvalidArgument, Origin: onramp.Local, Err: fmt.Errorf("dubbo: "+format, args...)}
}
