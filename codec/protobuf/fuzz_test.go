package protobuf_test

import (
	"bytes"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/onrampmesh/onramp/codec/protobuf"
	"github.com/onrampmesh/onramp/internal/oracle"
)

// FuzzProtobuf decodes hostile bodies into a flat message, a recursive one, and
// one with every kind of field.
func FuzzProtobuf(f *testing.F) {
	for _, m := range []proto.Message{
		wrapperspb.String("hello"),
		structpb.NewStructValue(&structpb.Struct{Fields: map[string]*structpb.Value{"a": structpb.NewNumberValue(1.5), "": structpb.NewNullValue()}}),
		nested(49), nested(51),
		&descriptorpb.FileDescriptorProto{
			Name: new("%d.proto"), Dependency: []string{"a", ""}, PublicDependency: []int32{1, -1},
			MessageType: []*descriptorpb.DescriptorProto{{Name: new("M"), NestedType: []*descriptorpb.DescriptorProto{{}}}},
			Options:     &descriptorpb.FileOptions{JavaMultipleFiles: new(true)},
		},
	} {
		b, err := proto.Marshal(m)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add([]byte("\x0a\xff\xff\xff\xff\xff\xff\xff\xff\x7f"))
	f.Add([]byte("\x0a\xff\xff\xff\xff\x0f"))
	f.Add([]byte("\x0a\x02\xc3\x28"))
	f.Add(bytes.Repeat([]byte("\x0b"), 20000))
	f.Add(bytes.Repeat([]byte("\x0a\x00"), 5000))
	f.Add(bytes.Repeat([]byte("\x22\x00"), 5000))
	flat := decoderOf(func() proto.Message { return new(wrapperspb.BytesValue) })
	deep := decoderOf(func() proto.Message { return new(structpb.Value) })
	full := decoderOf(func() proto.Message { return new(descriptorpb.FileDescriptorProto) })
	f.Fuzz(func(t *testing.T, src []byte) {
		_, _ = flat.Check(t, src)
		_, _ = deep.Check(t, src)
		_, _ = full.Check(t, src)
	})
}

// nested returns a list in a list, twice n messages deep.
func nested(n int) *structpb.Value {
	v := structpb.NewNullValue()
	for range n {
		v = structpb.NewListValue(&structpb.ListValue{Values: []*structpb.Value{v}})
	}
	return v
}

// decoderOf decodes with the least memory that can be set, which is what the oracle
// gives any input: whatever the estimate lets pass must keep to it.
func decoderOf(empty func() proto.Message) oracle.Decoder[proto.Message] {
	s := protobuf.New(protobuf.MaxMemory(0))
	return oracle.Decoder[proto.Message]{
		K: oracle.Typed,
		Decode: func(src []byte) (proto.Message, error) {
			m := empty()
			return m, s.Decode(src, m)
		},
		Encode: func(m proto.Message) ([]byte, error) { return s.Append(nil, m) },
		Same:   proto.Equal,
	}
}
