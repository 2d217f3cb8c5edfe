package streams

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/internal/oracle"
)

// wire is what a connection may cost that n bytes came on: a call begins with
// about twenty, and has a window, a header and a goroutine.
func wire(n int) oracle.Limits { return oracle.Limits{Bytes: 256<<10 + 512*uint64(n)} }

// judge looks at the text of an error that came of src. What a peer says is quoted
// in full.
func judge(t *testing.T, err error, src []byte) {
	t.Helper()
	if err == nil {
		return
	}
	if why := (oracle.Text{Most: 1400, Quote: -1}).Judge(err, src); why != "" {
		t.Fatal(why)
	}
}

// FuzzServer takes any bytes for what a client sent.
func FuzzServer(f *testing.F) {
	f.Add(appendFrame(opening(1, onramp.Unary), frameMessage, 1, []byte(`"x"`)))
	f.Add(append(appendFrame(opening(1, onramp.BidiStream), frameMessage, 1, []byte("1")), opening(2, onramp.Oneway)...))
	f.Add(appendFrame(opening(1, onramp.ClientStream), frameCancel, 1, nil))
	f.Add([]byte{frameMessage, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, b []byte) {
		var err error
		wire(len(b)).Check(t, func() { err = serve(append([]byte(preface), b...)) })
		judge(t, err, b)
	})
}

// FuzzClient takes any bytes for what a server sent to a stream.
func FuzzClient(f *testing.F) {
	status := encodeStatus(onramp.NewError(onramp.NotFound, onramp.Refused, "x"), new(onramp.Header))
	f.Add(appendFrame(appendFrame(nil, frameMessage, 1, []byte("1")), frameEnd, 1, status))
	f.Add(appendFrame(appendFrame(nil, frameHeader, 1, []byte{0}), frameGoAway, 0, nil))
	f.Add(appendFrame(nil, frameEnd, 1, encodeStatus(onramp.NewError(onramp.Internal, onramp.Remote, "\x1b[2J\xff"+strings.Repeat("x", 9000)), new(onramp.Header))))
	f.Fuzz(func(t *testing.T, b []byte) {
		var err error
		wire(len(b)).Check(t, func() { err = hear(b) })
		if err == nil {
			t.Fatal("a stream has no end")
		}
		judge(t, err, b)
	})
}

// hear opens a stream, has the server say b, and returns how the stream ended.
func hear(b []byte) error {
	cfg := testConfig()
	start, in := make(chan struct{}), newScript(b)
	c := newConn(&cfg, &gated{script: in, start: start})
	defer c.Close()
	req := &onramp.Request{Service: "S", Method: "m", Kind: onramp.BidiStream}
	resp, err := c.RoundTrip(context.Background(), req)
	close(start)
	for err == nil {
		err = resp.Stream.Recv(new(any))
	}
	return err
}

// gated is a script that begins when start is closed.
type gated struct {
	*script
	start chan struct{}
}

func (g *gated) Read(b []byte) (int, error) {
	<-g.start
	return g.script.Read(b)
}

// FuzzMeta takes any bytes for the opening of a call, and for its status.
func FuzzMeta(f *testing.F) {
	f.Add(opening(1, onramp.Unary)[headLen:])
	f.Add(encodeStatus(onramp.NewError(onramp.NotFound, onramp.Refused, "x"), new(onramp.Header)))
	begins := oracle.Decoder[begun]{K: oracle.Typed, Decode: readBegun, Encode: writeBegun}
	ends := oracle.Decoder[over]{K: oracle.Typed, Decode: readOver, Encode: writeOver}
	f.Fuzz(func(t *testing.T, b []byte) {
		_, _ = begins.Check(t, b)
		_, _ = ends.Check(t, b)
	})
}

type pair struct{ key, value string }

func pairsOf(h *onramp.Header) (out []pair) {
	for k, v := range h.All() {
		out = append(out, pair{k, v})
	}
	return out
}

func headerOf(pairs []pair) (h onramp.Header) {
	for _, p := range pairs {
		h.Add(p.key, p.value)
	}
	return h
}

// begun is what an opening says.
type begun struct {
	left                            time.Duration
	kind                            onramp.Kind
	service, version, group, method string
	header                          []pair
}

func readBegun(b []byte) (begun, error) {
	var r onramp.Request
	left, err := readOpening(b, &r)
	return begun{left, r.Kind, r.Service, r.Version, r.Group, r.Method, pairsOf(&r.Header)}, err
}

func writeBegun(b begun) ([]byte, error) {
	r := onramp.Request{Kind: b.kind, Service: b.service, Version: b.version, Group: b.group, Method: b.method, Header: headerOf(b.header)}
	return encodeOpening(&r, b.left), nil
}

// over is what a status says.
type over struct {
	code            onramp.Code
	origin          onramp.Origin
	business        bool
	after           time.Duration
	text            string
	header, trailer []pair
}

func readOver(b []byte) (over, error) {
	var trailer onramp.Header
	e, err := readStatus(b, &trailer)
	if err != nil || e == nil {
		return over{trailer: pairsOf(&trailer)}, err
	}
	o := over{code: e.Code, origin: e.Origin, business: e.Business, after: e.RetryAfter, trailer: pairsOf(&trailer)}
	if e.Err != nil {
		o.text = e.Err.Error()
	}
	if e.Header != nil {
		o.header = pairsOf(e.Header)
	}
	return o, nil
}

func writeOver(o over) ([]byte, error) {
	h, trailer := headerOf(o.header), headerOf(o.trailer)
	if o.code == onramp.OK {
		return encodeStatus(nil, &trailer), nil
	}
	e := &onramp.Error{Code: o.code, Origin: o.origin, Business: o.business, RetryAfter: o.after, Header: &h}
	if o.text != "" {
		e.Err = errors.New(o.text)
	}
	return encodeStatus(e, &trailer), nil
}
