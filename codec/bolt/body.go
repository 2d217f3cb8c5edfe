package bolt

import (
	"bytes"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/codec/hessian2"
)

// Class names say what a content is. They are SOFARPC's, whatever the serializer.
var (
	classRequest         = []byte(nameRequest)
	classResponse        = []byte(nameResponse)
	classServerException = []byte(nameServerException)
)

// Body turns calls into frames and back. It implements codec.Body, codec.Drainer
// and codec.Refuser. It is not changed once made, so that many goroutines may
// use it at once.
type Body struct {
	raw         uint8
	version     uint8 // of the frames of requests
	flags       uint8
	serializers []serializer // as they are asked on encode
	builtIn     bool         // JSON was not asked for
	table       [256]*entry  // by codec byte
	// hessian makes the bodies of codec 1, and is nil without the option. scanners and
	// reader read what must be known of them in any case: names and errors.
	hessian  *hessian
	scanners scanners
	reader   hessian2.Stream
}

// entry is what belongs to one codec byte.
type entry struct {
	serializer        codec.Serializer
	request, response onramp.Decoder
}

// NewBody returns the Body that New would use, for tools and tests.
func NewBody(opts ...Option) (*Body, error) {
	c, err := configure(opts)
	if err != nil {
		return nil, err
	}
	return newBody(c), nil
}

func newBody(c *config) *Body {
	b := &Body{raw: c.raw, serializers: c.serializers, builtIn: c.builtIn, reader: hessian2.NewDraft()}
	b.version, b.flags = c.wire()
	for _, s := range c.serializers {
		b.table[s.id] = newEntry(s.id, s.Serializer)
		if h, ok := s.Serializer.(*hessian); ok {
			b.hessian = h
		}
	}
	return b
}

func newEntry(id uint8, s codec.Serializer) *entry {
	if h, ok := s.(*hessian); ok {
		return &entry{h, &requestArgs{h.Stream}, &responseValue{h.Stream}}
	}
	if id == JSON {
		s = jsonArgs{s}
	}
	return &entry{
		serializer: s,
		request:    &decoder{s, onramp.InvalidArgument, "request"},
		response:   &decoder{s, onramp.Internal, "response"},
	}
}

// makes reports whether the content of f is made by Hessian2 for a body.
func (b *Body) makes(f *codec.Frame, body *onramp.Body) bool {
	return b.hessian != nil && f.Serializer == Hessian && (body.Value != nil || len(body.Raw) == 0)
}

// Request implements codec.Body. The header's first pairs are the names.
func (b *Body) Request(f *codec.Frame, r *onramp.Request) error {
	switch r.Kind {
	case onramp.Unary:
		f.Kind = codec.Request
	case onramp.Oneway:
		f.Kind, f.Timeout = codec.Oneway, -time.Millisecond
	default:
		return &onramp.Error{Code: onramp.Unimplemented, Origin: onramp.Local, Target: r.Target(), Err: errStreams}
	}
	var err error
	if f.Serializer, err = b.choose(&r.Body, 0); err != nil {
		return err
	}
	f.Version, f.Flags, f.Class = b.version, b.flags, classRequest
	w := writer{block: f.Scratch()}
	w.addNames(r)
	w.copyFrom(&r.Header, ofRequest)
	f.SetHeader(w.block)
	return w.err
}

// AppendRequest implements codec.Body. Room for a checksum, which the Framer
// fills, counts as content.
func (b *Body) AppendRequest(dst []byte, f *codec.Frame, r *onramp.Request) ([]byte, error) {
	var out []byte
	var err error
	if b.makes(f, &r.Body) {
		out, err = b.hessian.appendRequest(dst, f, r)
	} else {
		out, err = b.content(dst, f, &r.Body)
	}
	if err != nil {
		return out, err
	}
	return roomFor(out, f), nil
}

// OpenRequest implements codec.Body. The header is a view of the frame.
func (b *Body) OpenRequest(f *codec.Frame, r *onramp.Request) error {
	r.Body = b.received(f, ofRequest)
	if f.Kind == codec.Oneway {
		r.Kind = onramp.Oneway
	}
	if len(f.Class) > 0 && !bytes.Equal(f.Class, classRequest) {
		return refuse(onramp.Unimplemented, "the class "+quote(f.Class)+" is not served, want "+string(classRequest))
	}
	var n names
	if err := n.find(f.Header); err != nil {
		return refuse(onramp.InvalidArgument, err.Error())
	}
	by := byTarget
	if n.target == nil {
		by = byService
	}
	r.Header.View(f.Header, by)
	if f.Serializer == Hessian && len(n.method) == 0 {
		if err := b.openHead(f, &n, r); err != nil {
			return refuse(onramp.InvalidArgument, err.Error())
		}
	}
	if err := n.apply(f, r); err != nil {
		return refuse(onramp.InvalidArgument, err.Error())
	}
	return nil
}

// choose returns the codec byte of a body that is sent. asked is that of the
// request, for a response: its serializer answers, unless it is not known.
func (b *Body) choose(body *onramp.Body, asked uint8) (uint8, error) {
	switch {
	case body.Value == nil && body.Encoding > 255:
		return 0, invalid("Body.Encoding %d: a codec byte is 1..255", body.Encoding)
	case body.Value == nil && body.Encoding > 0:
		return uint8(body.Encoding), nil
	case body.Value == nil && asked > 0:
		return asked, nil
	case body.Value == nil:
		return b.raw, nil
	}
	if e := b.table[asked]; e != nil {
		if e.serializer.Accepts(body.Value) {
			return asked, nil
		}
		return 0, invalid("a %T cannot answer a request of codec %d: serializer %s does not accept it%s", body.Value, asked, e.serializer.Name(), b.advice(body.Value))
	}
	for i := range b.serializers {
		s := &b.serializers[i]
		if s.id == JSON && b.hessian != nil && b.builtIn {
			continue // its peers speak Hessian: JSON is for answers to those who sent it
		}
		if s.Accepts(body.Value) {
			return s.id, nil
		}
	}
	if hint := b.advice(body.Value); hint != "" {
		return 0, invalid("no serializer accepts a %T%s", body.Value, hint)
	}
	if b.hessian != nil {
		return 0, invalid("a %T, or a value in it, has no form in Hessian: send another type, or add a serializer by bolt.With", body.Value)
	}
	return 0, invalid("no serializer accepts a %T: add one by bolt.With", body.Value)
}

// advice says what a Protobuf message needs; "" for other values. Each generated
// message has this method.
func (b *Body) advice(value any) string {
	if _, yes := value.(interface{ ProtoMessage() }); !yes {
		return ""
	}
	if b.table[Protobuf] == nil {
		return ": it is a Protobuf message; add bolt.With(bolt.Protobuf, protobuf.New())"
	}
	return ": it is a Protobuf message; have the client add bolt.With(bolt.Protobuf, protobuf.New())"
}

// content appends a body: raw bytes as they are, a value by f's serializer.
func (b *Body) content(dst []byte, f *codec.Frame, body *onramp.Body) ([]byte, error) {
	if body.Value == nil {
		return append(dst, body.Raw...), nil
	}
	e := b.table[f.Serializer]
	if e == nil {
		return dst, invalid("no serializer of codec %d: add one by bolt.With", f.Serializer)
	}
	out, err := e.serializer.Append(dst, body.Value)
	if err != nil {
		return dst, &onramp.Error{Code: onramp.InvalidArgument, Origin: onramp.Local, Err: err}
	}
	return out, nil
}

// received returns the body of a frame that came in.
func (b *Body) received(f *codec.Frame, of side) onramp.Body {
	e := b.table[f.Serializer]
	switch {
	case e == nil:
		return onramp.Received(f.Content, uint16(f.Serializer), nil)
	case of == ofRequest:
		return onramp.Received(f.Content, uint16(f.Serializer), e.request)
	}
	return onramp.Received(f.Content, uint16(f.Serializer), e.response)
}
