// Package protobuf is the Protocol Buffers serializer, over
// google.golang.org/protobuf.
//
// A codec calls it for generated messages. It is a leaf: only who imports it
// links the protobuf runtime.
package protobuf

import (
	"fmt"

	"google.golang.org/protobuf/proto"
)

// maxDepth bounds how deep messages may be nested on decoding; the library's
// own bound is 10 000.
const maxDepth = 100

// DefaultMaxMemory is the default of MaxMemory: 32 MiB, four times the largest
// frame that Bolt takes by default.
const DefaultMaxMemory = 32 << 20

// Serializer writes and reads the binary form of proto.Message. It implements
// codec.Serializer, and many goroutines may use it at once.
type Serializer struct {
	marshal   proto.MarshalOptions
	unmarshal proto.UnmarshalOptions
	memory    int
}

// Option changes a default of New.
type Option func(*Serializer)

// MaxMemory bounds what decoding one body may allocate, in bytes, by an estimate
// that is made before anything is; the default is DefaultMaxMemory. Bodies of up to
// a 1024th of it are not measured. Values below 64 KiB mean 64 KiB.
func MaxMemory(n int) Option { return func(s *Serializer) { s.memory = max(n, 64<<10) } }

// New returns a Serializer. Messages nested deeper than 100 are refused on
// decoding, and bodies that would take more than MaxMemory.
func New(opts ...Option) *Serializer {
	s := &Serializer{unmarshal: proto.UnmarshalOptions{RecursionLimit: maxDepth}, memory: DefaultMaxMemory}
	for _, o := range opts {
		o(s)
	}
	return s
}

// Name returns "protobuf".
func (s *Serializer) Name() string { return "protobuf" }

// Accepts reports whether v is a proto.Message.
func (s *Serializer) Accepts(v any) bool {
	_, ok := v.(proto.Message)
	return ok
}

// Append appends the message v to dst. The size is computed once and dst grows
// at most once. When it fails it returns dst as it was.
func (s *Serializer) Append(dst []byte, v any) ([]byte, error) {
	m, ok := v.(proto.Message)
	if !ok {
		return dst, fmt.Errorf("protobuf: encode %T: want a proto.Message", v)
	}
	out, err := s.marshal.MarshalAppend(dst, m)
	if err != nil {
		return dst, fmt.Errorf("protobuf: encode %T: %w", v, err)
	}
	return out, nil
}

// affords checks a long body against the limit of memory.
func (s *Serializer) affords(m proto.Message, src []byte) error {
	if len(src) <= s.memory/unmetered {
		return nil
	}
	guard := meter{left: s.memory, limit: s.memory}
	return guard.check(m.ProtoReflect().Descriptor(), src)
}

// Decode resets the message v and stores the value of src in it. Errors quote
// nothing of src.
func (s *Serializer) Decode(src []byte, v any) error {
	m, ok := v.(proto.Message)
	if !ok {
		return fmt.Errorf("protobuf: decode into %T: want a proto.Message", v)
	}
	if err := s.affords(m, src); err != nil {
		return fmt.Errorf("protobuf: decode into %T: %w", v, err)
	}
	if err := s.unmarshal.Unmarshal(src, m); err != nil {
		return fmt.Errorf("protobuf: decode into %T: %w", v, err)
	}
	return nil
}
