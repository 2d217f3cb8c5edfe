package json_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/codec/json"
	"github.com/onrampmesh/onramp/internal/leak"
)

func TestMain(m *testing.M) { leak.Main(m) }

var _ codec.Serializer = (*json.Serializer)(nil)

type greeting struct {
	Name string `json:"name"`
	N    int    `json:"n"`
}

func TestAppendKeepsWhatStandsBeforeAndEndsWithTheValue(t *testing.T) {
	got, err := json.New().Append([]byte("before "), &greeting{Name: "<a&b>", N: 7})
	if err != nil || string(got) != `before {"name":"<a&b>","n":7}` {
		t.Fatalf("got %q, %v", got, err)
	}
}

func TestAppendThatFailsLeavesTheBufferAndTheNextCallAlone(t *testing.T) {
	s := json.New()
	got, err := s.Append([]byte("x"), make(chan int))
	if err == nil || string(got) != "x" {
		t.Fatalf("got %q, %v", got, err)
	}
	for range 3 {
		if got, err = s.Append(nil, 1); err != nil || string(got) != "1" {
			t.Fatalf("after a failure: %q, %v", got, err)
		}
	}
}

func TestDecodedValuesDoNotAliasTheInput(t *testing.T) {
	src := []byte(`{"name":"world","n":3}`)
	var g greeting
	if err := json.New().Decode(src, &g); err != nil {
		t.Fatal(err)
	}
	clear(src)
	if g != (greeting{"world", 3}) {
		t.Fatalf("got %+v", g)
	}
}

func TestDecodeErrorsQuoteLittleOfTheInput(t *testing.T) {
	inputs := map[string]any{
		strings.Repeat("9", 5000):                new(int),
		`"` + strings.Repeat("\x01", 5000) + `"`: new(string),
		`{"name":` + strings.Repeat("7", 900):    new(greeting),
		strings.Repeat("[", 100_000):             new(any),
	}
	for src, into := range inputs {
		err := json.New().Decode([]byte(src), into)
		if err == nil {
			t.Fatalf("%.20q: no error", src)
		}
		if len(err.Error()) > 260 {
			t.Errorf("%.20q: an error of %d bytes: %v", src, len(err.Error()), err)
		}
	}
}

// Ten thousand is the bound of encoding/json itself. Beyond it the stack would grow
// with the input.
func TestDeepNestingIsRefused(t *testing.T) {
	for depth, ok := range map[int]bool{10_000: true, 10_001: false, 1 << 20: false} {
		for _, c := range []struct {
			open, end string
			into      any
		}{{"[", "]", new(any)}, {`{"a":`, "}", new(any)}, {"[", "]", new(greeting)}, {`{"x":`, "}", new(greeting)}} {
			src := strings.Repeat(c.open, depth) + "1" + strings.Repeat(c.end, depth)
			err := json.New().Decode([]byte(src), c.into)
			if !ok && (err == nil || !strings.Contains(err.Error(), "exceeded max depth")) || ok && err != nil && strings.Contains(err.Error(), "depth") {
				t.Errorf("%d times %q into %T: %v", depth, c.open, c.into, err)
			}
		}
	}
}

type message struct{ Name string }

func (*message) ProtoMessage() {}

func TestProtobufMessagesAreRefusedInsteadOfWrittenWrong(t *testing.T) {
	s, m := json.New(), &message{Name: "x"}
	if s.Accepts(m) || !s.Accepts(&greeting{}) {
		t.Error("a Protobuf message is accepted, or others are not")
	}
	out, err := s.Append([]byte("x"), m)
	if err == nil || !strings.Contains(err.Error(), "*json_test.message: it is a Protobuf message") || string(out) != "x" {
		t.Errorf("encoded: %q, %v", out, err)
	}
	if err = s.Decode([]byte(`{"Name":"y"}`), m); err == nil || m.Name != "x" {
		t.Errorf("decoded: %+v, %v", m, err)
	}
}

func TestManyGoroutinesShareOneSerializer(t *testing.T) {
	s := json.New()
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			want := fmt.Sprintf(`{"name":"g%d","n":%d}`, i, i)
			for range 200 {
				got, err := s.Append(nil, &greeting{Name: fmt.Sprintf("g%d", i), N: i})
				if err != nil || string(got) != want {
					t.Errorf("got %q, %v, want %q", got, err, want)
					return
				}
			}
		})
	}
	wg.Wait()
}

func BenchmarkAppend(b *testing.B) {
	s, g := json.New(), &greeting{Name: "world", N: 7}
	buf := make([]byte, 0, 256)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Append(buf, g); err != nil {
			b.Fatal(err)
		}
	}
}

func ExampleNew() {
	s := json.New()
	out, _ := s.Append(nil, map[string]int{"a": 1})
	var back map[string]int
	err := s.Decode(out, &back)
	fmt.Println(string(out), back["a"], err)
	// Output: {"a":1} 1 <nil>
}
