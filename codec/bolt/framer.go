package bolt

import (
	"encoding/binary"

	"github.com/onrampmesh/onramp/codec"
)

// Framer cuts and builds the frames of both versions. It implements codec.Framer,
// codec.Correlator, codec.Heartbeater and codec.Pinned. It has no state, so that
// many goroutines may use it at once; the zero Framer has the default limits.
//
// Frame.Version is 1 or 2; 0 is written as the version that the Framer was made
// with. Frame.Flags of version 2 is the switch byte, in which 1 stands for a
// checksum, plus 0x80 when ver1 is 1. Bytes of a checksum are room behind the
// content: Append makes it when Frame.Content is set, and else four zero bytes
// must follow the content, which Body appends.
type Framer struct {
	max     int
	version uint8 // of frames that say none: 0 is 1
	flags   uint8
}

// NewFramer returns the Framer that New would use, for tools and tests.
func NewFramer(opts ...Option) (*Framer, error) {
	c, err := configure(opts)
	if err != nil {
		return nil, err
	}
	return newFramer(c), nil
}

func newFramer(c *config) *Framer {
	r := &Framer{max: c.max}
	r.version, r.flags = c.wire()
	return r
}

// wire returns Frame.Version and Frame.Flags of what a client sends.
func (c *config) wire() (version, flags uint8) {
	if c.version == protoV2 && c.checksum {
		flags = switchChecksum
	}
	return uint8(c.version), flags
}

// Name returns "bolt".
func (r *Framer) Name() string { return name }

// Match tells a Bolt connection from five bytes of version 1, or six of version 2.
func (r *Framer) Match(prefix []byte) codec.Match {
	if isV2(prefix) {
		return matchV2(prefix)
	}
	return matchV1(prefix)
}

// Size returns the length of the frame that src begins with, its checksum
// included, or 0 when that takes more bytes. Bytes that cannot become a frame are
// an error at once. It does not look at the checksum.
func (r *Framer) Size(src []byte) (int, error) {
	if isV2(src) {
		return sizeV2(src, r.limit())
	}
	return sizeV1(src, r.limit())
}

// Decode fills f from the frame src. It checks the pairs of the header block, and
// the checksum.
func (r *Framer) Decode(src []byte, f *codec.Frame) error {
	if !isV2(src) {
		return decodeV1(src, f, r.limit())
	}
	if err := decodeV2(src, f, r.limit()); err != nil {
		return err
	}
	return verify(src)
}

// Append appends what stands before the content, and f.Content. With a content
// the frame is complete.
func (r *Framer) Append(dst []byte, f *codec.Frame) ([]byte, error) {
	if err := fits(f, r.limit()); err != nil {
		return dst, err
	}
	switch version, flags := r.shape(f); version {
	case protoV1:
		return appendV1(dst, f)
	case protoV2:
		return appendV2(dst, f, flags)
	default:
		return dst, invalid("protocol version %d: there are 1 and 2", version)
	}
}

// shape returns the version and the flags that f is written with.
func (r *Framer) shape(f *codec.Frame) (version, flags uint8) {
	switch {
	case f.Version != 0:
		return f.Version, f.Flags
	case r.version == 0:
		return protoV1, 0
	}
	return r.version, r.flags
}

// Seal patches the length of the content that was appended behind Append, and the
// checksum behind it.
func (r *Framer) Seal(frame []byte, f *codec.Frame) error {
	if isV2(frame) {
		return sealV2(frame, f, r.limit())
	}
	return sealV1(frame, f, r.limit())
}

// Correlate returns the kind and the ID, 32 bits wide, of a frame.
func (r *Framer) Correlate(frame []byte) (codec.FrameKind, uint64) {
	if frame[0] == protoV2 {
		kind, _ := kindOf(frame[2], frame[3], frame[4])
		return kind, uint64(binary.BigEndian.Uint32(frame[idV2:]))
	}
	kind, _ := kindOf(frame[1], frame[2], frame[3])
	return kind, uint64(binary.BigEndian.Uint32(frame[idV1:]))
}

// Renumber writes the low 32 bits of id, and the checksum anew.
func (r *Framer) Renumber(frame []byte, id uint64) {
	if frame[0] != protoV2 {
		binary.BigEndian.PutUint32(frame[idV1:], uint32(id))
		return
	}
	binary.BigEndian.PutUint32(frame[idV2:], uint32(id))
	if checksumSize(frame[ver1At], frame[switchAt]) > 0 {
		putChecksum(frame)
	}
}

func isV2(frame []byte) bool { return len(frame) > 0 && frame[0] == protoV2 }

// limit is the most bytes of content.
func (r *Framer) limit() int {
	if r.max == 0 {
		return DefaultMaxFrame
	}
	return r.max
}
