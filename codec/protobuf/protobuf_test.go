package protobuf_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/codec/protobuf"
	"github.com/onrampmesh/onramp/internal/leak"
)

func TestMain(m *testing.M) { leak.Main(m) }

var _ codec.Serializer = (*protobuf.Serializer)(nil)

func TestOnlyProtoMessagesAreAccepted(t *testing.T) {
	s := protobuf.New()
	if !s.Accepts(wrapperspb.String("x")) {
		t.Error("a proto.Message is refused")
	}
	for _, v := range []any{nil, "x", 1, []byte("x"), struct{}{}} {
		if s.Accepts(v) {
			t.Errorf("%T is accepted", v)
		}
		if out, err := s.Append([]byte("x"), v); err == nil || string(out) != "x" {
			t.Errorf("%T: %q, %v", v, out, err)
		}
		if err := s.Decode(nil, v); err == nil {
			t.Errorf("decode into %T: no error", v)
		}
	}
}

func TestAppendMatchesMarshalBehindAPrefix(t *testing.T) {
	m := wrapperspb.String(strings.Repeat("a", 300))
	want, _ := proto.Marshal(m)
	got, err := protobuf.New().Append([]byte("before"), m)
	if err != nil || !bytes.Equal(got, append([]byte("before"), want...)) {
		t.Fatalf("%q, %v", got, err)
	}
}

func TestDecodeReplacesAndDoesNotAlias(t *testing.T) {
	src, _ := proto.Marshal(wrapperspb.Bytes([]byte("world")))
	m := wrapperspb.Bytes([]byte("old"))
	if err := protobuf.New().Decode(src, m); err != nil {
		t.Fatal(err)
	}
	clear(src)
	if string(m.Value) != "world" {
		t.Fatalf("got %q", m.Value)
	}
}

func TestDecodeErrorsQuoteNothingOfTheInput(t *testing.T) {
	for _, src := range [][]byte{[]byte("\x0a\xffSECRETSECRET"), []byte("\x0a\x06\xffECRET")} {
		err := protobuf.New().Decode(src, &wrapperspb.StringValue{})
		if err == nil || strings.Contains(err.Error(), "ECRET") {
			t.Errorf("%q: %v", src, err)
		}
	}
}

// A list in a list is two messages deeper.
func TestNestingIsReadToAHundredLevels(t *testing.T) {
	for n, ok := range map[int]bool{49: true, 50: false, 5000: false} {
		src, err := proto.Marshal(nested(n))
		if err != nil {
			t.Fatal(err)
		}
		if err := protobuf.New().Decode(src, &structpb.Value{}); (err == nil) != ok {
			t.Errorf("%d levels: %v", 2*n+1, err)
		}
	}
}

func BenchmarkAppend1KiB(b *testing.B) {
	s, m := protobuf.New(), wrapperspb.Bytes(make([]byte, 1024))
	buf := make([]byte, 0, 2048)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Append(buf, m); err != nil {
			b.Fatal(err)
		}
	}
}

func ExampleNew() {
	s := protobuf.New()
	out, _ := s.Append(nil, wrapperspb.String("hi"))
	var back wrapperspb.StringValue
	err := s.Decode(out, &back)
	fmt.Printf("%x %s %v\n", out, back.GetValue(), err)
	// Output: 0a026869 hi <nil>
}
