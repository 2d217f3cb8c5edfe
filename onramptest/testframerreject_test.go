package onramptest_test

import (
	"encoding/binary"
	"errors"
	"testing"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/codec/bolt"
	"github.com/onrampmesh/onramp/onramptest"
)

// bentFramer is Bolt's framer and body, right but for the parts that are set.
type bentFramer struct {
	*bolt.Framer
	body *bentBody

	size   func(f *bolt.Framer, src []byte) (int, error)
	decode func(f *bolt.Framer, src []byte, fr *codec.Frame) error
	append func(f *bolt.Framer, dst []byte, fr *codec.Frame) ([]byte, error)
	kind   func(kind codec.FrameKind) codec.FrameKind
	number func(f *bolt.Framer, frame []byte, id uint64)
	ack    func(f *bolt.Framer, dst []byte, fr *codec.Frame) []byte
}

func (b *bentFramer) Size(src []byte) (int, error) {
	if b.size == nil {
		return b.Framer.Size(src)
	}
	return b.size(b.Framer, src)
}

func (b *bentFramer) Decode(src []byte, fr *codec.Frame) error {
	if b.decode == nil {
		return b.Framer.Decode(src, fr)
	}
	return b.decode(b.Framer, src, fr)
}

func (b *bentFramer) Append(dst []byte, fr *codec.Frame) ([]byte, error) {
	if b.append == nil {
		return b.Framer.Append(dst, fr)
	}
	return b.append(b.Framer, dst, fr)
}

func (b *bentFramer) Correlate(frame []byte) (codec.FrameKind, uint64) {
	kind, id := b.Framer.Correlate(frame)
	if b.kind != nil {
		kind = b.kind(kind)
	}
	return kind, id
}

func (b *bentFramer) Renumber(frame []byte, id uint64) {
	if b.number == nil {
		b.Framer.Renumber(frame, id)
		return
	}
	b.number(b.Framer, frame, id)
}

func (b *bentFramer) AppendHeartbeatAck(dst []byte, fr *codec.Frame) []byte {
	if b.ack == nil {
		return b.Framer.AppendHeartbeatAck(dst, fr)
	}
	return b.ack(b.Framer, dst, fr)
}

// bentBody is the same of a body.
type bentBody struct {
	*bolt.Body

	open  func(b *bolt.Body, f *codec.Frame, r *onramp.Request) error
	drain func(b *bolt.Body, f *codec.Frame) bool
}

func (b *bentBody) OpenRequest(f *codec.Frame, r *onramp.Request) error {
	if b.open == nil {
		return b.Body.OpenRequest(f, r)
	}
	return b.open(b.Body, f, r)
}

func (b *bentBody) DrainSignal(f *codec.Frame) bool {
	if b.drain == nil {
		return b.Body.DrainSignal(f)
	}
	return b.drain(b.Body, f)
}

// bends runs the suite with a change of what is right.
func bends(change func(b *bentFramer)) func(*testing.T) {
	return func(t *testing.T) {
		onramptest.TestFramer(t, onramptest.FramerSuite{New: func() (codec.Framer, codec.Body) {
			f, err := bolt.NewFramer()
			if err != nil {
				t.Fatal(err)
			}
			body, err := bolt.NewBody()
			if err != nil {
				t.Fatal(err)
			}
			b := &bentFramer{Framer: f, body: &bentBody{Body: body}}
			change(b)
			return b, b.body
		}})
	}
}

func TestTheSuiteForFramersAcceptsTheOneThatTheBrokenOnesAreMadeOf(t *testing.T) {
	bends(func(*bentFramer) {})(t)
}

var errShort = errors.New("too short")

func TestFramerRejectsFramersThatMiscount(t *testing.T) {
	rejects(t, broken{
		name: "fails where it should ask for more",
		run: bends(func(b *bentFramer) {
			b.size = func(f *bolt.Framer, src []byte) (int, error) {
				if len(src) < 10 {
					return 0, errShort
				}
				return f.Size(src)
			}
		}),
		fails: []string{"Size tells each frame's length at every prefix, or that it cannot"},
		says:  "too short",
	}, broken{
		name: "counts what follows the frame",
		run: bends(func(b *bentFramer) {
			b.size = func(f *bolt.Framer, src []byte) (int, error) {
				n, err := f.Size(src)
				if n > 0 {
					n = max(n, len(src))
				}
				return n, err
			}
		}),
		fails: []string{"Size tells each frame's length at every prefix, or that it cannot"},
		says:  "with others behind it",
	}, broken{
		name: "copies the head to look at it",
		run: bends(func(b *bentFramer) {
			b.size = func(f *bolt.Framer, src []byte) (int, error) {
				kept = append([]byte(nil), src...)
				return f.Size(src)
			}
		}),
		fails: []string{"Size allocates nothing"},
		says:  "makes 1 allocations",
	}, broken{
		name: "believes every length",
		run: bends(func(b *bentFramer) {
			b.size = func(f *bolt.Framer, src []byte) (int, error) {
				if len(src) < 22 || src[0] != 1 || src[1] == 0 {
					return f.Size(src)
				}
				n := int(binary.BigEndian.Uint16(src[14:])) + int(binary.BigEndian.Uint16(src[16:]))
				return 22 + n + int(binary.BigEndian.Uint32(src[18:])), nil
			}
		}),
		fails: []string{"Size bounds what a frame may claim"},
		says:  "the most is 16777216",
	})
}

// kept makes a copy escape.
var kept []byte

func TestFramerRejectsFramersThatLoseOrHarmBytes(t *testing.T) {
	rejects(t, broken{
		name: "reads behind short headers",
		run: bends(func(b *bentFramer) {
			b.body.open = func(body *bolt.Body, f *codec.Frame, r *onramp.Request) error {
				_ = f.Header[:int(binary.BigEndian.Uint32(f.Header))] // the length of the first key
				return body.OpenRequest(f, r)
			}
		}),
		fails: []string{"no bytes make a framer or a body panic"},
		says:  "out of range",
	}, broken{
		name: "decodes in place",
		run: bends(func(b *bentFramer) {
			b.decode = func(f *bolt.Framer, src []byte, fr *codec.Frame) error {
				err := f.Decode(src, fr)
				if len(fr.Content) > 0 {
					fr.Content[0] |= 0x80
				}
				return err
			}
		}),
		fails: []string{"Decode neither changes nor keeps its bytes"},
		says:  "Decode changed a",
	}, broken{
		name: "writes from the beginning of the buffer",
		run: bends(func(b *bentFramer) {
			b.append = func(f *bolt.Framer, dst []byte, fr *codec.Frame) ([]byte, error) { return f.Append(dst[:0], fr) }
		}),
		fails: []string{"Append appends"},
		says:  "what stands before",
	}, broken{
		name: "forgets the class of what it passes through",
		run: bends(func(b *bentFramer) {
			b.append = func(f *bolt.Framer, dst []byte, fr *codec.Frame) ([]byte, error) {
				if c := *fr; fr.Content != nil {
					c.Class = nil
					return f.Append(dst, &c)
				}
				return f.Append(dst, fr)
			}
		}),
		fails: []string{"a frame that is written again is the same bytes"},
		says:  "decoded and written again",
	}, broken{
		name: "loses the names of a call",
		run: bends(func(b *bentFramer) {
			b.body.open = func(body *bolt.Body, f *codec.Frame, r *onramp.Request) error {
				err := body.OpenRequest(f, r)
				r.Method = ""
				return err
			}
		}),
		fails: []string{"a call survives encoding and decoding"},
		says:  "a request arrived as kind 0, com.acme.Suite/,",
	})
}

func TestFramerRejectsPowersThatAreNone(t *testing.T) {
	rejects(t, broken{
		name: "takes heartbeats for calls",
		run: bends(func(b *bentFramer) {
			b.kind = func(kind codec.FrameKind) codec.FrameKind {
				if kind == codec.Heartbeat {
					return codec.Request
				}
				return kind
			}
		}),
		fails: []string{"Correlate says what Decode says"},
		says:  "Correlate of a heartbeat is kind 0",
	}, broken{
		name: "writes sixteen bits of an ID",
		run: bends(func(b *bentFramer) {
			b.number = func(f *bolt.Framer, frame []byte, id uint64) { f.Renumber(frame, id&0xffff) }
		}),
		fails: []string{"Renumber changes the ID and nothing else"},
		says:  "with the new ID 4294967294",
	}, broken{
		name: "answers each heartbeat with the same ID",
		run: bends(func(b *bentFramer) {
			b.ack = func(f *bolt.Framer, dst []byte, fr *codec.Frame) []byte {
				c := *fr
				c.ID = 1
				return f.AppendHeartbeatAck(dst, &c)
			}
		}),
		fails: []string{"a heartbeat and its answer are what they say"},
		says:  "the answer to heartbeat 77 is read as",
	}, broken{
		name: "takes each refusal for a drain",
		run: bends(func(b *bentFramer) {
			b.body.drain = func(_ *bolt.Body, f *codec.Frame) bool { return f.Status != 0 }
		}),
		fails: []string{"refusals of a server arrive as refusals"},
		says:  "takes the refusal of a busy server for a drain",
	})
}
