package bolt_test

import (
	"encoding/binary"
	"encoding/hex"
	"testing"

	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/codec/bolt"
)

func TestMatchWantsFiveBytesOfVersion1AndSixOfVersion2(t *testing.T) {
	f := newWire(t, bolt.Version(2)).framer
	for _, row := range []struct {
		hex  string
		want codec.Match
	}{
		{"", codec.More},
		{"01", codec.More},
		{"0101", codec.More},
		{"010100", codec.More},
		{"01010001", codec.More},
		{"0101000101", codec.Yes},
		{"0100000001", codec.Yes},
		{"0102000201", codec.Yes},
		{"0101006401", codec.Yes},
		{"010100010100000001", codec.Yes},
		{"00", codec.No},
		{"03", codec.No},
		{"0103", codec.No},
		{"010101", codec.No},
		{"01010003", codec.No},
		{"01010063", codec.No},
		{"01010164", codec.No},
		{"0101000102", codec.No},
		{"02", codec.More},
		{"0201", codec.More},
		{"0202", codec.More},
		{"020201", codec.More},
		{"0202010001", codec.More},
		{"020201000101", codec.Yes},
		{"020100000201", codec.Yes},
		{"020102006401", codec.Yes},
		{"020100000001", codec.Yes},
		{"02010100010100000001", codec.Yes},
		{"0200", codec.No},
		{"0203", codec.No},
		{"020103", codec.No},
		{"02010101", codec.No},
		{"0201010003", codec.No},
		{"020101000102", codec.No},
		{"020101006301", codec.No},
		{"505249", codec.No},
		{"160301", codec.No},
	} {
		src, _ := hex.DecodeString(row.hex)
		if got := f.Match(src); got != row.want {
			t.Errorf("%q: got %d, want %d", row.hex, got, row.want)
		}
	}
}

func TestFramesWithALengthInFrontAreNotTakenForBolt(t *testing.T) {
	f := &bolt.Framer{}
	rest := map[string]string{
		"framed thrift, binary":     "80010001",
		"framed thrift, exception":  "80010003",
		"framed Kitex Protobuf":     "90010001",
		"framed thrift, compact":    "82210100",
		"TTHeader":                  "10000000",
		"THeader":                   "0fff0000",
		"dubbo-thrift":              "dabc0000",
		"Tars, version 1":           "10012c3c",
		"Tars, TUP":                 "10032c3c",
		"Tars, JSON":                "10052c3c",
		"Kitex mesh header, inside": "ffaf0010",
	}
	for what, text := range rest {
		behind, _ := hex.DecodeString(text)
		// Lengths of 16 to 48 MiB begin with 01 and 02; some go on as Bolt does.
		for _, length := range []uint32{1<<24 + 1, 0x01000000, 0x01010001, 0x01010000, 0x01020001, 0x02010100, 0x02020100, 0x02010000, 0x02020200, 0x02ffffff} {
			src := append(binary.BigEndian.AppendUint32(nil, length), behind...)
			if got := f.Match(src); got != codec.No {
				t.Errorf("%s, a frame of %#08x bytes: got %d", what, length, got)
			}
		}
	}
}

func TestOtherProtocolsAreNotTakenForBolt(t *testing.T) {
	f := &bolt.Framer{}
	for what, text := range map[string]string{
		"HTTP/2": hex.EncodeToString([]byte("PRI * HTTP/2.0")), "HTTP/1": hex.EncodeToString([]byte("GET / HTTP/1.1")),
		"Dubbo": "dabbc200000000000000000100000010", "TLS": "1603010200010001fc0303", "Kitex": "ffaf0010",
		"thrift": "8001000100000004", "compact": "8221010470696e67", "Tars": "0000005e10012c3c",
	} {
		src, _ := hex.DecodeString(text)
		if got := f.Match(src); got != codec.No {
			t.Errorf("%s: got %d", what, got)
		}
		for n := range 3 {
			if got := f.Match(src[:n]); got == codec.Yes {
				t.Errorf("%s: taken from %d bytes", what, n)
			}
		}
	}
}

func TestGoldenFramesMatchFromSixBytes(t *testing.T) {
	f := &bolt.Framer{}
	for _, v := range golden(t) {
		for n := range v.frame {
			want := codec.Yes
			if n < 4+int(v.frame[0]) {
				want = codec.More
			}
			if got := f.Match(v.frame[:n]); got != want {
				t.Errorf("%s, %d bytes: got %d, want %d", v.Name, n, got, want)
			}
		}
	}
}
