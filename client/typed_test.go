package client

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/onrampmesh/onramp"
)

func TestAMethodStandsOnAClientAndOnAHandler(t *testing.T) {
	c := dial(t, echo)
	for name, d := range map[string]Doer{"client": c, "handler": onramp.Handler(echo)} {
		m := MethodOf[message, message](d, "com.acme.Greeter/sayHello?version=1.1", Idempotent())
		if m.Err() != nil {
			t.Fatal(name, m.Err())
		}
		for range 3 {
			out, err := m.Call(t.Context(), &message{"hi"})
			if err != nil || out.Text != "hi" {
				t.Errorf("%s: %v, %v", name, out, err)
			}
		}
		out, err := Call[message](t.Context(), d, "com.acme.Greeter/sayHello", &message{"ho"})
		if err != nil || out.Text != "ho" {
			t.Errorf("%s: %v, %v", name, out, err)
		}
	}
}

func TestAHandlerSeesWhatAClientsPipelineWouldShow(t *testing.T) {
	ended := 0
	h := onramp.Handler(func(ctx context.Context, req *onramp.Request) (*onramp.Response, error) {
		if req.Service != "S" || req.Method != "m" || req.Version != "2" || req.Group != "g" || req.Deadline.IsZero() || req.Attempt.Number != 1 {
			t.Errorf("%+v", req)
		}
		req.Observe(observer(func(onramp.Outcome) { ended++ }))
		return echo(ctx, req)
	})
	if _, err := MethodOf[message, message](h, "bolt://host:12200/S/m?version=2&group=g").Call(t.Context(), &message{}); err != nil || ended != 1 {
		t.Errorf("%v, ended %d times", err, ended)
	}
}

func TestABadTargetIsKeptAndReturned(t *testing.T) {
	c := dial(t, echo)
	for name, d := range map[string]Doer{"client": c, "handler": onramp.Handler(echo), "nil": nil} {
		for _, target := range []string{"", "onlyservice", "S/", "fake://host:99999/S/m", "S/m?nosuchkey=1"} {
			m := MethodOf[message, message](d, target)
			_, err := m.Call(t.Context(), &message{})
			if m.Err() == nil || err != m.Err() || !errors.Is(err, onramp.InvalidArgument) {
				t.Errorf("%s, %q: %v", name, target, err)
			}
			if _, err := Call[message](t.Context(), d, target, &message{}); err == nil {
				t.Errorf("%s, %q: Call accepts it", name, target)
			}
		}
	}
	if err := MethodOf[message, message](c, "nosuch://x/S/m").Err(); err == nil || !strings.Contains(err.Error(), "nosuch") {
		t.Errorf("an unknown scheme: %v", err)
	}
}

// buffer counts releases of a received body.
type buffer struct{ released int }

func (b *buffer) Release() { b.released++ }

type textDecoder struct{ err error }

func (d textDecoder) Decode(src []byte, into any) error {
	into.(*message).Text = string(src)
	return d.err
}

func TestAReplyIsDecodedOnceAndItsBufferGivenBack(t *testing.T) {
	for name, c := range map[string]struct{ decode, fail error }{
		"ok": {}, "unreadable": {decode: errors.New("bad byte")}, "failed with a body": {fail: onramp.NewError(onramp.NotFound, onramp.Remote, "none")},
	} {
		buf := &buffer{}
		cl := dial(t, func(_ context.Context, req *onramp.Request) (*onramp.Response, error) {
			req.Attempt.Tried = append(req.Attempt.Tried, "10.0.0.1:1") // as the cluster does
			resp := req.Reply()
			resp.Body = onramp.Received([]byte("hello"), 0, textDecoder{c.decode})
			resp.Body.Own(buf)
			return resp, c.fail
		})
		out, err := MethodOf[message, message](cl, "S/m").Call(t.Context(), &message{})
		if buf.released != 1 {
			t.Errorf("%s: released %d times", name, buf.released)
		}
		switch {
		case name == "ok" && (err != nil || out.Text != "hello"):
			t.Errorf("%v, %v", out, err)
		case c.decode != nil && (!errors.Is(err, onramp.Internal) || onramp.AsError(err).Origin != onramp.Remote || !errors.Is(err, c.decode)):
			t.Errorf("%v", err)
		case c.decode != nil && onramp.AsError(err).Endpoint != "10.0.0.1:1":
			t.Errorf("the error does not say who sent the reply: %v", err)
		case c.fail != nil && !errors.Is(err, onramp.NotFound):
			t.Errorf("%v", err)
		}
	}
}

func TestAnErrorsHeaderOutlivesItsFrame(t *testing.T) {
	c := dial(t, func(_ context.Context, req *onramp.Request) (*onramp.Response, error) {
		resp := req.Reply()
		resp.Header.Set("k", "v")
		return resp, &onramp.Error{Code: onramp.NotFound, Header: &resp.Header}
	})
	m := MethodOf[message, message](c, "S/m")
	_, err := m.Call(t.Context(), &message{})
	_, _ = m.Call(t.Context(), &message{})
	if got := onramp.AsError(err).Header.Get("k"); got != "v" {
		t.Errorf("the header says %q", got)
	}
}

func TestEncodedMessagesPassThrough(t *testing.T) {
	c := dial(t, func(_ context.Context, req *onramp.Request) (*onramp.Response, error) {
		resp := req.Reply()
		resp.Body.Raw = append([]byte("re:"), req.Body.Raw...)
		return resp, nil
	})
	in := []byte("bytes")
	out, err := MethodOf[[]byte, []byte](c, "S/m").Call(t.Context(), &in)
	if err != nil || string(*out) != "re:bytes" {
		t.Errorf("%v, %v", out, err)
	}
}

func TestAOnewayCallHasNoReply(t *testing.T) {
	c := dial(t, func(_ context.Context, req *onramp.Request) (*onramp.Response, error) {
		if req.Kind != onramp.Oneway {
			t.Errorf("kind %d", req.Kind)
		}
		return req.Reply(), nil
	})
	if out, err := MethodOf[message, message](c, "S/m", Oneway()).Call(t.Context(), &message{}); err != nil || out == nil {
		t.Errorf("%v, %v", out, err)
	}
}

func TestACallAllocatesTheReplyOnly(t *testing.T) {
	c := dial(t, echo)
	m := MethodOf[message, message](c, "S/m", Idempotent())
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	in := &message{"x"}
	for name, call := range map[string]func() error{
		"Method.Call": func() error { _, err := m.Call(ctx, in); return err },
		"Call":        func() error { _, err := Call[message](ctx, c, "S/m", in); return err },
	} {
		if n := testing.AllocsPerRun(1000, func() {
			if err := call(); err != nil {
				t.Fatal(err)
			}
		}); n > 1 && !raceEnabled {
			t.Errorf("%s allocates %v times, want the reply only", name, n)
		}
	}
}

// instant answers without work and stamps the outcome as a cluster would.
func instant(at time.Time, resp *onramp.Response) hop { return &instantHop{at, resp} }

type instantHop struct {
	at   time.Time
	resp *onramp.Response
}

func (h *instantHop) RoundTrip(_ context.Context, req *onramp.Request) (*onramp.Response, error) {
	req.Attempt.Outcome = onramp.Outcome{At: h.at}
	return h.resp, nil
}
func (*instantHop) Close() error { return nil }
