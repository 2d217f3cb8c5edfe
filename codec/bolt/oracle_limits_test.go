package bolt_test

import (
	"encoding/binary"
	"math"
	"strings"
	"testing"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/codec/bolt"
	"github.com/onrampmesh/onramp/internal/oracle"
)

// headOf is the fixed part of a request of a version with these lengths.
func headOf(version byte, class, header uint16, content uint32) []byte {
	b := head(class, header, content)
	if version == 1 {
		return b
	}
	out := append([]byte{2, 1}, b[1:10]...) // ver1, and no checksum
	return append(append(out, 0), b[10:]...)
}

func TestEachLengthIsTakenAtItsLimitAndRefusedOneOver(t *testing.T) {
	const most = 8 << 20
	for version := byte(1); version <= 2; version++ {
		fixed := len(headOf(version, 0, 0, 0))
		for _, row := range []struct {
			class, header uint16
			content       uint32
			want          int // 0 is an error
			text          string
		}{
			{0, 0, 0, fixed, ""},
			{1024, 32767, most, fixed + 1024 + 32767 + most, ""},
			{1025, 0, 0, 0, "a class name of 1025 bytes, at most 1024 are allowed"},
			{math.MaxUint16, 0, 0, 0, "a class name of -1 bytes, at most 1024 are allowed"},
			{1 << 15, 0, 0, 0, "a class name of -32768 bytes"},
			{0, 1 << 15, 0, 0, "a header block of -32768 bytes, at most 32767 are allowed"},
			{0, math.MaxUint16, 0, 0, "a header block of -1 bytes"},
			{0, 0, most + 1, 0, "a content of 8388609 bytes, at most 8388608 are allowed: see bolt.MaxFrame"},
			{0, 0, math.MaxInt32, 0, "a content of 2147483647 bytes"},
			{0, 0, 1 << 31, 0, "a content of -2147483648 bytes"},
			{0, 0, math.MaxUint32, 0, "a content of -1 bytes"},
			// A sum of 32 bits would come out small, or negative.
			{1024, 32767, math.MaxInt32 - 33000, 0, "bolt.MaxFrame"},
			{1024, 32767, math.MaxUint32 - 33000, 0, "bolt.MaxFrame"},
		} {
			n, err := new(bolt.Framer).Size(headOf(version, row.class, row.header, row.content))
			if n != row.want || (err == nil) != (row.want > 0) || err != nil && !strings.Contains(err.Error(), row.text) {
				t.Errorf("version %d, %d %d %d: %d, %v; want %d, %q", version, row.class, row.header, row.content, n, err, row.want, row.text)
			}
		}
	}
}

// Every sum of lengths is a size that fits an int, on 32 bits too, whatever limit
// is configured.
func TestNoSumOfLengthsOverflows(t *testing.T) {
	lengths16 := []uint16{0, 1, 1024, 1025, 32767, 32768, math.MaxUint16}
	lengths32 := []uint32{0, 1, 1 << 10, 8 << 20, 256<<20 - 1, 256 << 20, 256<<20 + 1, math.MaxInt32 - 40000, math.MaxInt32, 1 << 31, math.MaxUint32 - 40000, math.MaxUint32}
	for _, limit := range []int{1 << 10, 8 << 20, 256 << 20} {
		f, err := bolt.NewFramer(bolt.MaxFrame(limit))
		if err != nil {
			t.Fatal(err)
		}
		for version := byte(1); version <= 2; version++ {
			fixed := len(headOf(version, 0, 0, 0))
			for _, class := range lengths16 {
				for _, header := range lengths16 {
					for _, content := range lengths32 {
						n, err := f.Size(headOf(version, class, header, content))
						sum := int64(fixed) + int64(class) + int64(header) + int64(content)
						fits := class <= 1024 && header <= 32767 && int64(content) <= int64(limit)
						if fits != (err == nil) || fits && int64(n) != sum || !fits && n != 0 {
							t.Errorf("version %d, limit %d: %d+%d+%d is %d, %v", version, limit, class, header, content, n, err)
						}
					}
				}
			}
		}
	}
}

// many returns n pairs of four bytes and their lengths each.
func many(n int) (b []byte) {
	for range n {
		b = append(b, block("ky", "va")...)
	}
	return b
}

func TestAHeaderBlockIsTakenAtItsLimitsAndRefusedOneOver(t *testing.T) {
	length := func(n uint32, rest string) []byte { return append(binary.BigEndian.AppendUint32(nil, n), rest...) }
	for _, row := range []struct {
		what  string
		block []byte
		text  string
	}{
		{"nothing", nil, ""},
		{"128 pairs", many(128), ""},
		{"129 pairs", many(129), "more than 128 pairs in a header block"},
		{"129 null pairs", []byte(strings.Repeat("\xff", 8*129)), "more than 128 pairs"},
		{"129 empty pairs", make([]byte, 8*129), "more than 128 pairs"},
		{"8 KiB in a pair", block("k", strings.Repeat("v", 8<<10-1)), ""},
		{"one more in its value", block("k", strings.Repeat("v", 8<<10)), "header pair 1 has 8193 bytes, at most 8192 are allowed"},
		{"one more in its key", block(strings.Repeat("k", 8<<10), "v"), "header pair 1 has 8193 bytes"},
		{"32767 bytes", append(block("a", strings.Repeat("v", 8183), "b", strings.Repeat("v", 8183), "c", strings.Repeat("v", 8183)), block("d", strings.Repeat("v", 32767-3*8192-9))...), ""},
		{"a key one beyond", length(2, "k"), "the key of header pair 1 does not fit"},
		{"a value one beyond", append(length(1, "k"), length(2, "v")...), "the value of header pair 1 does not fit"},
		{"a key of 2^31-1", length(math.MaxInt32, "k"), "the key of header pair 1 does not fit"},
		{"a key of -2^31", length(1<<31, "k"), "the key of header pair 1 does not fit"},
		{"a key of -2", length(math.MaxUint32-1, "k"), "the key of header pair 1 does not fit"},
		{"a value of -2", append(length(1, "k"), length(math.MaxUint32-1, "v")...), "the value of header pair 1 does not fit"},
		{"half a length", []byte{0, 0}, "the key of header pair 1 does not fit into the 2 bytes that are left"},
		{"no value", length(1, "k"), "the value of header pair 1 does not fit into the 0 bytes"},
	} {
		for version := byte(1); version <= 2; version++ {
			frame := append(headOf(version, 0, uint16(len(row.block)), 0), row.block...)
			var f codec.Frame
			err := new(bolt.Framer).Decode(frame, &f)
			if (err == nil) != (row.text == "") || err != nil && !strings.Contains(err.Error(), row.text) {
				t.Errorf("version %d, %s: %v, want %q", version, row.what, err, row.text)
			}
		}
	}
}

// What is written has the limits of what is read, names included.
func TestACallIsWrittenAtTheLimitsAndRefusedOneOver(t *testing.T) {
	pairs := func(n int) onramp.Header { return header(strings.Split(strings.Repeat("k v ", n-1)+"k v", " ")...) }
	most := strings.Repeat("v", 8<<10-1)
	for version := 1; version <= 2; version++ {
		w := newWire(t, bolt.Version(version), bolt.MaxFrame(4096))
		for _, row := range []struct {
			what    string
			content int
			header  onramp.Header
			text    string
		}{
			{"content", 4096, onramp.Header{}, ""},
			{"content and one", 4097, onramp.Header{}, "a content of 4097 bytes, at most 4096 are allowed: see bolt.MaxFrame"},
			{"128 pairs, three of names", 0, pairs(125), ""},
			{"129 pairs", 0, pairs(126), "more than 128 pairs in a header"},
			{"a pair", 0, header("k", strings.Repeat("v", 8<<10-1)), ""},
			{"a pair and one", 0, header("k", strings.Repeat("v", 8<<10)), "a header pair of 8193 bytes, at most 8192 are allowed"},
			{"four pairs of 8 KiB", 0, header("a", most, "b", most, "c", most, "d", most), "a header block of more than 32767 bytes"},
		} {
			r := onramp.Request{Service: "s", Method: "m", Header: row.header, Body: onramp.Body{Raw: make([]byte, row.content)}}
			out, err := w.request(&r)
			if (err == nil) != (row.text == "") || err != nil && !strings.Contains(err.Error(), row.text) {
				t.Errorf("version %d, %s: %v, want %q", version, row.what, err, row.text)
			}
			if err != nil && asError(t, err).Code != onramp.InvalidArgument {
				t.Errorf("version %d, %s: %v", version, row.what, err)
			}
			if err == nil {
				w.decode(out)
			}
		}
	}
}

// Names, methods and keys of a peer's choice stay nowhere but in the bounded table
// of their connection.
func TestNothingThatComesFromTheWireIsKept(t *testing.T) {
	w := newWire(t)
	names := new(codec.Names)
	oracle.Forgets(t, func(i int) []byte {
		r := call()
		r.Method += strings.Repeat("x", i%7) + string(rune('a'+i%26)) + string(rune('a'+i/26%26)) + string(rune('a'+i/676))
		r.Header.Set("key-"+r.Method, r.Method)
		out, err := w.request(r)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}, func(src []byte) {
		f, r := &codec.Frame{}, &onramp.Request{}
		f.Intern(names)
		if w.framer.Decode(src, f) != nil || w.body.OpenRequest(f, r) != nil {
			t.Error("a good frame was refused")
		}
	})
}
