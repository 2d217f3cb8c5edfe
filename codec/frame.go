package codec

import (
	"sync/atomic"
	"time"

	"github.com/onrampmesh/onramp"
)

// FrameKind says what a frame is for.
type FrameKind uint8

const (
	// Request wants a response.
	Request FrameKind = iota
	// Oneway wants none.
	Oneway
	// Response answers a Request of the same ID.
	Response
	// Heartbeat wants a HeartbeatAck of the same ID.
	Heartbeat
	HeartbeatAck
	// GoAway says that the peer takes no new calls on this connection.
	GoAway
)

// Frame is one message of a framed protocol. The engine owns frames and reuses
// them; a Framer and a Body fill them and keep nothing of them.
//
// A decoded frame's slices are views of the bytes it was decoded from.
type Frame struct {
	Kind FrameKind
	// Version is the protocol's own version byte, 0 for its default.
	Version uint8
	// Flags are the protocol's own flags. A response has Version and Flags of its
	// request: the engine copies them.
	Flags uint8
	// Serializer is the protocol's number for how Content is encoded.
	Serializer uint8
	// Status is the protocol's own status of a response.
	Status uint16
	// ID pairs a response with its request. The engine sets it before Append.
	ID uint64
	// Timeout is how long the caller still waits; 0 is unknown, negative never.
	Timeout time.Duration
	Class   []byte
	// Header is the encoded header block. To build one, append to Scratch and
	// hand the result to SetHeader.
	Header  []byte
	Content []byte
	// Raw is the whole frame when it was decoded, for passing it through.
	Raw []byte

	scratch []byte
	names   *Names
}

// Scratch returns an empty buffer that belongs to the frame, to build a header
// block in.
func (f *Frame) Scratch() []byte { return f.scratch[:0] }

// SetHeader makes b, which was appended to Scratch, the header block.
func (f *Frame) SetHeader(b []byte) { f.scratch, f.Header = b, b }

// Reset empties f and keeps its scratch buffer and its names.
func (f *Frame) Reset() { *f = Frame{scratch: f.scratch[:0], names: f.names} }

// Intern gives f a table of names that String looks in.
func (f *Frame) Intern(n *Names) { f.names = n }

// String returns b as a string that may be kept. Names that come again and
// again on one connection (service, method) cost no allocation.
func (f *Frame) String(b []byte) string {
	if f.names == nil {
		return string(b)
	}
	return f.names.String(b)
}

// Names is a small table of the strings that one connection sees most. It is
// bounded: 64 strings of at most 128 bytes, the newest of a slot wins. Many
// goroutines may use it at once.
type Names struct {
	slots [64]atomic.Pointer[string]
}

// String returns b as a string.
func (n *Names) String(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	if len(b) > 128 {
		return string(b)
	}
	h := uint32(len(b))*31 + uint32(b[0])
	h = h*31 + uint32(b[len(b)/2])
	h = h*31 + uint32(b[len(b)-1])
	slot := &n.slots[(h^h>>6)&63]
	if s := slot.Load(); s != nil && *s == string(b) {
		return *s
	}
	s := string(b)
	slot.Store(&s)
	return s
}

// Framer cuts and builds the frames of one protocol. It is pure: no I/O, no
// goroutine, no clock, no state, so that many goroutines may use it at once.
type Framer interface {
	// Name is the protocol's name.
	Name() string
	// Match is Codec.Match.
	Match(prefix []byte) Match
	// Size returns the length of the frame that src begins with, or 0 when src
	// is too short to tell. Limits are checked here, from the fixed part alone,
	// before anything is allocated. An error ends the connection.
	Size(src []byte) (n int, err error)
	// Decode fills f from src, which is exactly one frame. f views src.
	Decode(src []byte, f *Frame) error
	// Append appends all of f that stands before the content, and f.Content when
	// it is set.
	Append(dst []byte, f *Frame) ([]byte, error)
	// Seal patches lengths and checksums of a frame whose content was appended
	// behind what Append wrote. It fails when a limit is passed. What stands behind
	// the content is appended with it, as room that Seal fills: by the Body, and by
	// Append when f.Content is set.
	Seal(frame []byte, f *Frame) error
}

// Body says how a call becomes a frame's header and content, and back. It sees
// the whole call, because some protocols put service, arguments and attachments
// into one stream. Many goroutines use it at once.
type Body interface {
	// Request fills f's kind, serializer, class and header from r. The engine has
	// set f.ID and f.Timeout (what is left until r.Deadline); the Body may change
	// the timeout to what the protocol wants.
	Request(f *Frame, r *onramp.Request) error
	// AppendRequest appends the content, and room for what the protocol has behind it.
	AppendRequest(dst []byte, f *Frame, r *onramp.Request) ([]byte, error)
	// Response fills f from the outcome of a handler. p and err may both be set;
	// p is nil for a handler that failed without a response. The engine has set
	// f.ID, f.Version and f.Flags.
	Response(f *Frame, r *onramp.Request, p *onramp.Response, err error) error
	AppendResponse(dst []byte, f *Frame, r *onramp.Request, p *onramp.Response, err error) ([]byte, error)
	// OpenRequest fills r (names, header, body, but not the deadline, which the
	// engine makes of f.Timeout) from a request's frame. The body stays encoded.
	// An error is answered to the peer; it does not end the connection.
	OpenRequest(f *Frame, r *onramp.Request) error
	// OpenResponse fills p from a response's frame. An error is the call's.
	OpenResponse(f *Frame, r *onramp.Request, p *onramp.Response) error
}
