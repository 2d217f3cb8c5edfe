package bolt_test

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/codec/bolt"
)

// head is the fixed part of a request with these lengths.
func head(class, header uint16, content uint32) []byte {
	b, _ := hex.DecodeString("0101000101000000010b00000064")
	b = binary.BigEndian.AppendUint16(b, class)
	b = binary.BigEndian.AppendUint16(b, header)
	return binary.BigEndian.AppendUint32(b, content)
}

// second makes a frame of version 2, with a checksum, of the fixed part of a
// request.
func second(head []byte) []byte {
	b := append([]byte{2, 2}, head[1:10]...)
	return append(append(b, 1), head[10:]...)
}

func TestLengthsAreJudgedByTheFixedPartAlone(t *testing.T) {
	small := newWire(t, bolt.MaxFrame(4096)).framer
	for _, row := range []struct {
		what   string
		framer *bolt.Framer
		head   []byte
		want   int // 0 is an error
	}{
		{"nothing", &bolt.Framer{}, head(0, 0, 0), 22},
		{"the most of all", &bolt.Framer{}, head(1024, 32767, 8<<20), 22 + 1024 + 32767 + 8<<20},
		{"class one too long", &bolt.Framer{}, head(1025, 0, 0), 0},
		{"negative class", &bolt.Framer{}, head(0xffff, 0, 0), 0},
		{"negative header", &bolt.Framer{}, head(0, 0x8000, 0), 0},
		{"content one too long", &bolt.Framer{}, head(0, 0, 8<<20+1), 0},
		{"negative content", &bolt.Framer{}, head(0, 0, 0xffffffff), 0},
		{"2 GiB", &bolt.Framer{}, head(0, 0, 1<<31-1), 0},
		{"the most of a smaller limit", small, head(0, 0, 4096), 22 + 4096},
		{"one more than a smaller limit", small, head(0, 0, 4097), 0},
	} {
		for _, f := range []codec.Framer{row.framer, row.framer.ForConn(false), row.framer.ForConn(true)} {
			n, err := f.Size(row.head)
			if (err == nil) != (row.want > 0) || n != row.want {
				t.Errorf("%s: %d, %v, want %d", row.what, n, err, row.want)
			}
		}
		n, err := row.framer.ForConn(false).Size(second(row.head))
		if (err == nil) != (row.want > 0) || err == nil && n != row.want+2+4 {
			t.Errorf("%s, version 2: %d, %v, want %d", row.what, n, err, row.want+2+4)
		}
	}
}

func TestSizeFailsAsSoonAsBytesCannotBecomeAFrame(t *testing.T) {
	f := &bolt.Framer{}
	for _, src := range []string{"00", "03", "0103", "010101", "01010003", "0101000100", "47455420", "0102000001", "0100000101", "0102006401", "0101000201"} {
		b, _ := hex.DecodeString(src)
		_, early := f.Size(b)
		_, late := f.Size(append(b, make([]byte, 32)...))
		if late == nil || early == nil && f.Match(b) == codec.No {
			t.Errorf("%s: early %v, late %v", src, early, late)
		}
	}
}

func TestDecodeTakesExactlyOneFrame(t *testing.T) {
	whole := append(head(0, 0, 3), "abc"...)
	for _, src := range [][]byte{nil, whole[:10], whole[:22], whole[:24], append(bytes.Clone(whole), 'd')} {
		if err := (&bolt.Framer{}).Decode(src, &codec.Frame{}); err == nil {
			t.Errorf("%d bytes were decoded as a frame of %d", len(src), len(whole))
		}
	}
}

func TestDecodeLeavesNothingOfTheFrameBefore(t *testing.T) {
	w := newWire(t)
	f := &codec.Frame{}
	for _, v := range vectors(t, 1) {
		if err := w.framer.Decode(v.frame, f); err != nil {
			t.Fatal(err)
		}
		out, err := w.framer.Append(nil, f)
		fresh := w.decode(v.frame)
		if err != nil || !bytes.Equal(out, v.frame) || !bytes.Equal(f.Raw, v.frame) || f.Status != fresh.Status || f.Timeout != fresh.Timeout {
			t.Errorf("%s: a frame that is used again decodes to another one: %v", v.Name, err)
		}
	}
}

func TestTimeoutsAreMillisecondsAndNeverBecomeNone(t *testing.T) {
	for _, row := range []struct{ in, want time.Duration }{
		{0, 0},
		{time.Nanosecond, time.Millisecond},
		{1999 * time.Microsecond, time.Millisecond},
		{3 * time.Second, 3 * time.Second},
		{-time.Nanosecond, -time.Millisecond},
		{-time.Millisecond, -time.Millisecond},
		{1 << 62, (1<<31 - 1) * time.Millisecond},
	} {
		f := &bolt.Framer{}
		out, err := f.Append(nil, &codec.Frame{Kind: codec.Request, Timeout: row.in})
		if err != nil {
			t.Fatal(err)
		}
		back := &codec.Frame{}
		if err := f.Decode(out, back); err != nil || back.Timeout != row.want {
			t.Errorf("%v: %v, %v, want %v", row.in, back.Timeout, err, row.want)
		}
	}
}

func TestHeartbeatsAreJavas(t *testing.T) {
	w := newWire(t)
	var java, ack []byte
	for _, v := range vectors(t, 1) {
		switch v.Name {
		case "bolt_v1_min_heartbeat":
			java = v.frame
		case "bolt_v1_heartbeat_ack":
			ack = v.frame
		}
	}
	if got := w.framer.AppendHeartbeat(nil, 7); !bytes.Equal(got, java) {
		t.Errorf("heartbeat\n%x, want\n%x", got, java)
	}
	if got := w.framer.AppendHeartbeatAck(nil, w.decode(java)); !bytes.Equal(got, ack) {
		t.Errorf("ack\n%x, want\n%x", got, ack)
	}
}

func TestWritingPastALimitIsTheCallsError(t *testing.T) {
	w := newWire(t, bolt.MaxFrame(4096))
	long := strings.Repeat("x", 8000)
	for what, r := range map[string]*onramp.Request{
		"body":       {Service: "s", Method: "m", Body: onramp.Body{Raw: make([]byte, 4097)}},
		"json":       {Service: "s", Method: "m", Body: onramp.Body{Value: strings.Repeat("x", 4095)}},
		"pair":       {Service: "s", Method: "m", Header: header("k", long+long)},
		"header":     {Service: "s", Method: "m", Header: header("a", long, "b", long, "c", long, "d", long, "e", long)},
		"pairs":      {Service: "s", Method: "m", Header: header(strings.Split(strings.Repeat("k v ", 125)+"k v", " ")...)},
		"no service": {Method: "m"},
		"no method":  {Service: "s"},
		"colon":      {Service: "s:1.0", Method: "m"},
		"version":    {Service: "s", Version: "1.0:blue", Method: "m"},
		"encoding":   {Service: "s", Method: "m", Body: onramp.Body{Raw: []byte("x"), Encoding: 256}},
		"value":      {Service: "s", Method: "m", Body: onramp.Body{Value: make(chan int)}},
	} {
		_, err := w.request(r)
		var e *onramp.Error
		if !errors.As(err, &e) || e.Origin != onramp.Local || e.Code != onramp.InvalidArgument {
			t.Errorf("%s: %v", what, err)
		}
	}
	most := &onramp.Request{Service: "s", Method: "m", Body: onramp.Body{Raw: make([]byte, 4096)},
		Header: header(strings.Split(strings.Repeat("k v ", 124)+"k v", " ")...)}
	if got := w.serve(most); got.Header.Len() != 125 || len(got.Body.Raw) != 4096 {
		t.Errorf("%d pairs and %d bytes arrived", got.Header.Len(), len(got.Body.Raw))
	}
	f := &bolt.Framer{}
	for _, bad := range []*codec.Frame{{Class: make([]byte, 1025)}, {Header: make([]byte, 32768)}, {ID: 1 << 32}, {Kind: 99}, {Version: 3}, {Version: 2, Kind: 99}, {Content: make([]byte, 8<<20+1)}} {
		if _, err := f.Append(nil, bad); err == nil {
			t.Errorf("kind %d, class %d, header %d, ID %d: written", bad.Kind, len(bad.Class), len(bad.Header), bad.ID)
		}
	}
	if err := f.Seal(make([]byte, 10), &codec.Frame{Kind: codec.Response}); err == nil {
		t.Error("half a frame was sealed")
	}
}

func header(pairs ...string) (h onramp.Header) {
	for i := 0; i < len(pairs); i += 2 {
		h.Add(pairs[i], pairs[i+1])
	}
	return h
}
