package protobuf

import (
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
)

// A message of no bytes is two bytes on the wire and a whole struct in memory, so
// that a body can become a hundred times as large as it was. A meter walks a body
// before it is decoded, and counts what decoding it would allocate.
type meter struct{ left, limit int }

// unmetered is how many times the limit a body's length must go into it so that it
// need not be walked: there is no struct of two kibibytes for two bytes.
const unmetered = 1024

// What is counted, in bytes. An element of a list counts three times, because a
// list grows by copying.
const (
	perMessage = 64
	perField   = 24
	perPointer = 3 * 8
	perString  = 3 * 16
	perNumber  = 8
)

// check fails when decoding src into a message of md allocates more than the limit.
// What is wrong with src otherwise is not said here.
func (m *meter) check(md protoreflect.MessageDescriptor, src []byte) error {
	if m.message(md, src, maxDepth); m.left < 0 {
		return fmt.Errorf("its %d bytes would take more than %d in memory: see protobuf.MaxMemory", len(src), m.limit)
	}
	return nil
}

func (m *meter) message(md protoreflect.MessageDescriptor, src []byte, depth int) {
	m.left -= perMessage + perField*md.Fields().Len()
	for len(src) > 0 && m.left >= 0 && depth > 0 {
		num, typ, n := protowire.ConsumeTag(src)
		if n < 0 {
			return
		}
		size := protowire.ConsumeFieldValue(num, typ, src[n:])
		if size < 0 {
			return
		}
		value := src[n : n+size]
		if fd := find(md, num); fd == nil {
			m.left -= 2 * (n + size) // it is kept as it is
		} else {
			m.field(fd, typ, value, depth)
		}
		src = src[n+size:]
	}
}

// find returns the field of a number, or nil.
func find(md protoreflect.MessageDescriptor, num protowire.Number) protoreflect.FieldDescriptor {
	if fd := md.Fields().ByNumber(num); fd != nil {
		return fd
	}
	if !md.ExtensionRanges().Has(num) {
		return nil
	}
	x, err := protoregistry.GlobalTypes.FindExtensionByNumber(md.FullName(), num)
	if err != nil {
		return nil
	}
	return x.TypeDescriptor()
}

func (m *meter) field(fd protoreflect.FieldDescriptor, typ protowire.Type, value []byte, depth int) {
	switch {
	case typ == protowire.StartGroupType:
		if fd.Kind() == protoreflect.GroupKind {
			content, _ := protowire.ConsumeGroup(fd.Number(), value)
			m.left -= perPointer
			m.message(fd.Message(), content, depth-1)
		}
	case typ != protowire.BytesType:
		m.left -= perNumber * 3
	default:
		content, _ := protowire.ConsumeBytes(value)
		m.bytes(fd, content, depth)
	}
}

// bytes counts a value that has a length: a message, a text, or packed numbers.
func (m *meter) bytes(fd protoreflect.FieldDescriptor, content []byte, depth int) {
	switch fd.Kind() {
	case protoreflect.MessageKind:
		m.left -= perPointer
		m.message(fd.Message(), content, depth-1)
	case protoreflect.StringKind, protoreflect.BytesKind:
		m.left -= perString + len(content)
	default:
		for _, b := range content {
			if b < 0x80 { // the last byte of a number, if it is a varint
				m.left -= perNumber
			}
		}
		m.left -= len(content)
	}
}
