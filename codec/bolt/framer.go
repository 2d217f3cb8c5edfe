package bolt

import (
	"github.com/onrampmesh/onramp/codec"
)

// Limits of what stands before the content. Java reads both lengths as signed.
const (
	maxClass  = 1024
	maxHeader = 32767
)

// Framer cuts and builds Bolt frames. It implements codec.Framer,
// codec.Correlator and codec.Heartbeater. It has no state, so that many
// goroutines may use it at once; the zero Framer has the default limits.
type Framer struct{ max int }

// NewFramer returns the Framer that New would use, for tools and tests.
func NewFramer(opts ...Option) (*Framer, error) {
	c, err := configure(opts)
	if err != nil {
		return nil, err
	}
	return &Framer{max: c.max}, nil
}

// Name returns "bolt".
func (r *Framer) Name() string { return name }

// Match tells a Bolt connection from five bytes. Version 2 is not recognised.
func (r *Framer) Match(prefix []byte) codec.Match { return matchV1(prefix) }

// Size returns the length of the frame that src begins with, or 0 when that
// takes more bytes. Bytes that cannot become a frame are an error at once.
func (r *Framer) Size(src []byte) (int, error) { return sizeV1(src, r.limit()) }

// Decode fills f from the frame src. It checks the pairs of the header block.
func (r *Framer) Decode(src []byte, f *codec.Frame) error { return decodeV1(src, f, r.limit()) }

// Append appends what stands before the content, and f.Content.
func (r *Framer) Append(dst []byte, f *codec.Frame) ([]byte, error) {
	return appendV1(dst, f, r.limit())
}

// Seal patches the length of the content that was appended behind Append.
func (r *Framer) Seal(frame []byte, f *codec.Frame) error { return sealV1(frame, f, r.limit()) }

// Correlate returns the kind and the ID, 32 bits wide, of a frame.
func (r *Framer) Correlate(frame []byte) (codec.FrameKind, uint64) { return correlateV1(frame) }

// Renumber writes the low 32 bits of id.
func (r *Framer) Renumber(frame []byte, id uint64) { renumberV1(frame, id) }

// AppendHeartbeat appends a heartbeat as Java's Bolt sends it.
func (r *Framer) AppendHeartbeat(dst []byte, id uint64) []byte { return appendHeartbeatV1(dst, id) }

// AppendHeartbeatAck appends the answer to the heartbeat f.
func (r *Framer) AppendHeartbeatAck(dst []byte, f *codec.Frame) []byte {
	return appendAckV1(dst, f.ID)
}

// limit is the most bytes of content.
func (r *Framer) limit() int {
	if r.max == 0 {
		return DefaultMaxFrame
	}
	return r.max
}
