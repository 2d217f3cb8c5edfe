package onramptest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/client"
	"github.com/onrampmesh/onramp/onramptest"
)

const chat = "com.acme.Chat/talk"

func openChat(ctx context.Context, h onramp.Handler) (onramp.Stream, error) {
	resp, err := h.Do(ctx, &onramp.Request{Service: "com.acme.Chat", Method: "talk", Kind: onramp.BidiStream})
	if err != nil {
		return nil, err
	}
	return resp.Stream, nil
}

func TestStreamFuncAnswersWhatTheCallerSends(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got []string
		h := onramptest.Client(t, onramptest.StreamFunc(chat, func(_ context.Context, s *onramptest.StreamSide[HelloRequest, HelloReply]) error {
			s.Header().Add("room", "7")
			for {
				in, err := s.Recv()
				if err == io.EOF {
					s.Trailer().Add("count", fmt.Sprint(len(got)))
					return s.Send(&HelloReply{"bye"})
				}
				if err != nil {
					return err
				}
				got = append(got, in.Name)
				if err := s.Send(&HelloReply{"hello " + in.Name}); err != nil {
					return err
				}
			}
		}))
		s, err := openChat(t.Context(), h)
		if err != nil {
			t.Fatal(err)
		}
		msg, out := &HelloRequest{}, new(HelloReply)
		for i := range 40 {
			msg.Name = fmt.Sprint(i)
			if err := s.Send(msg); err != nil {
				t.Fatal(err)
			}
			if err := s.Recv(out); err != nil || out.Text != "hello "+msg.Name {
				t.Fatalf("%q, %v", out.Text, err)
			}
		}
		if h, err := s.Header(); err != nil || h.Get("room") != "7" || s.Trailer().Len() != 0 {
			t.Errorf("header %v, %v", h, err)
		}
		_ = s.CloseSend()
		if err := s.Recv(out); err != nil || out.Text != "bye" {
			t.Errorf("%q, %v", out.Text, err)
		}
		for range 2 {
			if err := s.Recv(out); err != io.EOF || s.Trailer().Get("count") != "40" {
				t.Errorf("the end: %v", err)
			}
		}
		if err := s.Send(msg); err != io.EOF || len(got) != 40 || got[39] != "39" {
			t.Errorf("sent after the end: %v; %q", err, got)
		}
	})
}

func TestStreamFuncEndsWithItsErrorTheContextTheDeadlineOrTheTest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ended atomic.Int32
		wait := onramptest.StreamFunc(chat, func(ctx context.Context, s *onramptest.StreamSide[HelloRequest, HelloReply]) error {
			in, err := s.Recv()
			if err == nil && in.Name == "fail" {
				return onramp.NotFound
			}
			<-ctx.Done()
			ended.Add(1)
			return ctx.Err()
		})
		said := run(func(tt *tb) {
			h := onramptest.Client(tt, wait)
			s, _ := openChat(t.Context(), h)
			_ = s.Send(&HelloRequest{"fail"})
			if err := s.Recv(new(HelloReply)); !errors.Is(err, onramp.NotFound) {
				t.Errorf("failed: %v", err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			s, _ = openChat(ctx, h)
			if e := onramp.AsError(s.Recv(new(HelloReply))); e == nil || e.Code != onramp.DeadlineExceeded || e.Origin != onramp.Wire {
				t.Errorf("timed out: %v", e)
			}
			resp, _ := h(t.Context(), &onramp.Request{Service: "com.acme.Chat", Method: "talk", Kind: onramp.BidiStream, Deadline: time.Now().Add(time.Second)})
			if e := onramp.AsError(resp.Stream.Recv(new(HelloReply))); e == nil || e.Code != onramp.DeadlineExceeded {
				t.Errorf("past its deadline: %v", e)
			}
			_, _ = openChat(t.Context(), h) // left behind
		})
		if len(said) > 0 || ended.Load() != 3 {
			t.Errorf("%d functions ended, %q", ended.Load(), said)
		}
	})
}

func TestStreamFuncNamesTheRuleWhenTypesDiffer(t *testing.T) {
	for want, f := range map[string]*onramptest.Rule{
		"its function takes a *string, and the caller sends a *onramptest_test.HelloRequest": onramptest.StreamFunc(chat, func(_ context.Context, s *onramptest.StreamSide[string, HelloReply]) error {
			_, err := s.Recv()
			return err
		}),
		"it sends a *string, and the caller wants a *onramptest_test.HelloReply": onramptest.StreamFunc(chat, func(_ context.Context, s *onramptest.StreamSide[HelloRequest, string]) error {
			return s.Send(new(string))
		}),
	} {
		said := run(func(tt *tb) {
			s, _ := openChat(t.Context(), onramptest.Client(tt, f))
			_ = s.Send(&HelloRequest{"x"})
			_ = s.Recv(new(HelloReply))
		})
		if len(said) != 1 || !strings.Contains(said[0], "rule 1, "+chat+": "+want) {
			t.Errorf("got %q, want %q", said, want)
		}
	}
}

func ExampleStreamFunc() {
	inTest(func(t *testing.T) {
		c := onramptest.Client(t, onramptest.StreamFunc("com.acme.Sums/add",
			func(_ context.Context, s *onramptest.StreamSide[int, int]) error {
				sum := 0
				for {
					n, err := s.Recv()
					if err == io.EOF {
						return s.Send(&sum)
					}
					if err != nil {
						return err
					}
					sum += *n
				}
			}))

		stream, _ := client.StreamOf[int, int](c, "com.acme.Sums/add", onramp.ClientStream).Open(t.Context())
		for _, n := range []int{1, 2, 3} {
			_ = stream.Send(&n)
		}
		_ = stream.CloseSend()
		sum, err := stream.Recv()
		fmt.Println(*sum, err)
	})
	// Output: 6 <nil>
}
