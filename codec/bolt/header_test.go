package bolt_test

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/codec/bolt"
)

// null stands for a null string in block.
const null = "\x00null"

// block encodes pairs by the book.
func block(pairs ...string) (b []byte) {
	for _, s := range pairs {
		if s == null {
			b = append(b, 0xff, 0xff, 0xff, 0xff)
			continue
		}
		b = binary.BigEndian.AppendUint32(b, uint32(len(s)))
		b = append(b, s...)
	}
	return b
}

// frameOf is a frame with a header block.
func frameOf(t testing.TB, kind codec.FrameKind, header []byte) []byte {
	t.Helper()
	out, err := (&bolt.Framer{}).Append(nil, &codec.Frame{Kind: kind, Serializer: bolt.JSON, Header: header})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestHostileHeaderBlocksAreRefused(t *testing.T) {
	bad := map[string]string{
		"one byte":                "01",
		"a key longer than all":   "0000000161",
		"a key of 4 GiB":          "fffffffe6161",
		"a key one too long":      hex.EncodeToString(append([]byte{0, 0, 0, 2}, 'x')),
		"a value one too long":    hex.EncodeToString(append(block("key"), 0, 0, 0, 2, 'x')),
		"negative key":            "80000000",
		"no value":                hex.EncodeToString(block("key")),
		"a value longer than all": hex.EncodeToString(append(block("key"), 0, 0, 0, 9, 'x')),
		"negative value":          hex.EncodeToString(append(block("key"), 0xff, 0xff, 0xff, 0xfe)),
		"half a length":           hex.EncodeToString(append(block("a", "b"), 0, 0)),
		"a pair of 8 KiB and one": hex.EncodeToString(block("k", strings.Repeat("x", 8<<10))),
		"129 pairs":               strings.Repeat(hex.EncodeToString(block("k", "v")), 129),
	}
	for what, text := range bad {
		b, err := hex.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		frame := frameOf(t, codec.Request, b)
		if err := (&bolt.Framer{}).Decode(frame, &codec.Frame{}); err == nil {
			t.Errorf("%s was decoded", what)
		}
	}
	good := [][]byte{nil, block("", ""), block("k", strings.Repeat("x", 8<<10-1)), bytes.Repeat(block("k", "v"), 128), block(null, null)}
	for _, b := range good {
		if err := (&bolt.Framer{}).Decode(frameOf(t, codec.Request, b), &codec.Frame{}); err != nil {
			t.Errorf("%.20x: %v", b, err)
		}
	}
}

// open opens a request whose header is these pairs, behind the names.
func open(t *testing.T, pairs ...string) *onramp.Request {
	t.Helper()
	w := newWire(t)
	r := &onramp.Request{}
	all := append([]string{"sofa_head_target_service", "S:2.0", "service", "S:2.0", "sofa_head_method_name", "m"}, pairs...)
	if err := w.body.OpenRequest(w.decode(frameOf(t, codec.Request, block(all...))), r); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestNullPairsAreLeftOutAndEmptyOnesAreNot(t *testing.T) {
	r := open(t, "a", null, null, "b", "c", "", "", "d", "e", "f")
	var got []string
	for k, v := range r.Header.All() {
		got = append(got, k+"="+v)
	}
	if s := strings.Join(got, " "); s != "c= =d e=f" {
		t.Fatalf("got %q", s)
	}
	if _, ok := r.Header.Lookup("a"); ok {
		t.Error("a null value is there")
	}
}

func TestReceivedHeadersAreForwardedWithoutTheNames(t *testing.T) {
	w := newWire(t)
	for what, change := range map[string]func(*onramp.Header){
		"as it came": func(*onramp.Header) {},
		"changed":    func(h *onramp.Header) { h.Add("x", "y"); h.Del("x") },
		"copied":     func(h *onramp.Header) { var c onramp.Header; c.CopyFrom(h); *h = c },
	} {
		in := open(t, "app", "java-cli", "Service", "other", "SOFA_HEAD_METHOD_NAME", "other")
		change(&in.Header)
		in.Service, in.Version, in.Method = "T", "3.0", "n"
		out, err := w.request(in)
		if err != nil {
			t.Fatal(err)
		}
		want := block("sofa_head_target_service", "T:3.0", "service", "T:3.0", "sofa_head_method_name", "n", "app", "java-cli")
		if got := w.decode(out).Header; !bytes.Equal(got, want) {
			t.Errorf("%s: %q", what, got)
		}
	}
}

func TestTheUniqueIDIsAHeaderPairOnBothSides(t *testing.T) {
	w := newWire(t)
	r := call()
	r.Version = "2.0"
	r.Header.Add("a", "b")
	r.Header.Add(bolt.UniqueID, "blue")
	out, err := w.request(r)
	if err != nil {
		t.Fatal(err)
	}
	want := block("sofa_head_target_service", "com.acme.Greeter:2.0:blue", "service", "com.acme.Greeter:2.0:blue", "sofa_head_method_name", "sayHello", "a", "b")
	if got := w.decode(out).Header; !bytes.Equal(got, want) {
		t.Fatalf("got %q", got)
	}
	for range 3 { // and on by every hop
		r = w.serve(r)
		if r.Service != "com.acme.Greeter" || r.Version != "2.0" || r.Header.Get(bolt.UniqueID) != "blue" || r.Header.Len() != 2 {
			t.Fatalf("got %s %s %q, %d pairs", r.Service, r.Version, r.Header.Get(bolt.UniqueID), r.Header.Len())
		}
	}
	if got := open(t, bolt.UniqueID, "fake"); got.Header.Get(bolt.UniqueID) != "" {
		t.Error("a pair of the wire passes for a unique id")
	}
}

func TestNamesThatCouldBeUnderstoodInTwoWaysAreRefused(t *testing.T) {
	w := newWire(t)
	target, service, method := "sofa_head_target_service", "service", "sofa_head_method_name"
	for what, pairs := range map[string][]string{
		"nothing":      nil,
		"no method":    {target, "S:1.0"},
		"empty method": {target, "S:1.0", method, ""},
		"no service":   {method, "m"},
		"empty name":   {target, "", method, "m"},
		"target twice": {target, "S:1.0", target, "T:1.0", method, "m"},
		"method twice": {target, "S:1.0", method, "m", method, "n"},
	} {
		err := w.body.OpenRequest(w.decode(frameOf(t, codec.Request, block(pairs...))), &onramp.Request{})
		if e := asError(t, err); e.Origin != onramp.Refused || e.Code != onramp.InvalidArgument {
			t.Errorf("%s: %v", what, err)
		}
	}
	for want, pairs := range map[string][]string{
		"S//m":  {target, "S", method, "m"},
		"S/2/m": {service, "S:2", method, "m"},
		"T/2/m": {service, "S:1", target, "T:2", method, "m"},
	} {
		r := &onramp.Request{}
		err := w.body.OpenRequest(w.decode(frameOf(t, codec.Request, block(pairs...))), r)
		if got := r.Service + "/" + r.Version + "/" + r.Method; err != nil || got != want {
			t.Errorf("got %s, %v, want %s", got, err, want)
		}
	}
	r := &onramp.Request{}
	if err := w.body.OpenRequest(w.decode(frameOf(t, codec.Request, block(service, "S:2:id", method, "m"))), r); err != nil || r.Header.Get(bolt.UniqueID) != "id" {
		t.Errorf("unique id of service alone: %q, %v", r.Header.Get(bolt.UniqueID), err)
	}
}

func TestAnotherClassIsNotServed(t *testing.T) {
	w := newWire(t)
	f := &codec.Frame{Kind: codec.Request, Class: []byte("com.evil.\nGadget" + strings.Repeat("x", 500)), Header: block("service", "S:1.0", "sofa_head_method_name", "m")}
	err := w.body.OpenRequest(f, &onramp.Request{})
	if e := asError(t, err); e.Code != onramp.Unimplemented || e.Origin != onramp.Refused || strings.Contains(e.Error(), "\n") || len(e.Error()) > 250 {
		t.Errorf("got %v", err)
	}
}
