package server_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"testing"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/server"
)

// scripted is the server's side of a stream whose peer has sent in already.
type scripted struct {
	in              []string
	out             []string
	header, trailer onramp.Header
}

func (s *scripted) Recv(into any) error {
	if len(s.in) == 0 {
		return io.EOF
	}
	msg := s.in[0]
	s.in = s.in[1:]
	return json.Unmarshal([]byte(msg), into)
}

func (s *scripted) Send(msg any) error {
	b, err := json.Marshal(msg)
	s.out = append(s.out, string(b))
	return err
}

func (s *scripted) CloseSend() error                { return nil }
func (s *scripted) Header() (*onramp.Header, error) { return &s.header, nil }
func (s *scripted) Trailer() *onramp.Header         { return &s.trailer }

func TestStreamHandlerExchangesTypedMessages(t *testing.T) {
	h, s := dispatch(t)
	err := server.HandleStream(s, "com.acme.Greeter/chat", func(_ context.Context, st *server.Stream[hello, greeting]) error {
		head, err := st.Header()
		if err != nil {
			return err
		}
		for {
			in, err := st.Recv()
			if err == io.EOF {
				st.Trailer().Set("lang", head.Get("lang"))
				return nil
			}
			if err != nil {
				return err
			}
			if err := st.Send(&greeting{"hello " + in.Name}); err != nil {
				return err
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	st := &scripted{in: []string{`{"Name":"ann"}`, `{"Name":"bob"}`}}
	st.header.Set("lang", "en")
	req := &onramp.Request{Service: "com.acme.Greeter", Method: "chat", Kind: onramp.BidiStream, Stream: st}
	var o seen
	req.Observe(&o)
	if _, err := h(t.Context(), req); err != nil {
		t.Fatal(err)
	}
	if len(st.out) != 2 || st.out[1] != `{"Text":"hello bob"}` || st.trailer.Get("lang") != "en" {
		t.Errorf("sent %q, trailer lang %q", st.out, st.trailer.Get("lang"))
	}
	if o.n != 0 {
		t.Error("the server ended a stream's observers; only the codec knows the end")
	}
	st.in = []string{"{"}
	_, err = h(t.Context(), req)
	if err == nil || onramp.Classify(err).Origin != onramp.Remote {
		t.Errorf("a bad message gave %v", err)
	}
}

func TestCallOfTheWrongShapeIsUnimplemented(t *testing.T) {
	h, s := dispatch(t)
	err := server.HandleStream(s, "com.acme.Greeter/chat", func(context.Context, *server.Stream[hello, greeting]) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	for _, req := range []*onramp.Request{
		{Service: "com.acme.Greeter", Method: "chat"},
		{Service: "com.acme.Greeter", Method: "bench", Kind: onramp.ServerStream, Stream: &scripted{}},
	} {
		if _, err := h(t.Context(), req); !errors.Is(err, onramp.Unimplemented) {
			t.Errorf("%s gave %v", req.Method, err)
		}
	}
}

func TestStreamCountsAsRunningUntilItsHandlerReturns(t *testing.T) {
	h, s := dispatch(t, server.WithMaxConcurrent(1))
	var inside error
	err := server.HandleStream(s, "com.acme.Greeter/chat", func(ctx context.Context, _ *server.Stream[hello, greeting]) error {
		_, inside = h(ctx, &onramp.Request{Service: "com.acme.Greeter", Method: "bench"})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h(t.Context(), &onramp.Request{Service: "com.acme.Greeter", Method: "chat", Kind: onramp.BidiStream, Stream: &scripted{}}); err != nil {
		t.Fatal(err)
	}
	if !errors.Is(inside, onramp.ResourceExhausted) {
		t.Errorf("a call beside the stream gave %v", inside)
	}
}
