package protobuf_test

import (
	"bytes"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/onrampmesh/onramp/codec/protobuf"
)

// allocated returns what decoding src into m allocates.
func allocated(s *protobuf.Serializer, src []byte, m proto.Message) (uint64, error) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	err := s.Decode(src, m)
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc, err
}

// Eight mebibytes of these would take up to 1.2 GB.
func TestBodiesThatGrowInMemoryAreRefusedBeforeTheyDo(t *testing.T) {
	s := protobuf.New()
	for what, c := range map[string]struct {
		src  string
		into proto.Message
	}{
		"empty messages": {"\x22\x00", new(descriptorpb.FileDescriptorProto)},
		"empty enums":    {"\x2a\x00", new(descriptorpb.FileDescriptorProto)},
		"empty strings":  {"\x1a\x00", new(descriptorpb.FileDescriptorProto)},
		"empty values":   {"\x0a\x00", new(structpb.ListValue)},
		"empty pairs":    {"\x0a\x00", new(structpb.Struct)},
		"numbers":        {"\x50\x00", new(descriptorpb.FileDescriptorProto)},
	} {
		used, err := allocated(s, bytes.Repeat([]byte(c.src), 4<<20), c.into)
		if err == nil || !strings.Contains(err.Error(), "protobuf.MaxMemory") || used > 1<<20 {
			t.Errorf("%s: %d bytes, %v", what, used, err)
		}
	}
}

// The estimate is no less than what decoding takes, and not many times more.
func TestTheEstimateOfMemoryIsNeitherLowNorFarTooHigh(t *testing.T) {
	text := wrapperspb.String(strings.Repeat("x", 1<<20))
	list := new(structpb.ListValue)
	for i := range 20_000 {
		list.Values = append(list.Values, structpb.NewNumberValue(float64(i)))
	}
	file := new(descriptorpb.FileDescriptorProto)
	for i := range int32(50_000) {
		file.Dependency = append(file.Dependency, "a/b/c.proto")
		file.PublicDependency = append(file.PublicDependency, i)
		file.MessageType = append(file.MessageType, &descriptorpb.DescriptorProto{Name: new("Message")})
	}
	for _, m := range []proto.Message{text, list, file} {
		src, err := proto.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		used, err := allocated(protobuf.New(protobuf.MaxMemory(1<<30)), src, proto.Clone(m))
		if err != nil {
			t.Fatal(err)
		}
		if err := protobuf.New(protobuf.MaxMemory(int(used)/2)).Decode(src, proto.Clone(m)); err == nil {
			t.Errorf("%T: half of %d bytes are enough by the estimate", m, used)
		}
		if err := protobuf.New(protobuf.MaxMemory(8*int(used))).Decode(src, proto.Clone(m)); err != nil {
			t.Errorf("%T: eight times %d bytes are not enough: %v", m, used, err)
		}
	}
}

// BenchmarkDecode1MiB is what the walk adds: nothing to a text, and a part to a long
// list of small messages.
func BenchmarkDecode1MiB(b *testing.B) {
	list := new(structpb.ListValue)
	for i := range 70_000 {
		list.Values = append(list.Values, structpb.NewNumberValue(float64(i)))
	}
	for name, m := range map[string]proto.Message{"text": wrapperspb.String(strings.Repeat("x", 1_000_000)), "numbers": list} {
		src, err := proto.Marshal(m)
		if err != nil {
			b.Fatal(err)
		}
		for what, limit := range map[string]int{"walked": 1 << 28, "unwalked": 1 << 30} {
			s := protobuf.New(protobuf.MaxMemory(limit))
			b.Run(name+"/"+what, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if err := s.Decode(src, m); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

func ExampleMaxMemory() {
	s := protobuf.New(protobuf.MaxMemory(1 << 20))
	hostile := bytes.Repeat([]byte("\x0a\x00"), 100_000) // empty values
	fmt.Println(s.Decode(hostile, new(structpb.ListValue)))
	// Output: protobuf: decode into *structpb.ListValue: its 200000 bytes would take more than 1048576 in memory: see protobuf.MaxMemory
}
