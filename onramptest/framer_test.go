package onramptest_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/codec"
	"github.com/onrampmesh/onramp/onramptest"
)

var (
	_ codec.Modeler = onramptest.LineFramer{}
	_ codec.Modeler = onramptest.PipeFramer{}
	_ codec.Drainer = onramptest.LineBody{}
	_ codec.Refuser = onramptest.PipeBody{}
)

// protocol is a Framer with its Body.
type protocol struct {
	codec.Framer
	body codec.Body
}

func protocols() []protocol {
	return []protocol{
		{onramptest.LineFramer{}, onramptest.LineBody{}},
		{onramptest.PipeFramer{}, onramptest.PipeBody{}},
	}
}

// request encodes r as an engine does.
func (p protocol) request(f *codec.Frame, r *onramp.Request) ([]byte, error) {
	if err := p.body.Request(f, r); err != nil {
		return nil, err
	}
	out, err := p.Append(nil, f)
	if err == nil && f.Content == nil {
		out, err = p.body.AppendRequest(out, f, r)
	}
	if err != nil {
		return nil, err
	}
	return out, p.Seal(out, f)
}

// response encodes the outcome of a handler as an engine does.
func (p protocol) response(f *codec.Frame, r *onramp.Request, resp *onramp.Response, err error) ([]byte, error) {
	if err := p.body.Response(f, r, resp, err); err != nil {
		return nil, err
	}
	out, e := p.Append(nil, f)
	if e == nil && f.Content == nil {
		out, e = p.body.AppendResponse(out, f, r, resp, err)
	}
	if e != nil {
		return nil, e
	}
	return out, p.Seal(out, f)
}

// cut feeds the framer byte by byte, as a slow network does, and decodes the one
// frame.
func (p protocol) cut(t *rapid.T, wire []byte) *codec.Frame {
	for n := range wire {
		if size, err := p.Size(wire[:n]); err != nil || size != 0 && size != len(wire) {
			t.Fatalf("%s: %q: size %d, %v", p.Name(), wire[:n], size, err)
		}
	}
	size, err := p.Size(append(slices.Clip(wire), "next"...))
	if err != nil || size != len(wire) {
		t.Fatalf("%s: %q: size %d, %v", p.Name(), wire, size, err)
	}
	f := new(codec.Frame)
	if err := p.Decode(wire, f); err != nil {
		t.Fatalf("%s: %q: %v", p.Name(), wire, err)
	}
	return f
}

func TestTextCallsComeOutAsTheyWentIn(t *testing.T) {
	for _, p := range protocols() {
		t.Run(p.Name(), rapid.MakeCheck(func(t *rapid.T) {
			text := rapid.OneOf(rapid.String(), rapid.StringMatching("[ -~\r\n\t%&=;:/]{0,20}"))
			in := &onramp.Request{
				Service: text.Draw(t, "service"), Method: strings.ReplaceAll(text.Draw(t, "method"), "/", ""),
				Version: text.Draw(t, "version"), Group: text.Draw(t, "group"),
				Body: onramp.Body{Value: text.Draw(t, "message")},
			}
			for range rapid.IntRange(0, 4).Draw(t, "pairs") {
				in.Header.Add(text.Draw(t, "key"), text.Draw(t, "value"))
			}
			f := &codec.Frame{ID: rapid.Uint64Range(0, 1<<40).Draw(t, "id"), Timeout: time.Duration(rapid.Int64Range(0, 1e9).Draw(t, "left")) * time.Microsecond}
			id, left := f.ID, f.Timeout
			wire, err := p.request(f, in)
			if err != nil {
				t.Fatal(err)
			}
			got, out := p.cut(t, wire), &onramp.Request{}
			if err := p.body.OpenRequest(got, out); err != nil {
				t.Fatalf("%q: %v", wire, err)
			}
			if p.Name() == "pipe" && got.ID != id || got.Timeout != left || got.Kind != codec.Request {
				t.Fatalf("%q: %+v", wire, got)
			}
			same(t, in, out, wire)
			passThrough(t, p, got, wire)
		}))
	}
}

func same(t *rapid.T, in, out *onramp.Request, wire []byte) {
	var message string
	if err := out.Body.Decode(&message); err != nil || message != in.Body.Value {
		t.Fatalf("%q: message %q, %v", wire, message, err)
	}
	if out.Service != in.Service || out.Method != in.Method || out.Version != in.Version || out.Group != in.Group {
		t.Fatalf("%q: %q %q %q %q", wire, out.Service, out.Method, out.Version, out.Group)
	}
	if a, b := pairs(&in.Header), pairs(&out.Header); a != b {
		t.Fatalf("%q: header %q, want %q", wire, b, a)
	}
}

func pairs(h *onramp.Header) string {
	var b strings.Builder
	for k, v := range h.All() {
		b.WriteString(k + "\x00" + v + "\x01")
	}
	return b.String()
}

// passThrough: an unmodified frame is emitted byte for byte.
func passThrough(t *rapid.T, p protocol, f *codec.Frame, wire []byte) {
	if f.Content == nil {
		f.Content = []byte{}
	}
	again, err := p.Append(nil, f)
	if err == nil {
		err = p.Seal(again, f)
	}
	if err != nil || !bytes.Equal(again, wire) {
		t.Fatalf("%q came out as %q, %v", wire, again, err)
	}
}

// An error's text is one line.
func TestTextErrorsKeepCodeOriginAndText(t *testing.T) {
	r := &onramp.Request{Service: "S", Method: "m"}
	for _, p := range protocols() {
		for _, in := range []*onramp.Error{
			{Code: onramp.NotFound, Business: true, Err: errors.New("no such greeting\nreally")},
			{Code: onramp.Unavailable, Origin: onramp.Refused, Err: errors.New("busy")},
			{Code: onramp.Internal, Err: errors.New("100 %")},
		} {
			wire, err := p.response(new(codec.Frame), r, nil, in)
			if err != nil {
				t.Fatal(err)
			}
			f, out := new(codec.Frame), new(onramp.Response)
			if err := p.Decode(wire, f); err != nil {
				t.Fatal(err)
			}
			got := onramp.AsError(p.body.OpenResponse(f, r, out))
			if got == nil || got.Code != in.Code || got.Origin != in.Origin || got.Business != in.Business || got.Err.Error() != strings.ReplaceAll(in.Err.Error(), "\n", " ") || got.Target != "S/m" {
				t.Errorf("%s: %q became %#v", p.Name(), wire, got)
			}
		}
		// What a handler met further down did run, as far as its caller knows.
		wire, _ := p.response(new(codec.Frame), r, nil, &onramp.Error{Code: onramp.Unavailable, Origin: onramp.Local})
		f := new(codec.Frame)
		p.Decode(wire, f)
		if got := onramp.AsError(p.body.OpenResponse(f, r, new(onramp.Response))); got.Origin != onramp.Remote {
			t.Errorf("%s: a handler's Local error came as %s", p.Name(), got.Origin)
		}
	}
}

func TestTextFramersRefuseWhatIsTooLong(t *testing.T) {
	line, pipe := onramptest.LineFramer{Max: 100}, onramptest.PipeFramer{MaxHead: 100, MaxContent: 10}
	for what, err := range map[string]error{
		"line":    second(line.Size(bytes.Repeat([]byte("x"), 100))),
		"head":    second(pipe.Size([]byte("PIPE/1 CALL " + strings.Repeat("x", 100)))),
		"content": second(pipe.Size([]byte("PIPE/1 0\r\nLength: 9999999999\r\nSeq: 1\r\n\r\n"))),
		"magic":   second(pipe.Size([]byte("HTTP/1.1 200 OK\r\n"))),
		"sealed":  line.Seal(append(bytes.Repeat([]byte("x"), 100), '\n'), nil),
		"raw":     line.Seal([]byte("CALL 0 S/m - a\nb\n"), nil),
	} {
		if err == nil {
			t.Errorf("%s: no error", what)
		}
	}
}

func second(_ int, err error) error { return err }

func TestTextBodiesRefuseWhatIsNoText(t *testing.T) {
	for _, p := range protocols() {
		_, err := p.request(new(codec.Frame), &onramp.Request{Service: "S", Method: "m", Body: onramp.Body{Value: 7}})
		if !errors.Is(err, onramp.InvalidArgument) {
			t.Errorf("%s: %v", p.Name(), err)
		}
	}
}

func TestTextProtocolsAreToldApart(t *testing.T) {
	for _, c := range []struct {
		prefix     string
		line, pipe codec.Match
	}{
		{"", codec.More, codec.More}, {"CA", codec.More, codec.No}, {"CALL 0", codec.Yes, codec.No},
		{"PIPE", codec.No, codec.More}, {"PIPE/1 CALL", codec.No, codec.Yes}, {"GET /", codec.No, codec.No},
	} {
		if l, p := (onramptest.LineFramer{}).Match([]byte(c.prefix)), (onramptest.PipeFramer{}).Match([]byte(c.prefix)); l != c.line || p != c.pipe {
			t.Errorf("%q: line %d, pipe %d", c.prefix, l, p)
		}
	}
}

// Frames of the text protocols read as documented.
func TestTextFramesLookAsDocumented(t *testing.T) {
	req := &onramp.Request{Service: "com.acme.Greeter", Method: "sayHello", Body: onramp.Body{Value: "ada"}}
	req.Header.Set("tenant", "7")
	for i, want := range []string{
		"CALL 1000000 com.acme.Greeter/sayHello tenant=7 ada\n",
		"PIPE/1 CALL com.acme.Greeter/sayHello\r\nLength: 0000000003\r\nSeq: 7\r\nLeft: 1000000\r\ntenant: 7\r\n\r\nada",
	} {
		got, err := protocols()[i].request(&codec.Frame{ID: 7, Timeout: time.Second}, req)
		if err != nil || string(got) != want {
			t.Errorf("%q, %v", got, err)
		}
	}
}
