package dubbo_test

import (
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/codec/dubbo"
	"github.com/onrampmesh/onramp/codec/hessian2"
	"github.com/onrampmesh/onramp/internal/oracle"
)

// head is a frame's header.
func head(flag, status byte, id uint64, length uint32) []byte {
	b := binary.BigEndian.AppendUint64([]byte{0xda, 0xbb, flag, status}, id)
	return binary.BigEndian.AppendUint32(b, length)
}

// frame is a whole one.
func frame(flag, status byte, body []byte) []byte {
	return append(head(flag, status, 7, uint32(len(body))), body...)
}

// str is a string of Hessian, by the book.
func str(s string) []byte {
	n := len([]rune(s))
	switch {
	case n <= 31:
		return append([]byte{byte(n)}, s...)
	case n <= 1023:
		return append([]byte{0x30 + byte(n>>8), byte(n)}, s...)
	}
	return append([]byte{'S', byte(n >> 8), byte(n)}, s...)
}

// body joins parts.
func body(parts ...[]byte) (out []byte) {
	for _, p := range parts {
		out = append(out, p...)
	}
	return out
}

// request is a request's body with these slots, arguments and attachments.
func request(path, version, method, types string, rest ...[]byte) []byte {
	return body(str("2.0.2"), str(path), str(version), str(method), str(types), body(rest...))
}

// mapOf is a map of strings.
func mapOf(pairs ...string) []byte {
	out := []byte{'H'}
	for _, s := range pairs {
		out = append(out, str(s)...)
	}
	return append(out, 'Z')
}

func TestEachLengthIsTakenAtItsLimitAndRefusedOneOver(t *testing.T) {
	const most = 8 << 20
	for _, row := range []struct {
		flag   byte
		length uint32
		want   int // 0 is an error
		text   string
	}{
		{0xc2, 0, 16, ""},
		{0xc2, most, 16 + most, ""},
		{0x02, most, 16 + most, ""},
		{0xc2, most + 1, 0, "a body of 8388609 bytes, at most 8388608 are allowed: see dubbo.MaxFrame"},
		{0xc2, math.MaxInt32, 0, "a body of 2147483647 bytes"},
		{0xc2, 1 << 31, 0, "a body of -2147483648 bytes"},
		{0x02, math.MaxUint32, 0, "a body of -1 bytes"},
		{0xe2, 15, 31, ""},
		{0xe2, 16, 0, "an event of 16 bytes, at most 15 are allowed"},
		{0x22, 15, 31, ""},
		{0x22, 16, 0, "an event of 16 bytes"},
		{0xa2, most, 0, "an event of 8388608 bytes"},
	} {
		n, err := new(dubbo.Framer).Size(head(row.flag, 0, 1, row.length))
		if n != row.want || (err == nil) != (row.want > 0) || err != nil && !strings.Contains(err.Error(), row.text) {
			t.Errorf("flag %x, %d bytes: %d, %v; want %d, %q", row.flag, row.length, n, err, row.want, row.text)
		}
	}
	for _, limit := range []int{1 << 10, 256 << 20} {
		f, err := dubbo.NewFramer(dubbo.MaxFrame(limit))
		if err != nil {
			t.Fatal(err)
		}
		for length, fits := range map[uint32]bool{uint32(limit): true, uint32(limit) + 1: false, math.MaxUint32: false, 1 << 31: false} {
			if n, err := f.Size(head(0xc2, 0, 1, length)); (err == nil) != fits || fits && n != 16+limit {
				t.Errorf("limit %d: %d bytes are %d, %v", limit, length, n, err)
			}
		}
	}
}

// opens tries a request's body.
func opens(t *testing.T, body []byte) (*onramp.Request, error) {
	t.Helper()
	w, r := newWire(t), &onramp.Request{}
	return r, w.body.OpenRequest(w.decode(frame(0xc2, 0, body)), r)
}

func TestARequestIsTakenAtItsLimitsAndRefusedOneOver(t *testing.T) {
	long := func(n int) string { return strings.Repeat("n", n) }
	many := func(n int) []byte { return mapOf(strings.Split(strings.Repeat("k v ", n-1)+"k v", " ")...) }
	ints := func(n int) []byte {
		return body(str(""), str("s"), str(""), str("m"), str(strings.Repeat("I", n)), []byte(strings.Repeat("\x90", n)), mapOf())
	}
	for what, row := range map[string]struct {
		body []byte
		text string
	}{
		"names of 1 KiB":           {request(long(1024), long(1024), long(1024), "", mapOf("group", long(1024))), ""},
		"a service and one":        {request(long(1025), "", "m", "", mapOf()), "the service of a request has 1025 bytes, at most 1024 are allowed"},
		"a version and one":        {request("s", long(1025), "m", "", mapOf()), "the version of a request has 1025 bytes"},
		"a method and one":         {request("s", "", long(1025), "", mapOf()), "the method of a request has 1025 bytes"},
		"a group and one":          {request("s", "", "m", "", mapOf("group", long(1025))), "the version or the group"},
		"an attached version, one": {request("s", "", "m", "", mapOf("version", long(1025))), "the version or the group"},
		"255 arguments":            {ints(255), ""},
		"256 arguments":            {ints(256), "more than 255 arguments"},
		"128 attachments":          {request("s", "", "m", "", many(128)), ""},
		"129 attachments":          {request("s", "", "m", "", many(129)), "more than 128 attachments"},
		"64 KiB of attachments":    {request("s", "", "m", "", mapOf("a", long(32<<10), "b", long(32<<10-12))), ""},
		"and one":                  {request("s", "", "m", "", mapOf("a", long(32<<10), "b", long(32<<10-11))), "attachments of 65537 bytes, at most 65536 are allowed"},
		"129 of any kind":          {request("s", "", "m", "", []byte{'H'}, body(str("l"), []byte{0x78}), []byte(strings.Repeat("\x01k\x01v", 128)), []byte{'Z'}), "more than 128 attachments"},
		"64 KiB of any kind":       {request("s", "", "m", "", []byte{'H'}, body(str("l"), []byte{0x78}), str("k"), str(long(65000)), str("k"), str(long(1000)), []byte{'Z'}), "attachments of"},
		"no service":               {request("", "", "m", "", mapOf()), "names no service"},
		"no method":                {request("s", "", "", "", mapOf()), "names no method"},
		"types that are none":      {request("s", "", "m", "Lx", mapOf()), "no descriptors of Java"},
		"types of void":            {request("s", "", "m", "V[V", mapOf()), "no descriptors of Java"},
		"an argument too few":      {request("s", "", "m", "I"), "argument 1 of a request"},
		"attachments that are one": {request("s", "", "m", "", []byte{0x90}), "attachments: "},
		"no attachments":           {request("s", "", "m", ""), ""},
		"null for them":            {request("s", "", "m", "", []byte{'N'}), ""},
		"bytes behind them":        {request("s", "", "m", "", mapOf("k", "v"), []byte("NNN\xff")), ""},
		"a slot that is an int":    {body(str("2.0.2"), []byte{0x90}), "the service of a request"},
		"an end in a slot":         {body(str("2.0.2"), []byte{5, 'a'}), "the service of a request"},
		"nothing":                  {nil, "the protocol version of a request"},
	} {
		_, err := opens(t, row.body)
		if (err == nil) != (row.text == "") || err != nil && !strings.Contains(err.Error(), row.text) {
			t.Errorf("%s: %v, want %q", what, err, row.text)
		}
		if err != nil && (asError(t, err).Code != onramp.InvalidArgument || asError(t, err).Origin != onramp.Refused) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// What is written has the limits of what is read.
func TestACallIsWrittenAtTheLimitsAndRefusedOneOver(t *testing.T) {
	long := func(n int) string { return strings.Repeat("n", n) }
	pairs := func(n int) (h onramp.Header) {
		for i := range n {
			h.Add(fmt.Sprint("k", i), "v")
		}
		return h
	}
	w := newWire(t, dubbo.MaxFrame(80<<10))
	for what, row := range map[string]struct {
		request *onramp.Request
		text    string
	}{
		"names":             {&onramp.Request{Service: long(1024), Method: long(1024), Version: long(1024), Group: long(1024)}, ""},
		"a service":         {&onramp.Request{Service: long(1025), Method: "m"}, "a name of 1025 bytes, at most 1024 are allowed"},
		"a method":          {&onramp.Request{Service: "s", Method: long(1025)}, "a name of 1025 bytes"},
		"a group":           {&onramp.Request{Service: "s", Method: "m", Group: long(1025)}, "a name of 1025 bytes"},
		"no service":        {&onramp.Request{Method: "m"}, "the request has no service"},
		"no method":         {&onramp.Request{Service: "s"}, "the request has no method"},
		"pairs":             {&onramp.Request{Service: "s", Method: "m", Header: pairs(126)}, ""},
		"pairs and one":     {&onramp.Request{Service: "s", Method: "m", Header: pairs(127)}, "more than 128 attachments"},
		"bytes":             {&onramp.Request{Service: "s", Method: "m", Header: header("k", long(65510))}, ""},
		"bytes and one":     {&onramp.Request{Service: "s", Method: "m", Header: header("k", long(65511))}, "attachments of 65537 bytes"},
		"a huge pair":       {&onramp.Request{Service: "s", Method: "m", Header: header("k", long(1<<20))}, "an attachment of 1048577 bytes"},
		"a pair not UTF-8":  {&onramp.Request{Service: "s", Method: "m", Header: header("k", "\xff")}, `the attachment "k": it is not UTF-8`},
		"a name not UTF-8":  {&onramp.Request{Service: "s\xff", Method: "m"}, "it is not UTF-8"},
		"a value":           {&onramp.Request{Service: "s", Method: "m", Body: onramp.Body{Value: make([]byte, 79<<10)}}, ""},
		"a frame":           {&onramp.Request{Service: "s", Method: "m", Body: onramp.Body{Value: make([]byte, 80<<10)}}, "bytes, at most 81920 are allowed: see dubbo.MaxFrame"},
		"raw":               {&onramp.Request{Body: onramp.Body{Raw: make([]byte, 80<<10)}}, ""},
		"raw and one":       {&onramp.Request{Body: onramp.Body{Raw: make([]byte, 80<<10+1)}}, "a body of 81921 bytes"},
		"an encoding":       {&onramp.Request{Body: onramp.Body{Raw: []byte("x"), Encoding: 31}}, ""},
		"an encoding, one":  {&onramp.Request{Body: onramp.Body{Raw: []byte("x"), Encoding: 32}}, "Body.Encoding 32: a serialization id is 1 to 31"},
		"255 arguments":     {&onramp.Request{Service: "s", Method: "m", Body: onramp.Body{Value: make(onramp.Args, 255)}}, ""},
		"256 arguments":     {&onramp.Request{Service: "s", Method: "m", Body: onramp.Body{Value: make(onramp.Args, 256)}}, "256 arguments, a method of Java has at most 255"},
		"a stream":          {&onramp.Request{Service: "s", Method: "m", Kind: onramp.BidiStream}, "the protocol has no streams"},
		"types, too many":   {&onramp.Request{Service: "s", Method: "m", Signature: "(int)"}, "m takes 1 arguments by its signature \"(int)\", and the call has 0"},
		"types, too few":    {&onramp.Request{Service: "s", Method: "m", Signature: "()", Body: onramp.Body{Value: "x"}}, "m takes 0 arguments"},
		"no signature":      {&onramp.Request{Service: "s", Method: "m", Signature: "int", Body: onramp.Body{Value: "x"}}, "want types with commas between them"},
		"an empty type":     {&onramp.Request{Service: "s", Method: "m", Signature: "(int,,int)", Body: onramp.Body{Value: "x"}}, "want types with commas between them"},
		"a comma at an end": {&onramp.Request{Service: "s", Method: "m", Signature: "(int,)", Body: onramp.Body{Value: "x"}}, "want types with commas between them"},
	} {
		out, err := w.request(row.request)
		if (err == nil) != (row.text == "") || err != nil && !strings.Contains(err.Error(), row.text) {
			t.Errorf("%s: %v, want %q", what, err, row.text)
			continue
		}
		if err == nil {
			w.decode(out)
		} else if e := asError(t, err); e.Origin != onramp.Local || e.Code != onramp.InvalidArgument && e.Code != onramp.Unimplemented {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestAttachmentsOfAReplyHaveTheSameLimits(t *testing.T) {
	w := newWire(t)
	in, f := w.serve(call("x"))
	for n, want := range map[int]string{128: "", 129: "more than 128 attachments"} {
		var h onramp.Header
		for i := range n {
			h.Add(fmt.Sprint("k", i), "v")
		}
		out, err := w.response(f, in, &onramp.Response{Header: h, Body: onramp.Body{Value: "x"}}, nil)
		if (err == nil) != (want == "") || err != nil && (!strings.Contains(err.Error(), want) || asError(t, err).Code != onramp.Internal) {
			t.Errorf("%d pairs: %v", n, err)
		}
		if err == nil {
			p := &onramp.Response{}
			if err := w.body.OpenResponse(w.decode(out), in, p); err != nil || p.Header.Len() != n {
				t.Errorf("%d pairs arrived, %v", p.Header.Len(), err)
			}
		}
	}
	reply := body([]byte{0x95, 'H'}, []byte(strings.Repeat("\x01k\x01v", 129)), []byte{'Z'})
	err := w.body.OpenResponse(w.decode(frame(2, 20, reply)), in, &onramp.Response{})
	if e := asError(t, err); e.Code != onramp.Internal || !strings.Contains(err.Error(), "more than 128 attachments") {
		t.Errorf("129 pairs that were received: %v", err)
	}
}

// Limits that a serializer was given are those of what stands around its values, too.
func TestADeepArgumentIsReadOverWhenTheSerializerTakesIt(t *testing.T) {
	deep := func(n int) []byte {
		return request("s", "", "m", "Ljava/util/List;", []byte(strings.Repeat("\x79", n)), []byte{0x78}, mapOf())
	}
	for _, row := range []struct {
		limit, depth int
		ok           bool
	}{{0, 63, true}, {0, 64, false}, {200, 199, true}, {200, 200, false}} {
		w := newWire(t, dubbo.Hessian2(hessian2.New(hessian2.WithLimits(hessian2.Limits{Depth: row.limit}))))
		r := &onramp.Request{}
		err := w.body.OpenRequest(w.decode(frame(0xc2, 0, deep(row.depth))), r)
		if (err == nil) != row.ok {
			t.Errorf("limit %d, depth %d: %v", row.limit, row.depth, err)
		}
	}
}

// Names, methods and keys of a peer's choice stay nowhere but in the bounded table of
// their connection.
func TestNothingThatComesFromTheWireIsKept(t *testing.T) {
	w := newWire(t)
	names := new(codec.Names)
	oracle.Forgets(t, func(i int) []byte {
		r := call("x", &hessian2.Object{Class: fmt.Sprint("com.acme.C", i), Fields: []hessian2.Field{{Name: fmt.Sprint("f", i), Value: "v"}}})
		r.Signature = "(java.lang.String,java.lang.Object)"
		r.Method += fmt.Sprint(i)
		r.Header.Set("key-"+r.Method, r.Method)
		out, err := w.request(r)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}, func(src []byte) {
		f, r := &codec.Frame{}, &onramp.Request{}
		f.Intern(names)
		var args onramp.Args
		if w.framer.Decode(src, f) != nil || w.body.OpenRequest(f, r) != nil || r.Body.Decode(&args) != nil {
			t.Error("a good frame was refused")
		}
	})
}
